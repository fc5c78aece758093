import assert from 'node:assert/strict';
import { stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, it } from 'node:test';
import { readAccessKeyFile } from '../../../infra/local/access-key-file.ts';
import { startLocalDynamoDb } from '../../../infra/local/local-dynamodb.ts';
import { runningGateway } from '../../support/running-gateway.ts';

describe("the key of the local system's database", () => {
  it('is told to no program that asks the gateway', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' } });
    for (const path of ['/local/system', '/health', '/status', '/v1/models']) {
      const headers = { authorization: `Bearer ${gateway.key}` };
      const response = await fetch(gateway.origin + path, { headers });
      const told = JSON.stringify([...response.headers]) + (await response.text());
      assert.ok(!told.includes(gateway.dynamoDb.accessKeyId), path);
    }
  });

  it('is in a file that nobody but the user can read, in a folder that nobody else can enter', async () => {
    const dynamoDb = await startLocalDynamoDb();
    const [file, folder] = [dynamoDb.accessKeyFile, dirname(dynamoDb.accessKeyFile)];
    assert.equal(await readAccessKeyFile(file), dynamoDb.accessKeyId);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    await dynamoDb.close();
    await assert.rejects(stat(folder));
  });

  it('is all that is read of a file that somebody has named', async () => {
    const dynamoDb = await startLocalDynamoDb();
    for (const text of ['aws_secret_access_key = x', '', `${dynamoDb.accessKeyId}\nmore`]) {
      await writeFile(dynamoDb.accessKeyFile, text);
      assert.equal(await readAccessKeyFile(dynamoDb.accessKeyFile), undefined);
    }
    assert.equal(await readAccessKeyFile('/no/such/file'), undefined);
    await dynamoDb.close();
  });
});
