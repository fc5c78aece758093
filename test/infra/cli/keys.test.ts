import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CreateTableCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { dynamoDbAccounts } from '../../../functions/gateway/adapters/dynamodb/dynamodb-accounts.ts';
import { dynamoDbKeys } from '../../../functions/gateway/adapters/dynamodb/dynamodb-keys.ts';
import { keyItem } from '../../../functions/gateway/adapters/dynamodb/key-item.ts';
import { createTableInput, keysTable } from '../../../functions/gateway/adapters/dynamodb/table-definitions.ts';
import { sha256Hex } from '../../../functions/gateway/adapters/key-form.ts';
import { systemClock } from '../../../functions/gateway/adapters/system-clock.ts';
import { monthOf } from '../../../functions/gateway/core/limits/account.ts';
import { UsageError } from '../../../infra/cli/command.ts';
import { runCommand } from '../../../infra/cli/run-command.ts';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../../infra/local/local-dynamodb.ts';
import { resourceNames } from '../../../infra/resource-names.ts';
import { runningGateway } from '../../support/running-gateway.ts';

const TABLE = resourceNames('dev').keysTable;

let dynamoDb: LocalDynamoDb;
before(async () => {
  dynamoDb = await startLocalDynamoDb('local');
  await dynamoDb.client.send(new CreateTableCommand(createTableInput(keysTable, TABLE)));
});
after(() => dynamoDb.close());

async function nemo(...words: string[]): Promise<string> {
  return (await runCommand([...words, '--env', 'dev', '--endpoint', dynamoDb.endpoint], {})).text;
}

async function json<Answer>(...words: string[]): Promise<Answer> {
  return JSON.parse(await nemo(...words, '--json'));
}

interface ShownKey {
  readonly id: string;
  readonly key?: string;
  readonly name: string;
  readonly revokedAt?: string;
  readonly expiresAt?: string;
  readonly requestsPerMinute?: number;
  readonly spentUsd: number;
}

/** What an instance of the gateway makes of a key. */
function look(key: string): Promise<unknown> {
  const onStoreError = (...said: unknown[]): never => assert.fail(String(said));
  const settings = { whenUnavailable: 'allow', storeTimeoutMs: 1000 } as const;
  return dynamoDbKeys({ client: dynamoDb.client, tableName: TABLE, clock: systemClock, settings, onStoreError })(key);
}

describe('nemo keys', () => {
  test('say whose a key is, from its making on or later', async () => {
    const { team } = await json<{ team?: string }>('keys', 'create', 'paid', '--team', 'platform');
    assert.equal(team, 'platform');
    assert.equal(
      (await json<{ team?: string }>('keys', 'limit', 'paid', '--requests-per-minute', '5')).team,
      'platform',
    );
    assert.equal((await json<{ team?: string }>('keys', 'limit', 'paid', '--team', 'web')).team, 'web');
    assert.match(await nemo('keys', 'list'), /TEAM[\s\S]*paid +good .* web\b/);
    await assert.rejects(nemo('keys', 'create', 'other', '--team', 'a b'), /--team takes/);
    await nemo('keys', 'revoke', 'paid');
  });

  test('create shows a key that the gateway knows, and only its hash is kept', async () => {
    const text = await nemo('keys', 'create', 'first');
    const key = text.split('\n', 1)[0]!;
    assert.match(key, /^nemo_[A-Za-z0-9_-]{49}$/);
    assert.deepEqual(await look(key), { name: 'first', account: sha256Hex(key), limits: {} });
    const Key = { sha256: { S: sha256Hex(key) } };
    const { Item } = await dynamoDb.client.send(new GetItemCommand({ TableName: TABLE, Key }));
    assert.ok(!JSON.stringify(Item).includes(key.slice(5)));
  });

  test('create takes every limit', async () => {
    const limits = ['--requests-per-minute', '60', '--tokens-per-minute', '90000', '--usd-per-month', '12.5'];
    const models = ['--models', 'nemo/latency-optimized', '--expires', '2099-01-01'];
    const { key } = await json<ShownKey>('keys', 'create', 'limited', ...limits, ...models);
    assert.deepEqual(await look(key!), {
      name: 'limited',
      account: sha256Hex(key!),
      limits: {
        models: ['nemo/latency-optimized'],
        requestsPerMinute: 60,
        tokensPerMinute: 90_000,
        usdPerMonth: 12.5,
      },
      expiresAtMs: Date.parse('2099-01-01'),
    });
  });

  test('create marks a key as an operator, list says so, and a change of its limits leaves the mark', async () => {
    const { key, id } = await json<ShownKey>('keys', 'create', 'operator', '--operator');
    const known = { name: 'operator', account: sha256Hex(key!), isOperator: true };
    assert.deepEqual(await look(key!), { ...known, limits: {} });
    assert.match(await nemo('keys', 'list'), new RegExp(`OPERATOR[\\s\\S]*${id}  operator +good .* yes\\b`));
    await nemo('keys', 'limit', 'operator', '--requests-per-minute', '7');
    assert.deepEqual(await look(key!), { ...known, limits: { requestsPerMinute: 7 } });
  });

  test('list shows the limits and what was spent, and never a key', async () => {
    const { key, id } = await json<ShownKey>('keys', 'create', 'spender', '--usd-per-month', '5');
    const accounts = dynamoDbAccounts({ client: dynamoDb.client, tableName: TABLE });
    const money = { requestsUs: 0, tokensUs: 0, committedNanoUsd: 1_250_000_000, spentNanoUsd: 1_250_000_000 };
    await accounts.add(sha256Hex(key!), { month: monthOf(Date.now()), ...money });
    const listed = (await json<ShownKey[]>('keys', 'list')).find(({ name }) => name === 'spender');
    assert.deepEqual([listed?.id, listed?.spentUsd, listed?.key], [id, 1.25, undefined]);
    const text = await nemo('keys', 'list');
    assert.match(text, new RegExp(`${id}  spender +good +all +- +- +5 +1\\.25`));
    assert.ok(!text.includes(key!.slice(5)));
  });

  test('limit changes what is given and leaves the rest, or takes it away', async () => {
    const { key } = await json<ShownKey>(
      'keys',
      'create',
      'changing',
      '--requests-per-minute',
      '5',
      '--usd-per-month',
      '1',
    );
    await nemo('keys', 'limit', 'changing', '--requests-per-minute', '7', '--tokens-per-minute', '9');
    const known = (await look(key!)) as { limits: object };
    assert.deepEqual(known.limits, { requestsPerMinute: 7, tokensPerMinute: 9, usdPerMonth: 1 });
    await nemo('keys', 'limit', 'changing', '--remove', 'usdPerMonth,requestsPerMinute');
    assert.deepEqual(((await look(key!)) as { limits: object }).limits, { tokensPerMinute: 9 });
  });

  test('revoke ends a key by its name or its id, and frees the name', async () => {
    const first = await json<ShownKey>('keys', 'create', 'leaving');
    await nemo('keys', 'revoke', 'leaving');
    assert.equal(await look(first.key!), undefined);
    const second = await json<ShownKey>('keys', 'create', 'leaving');
    await nemo('keys', 'revoke', second.id);
    assert.equal(await look(second.key!), undefined);
    assert.ok(!(await nemo('keys', 'list')).includes('leaving'));
    assert.equal((await json<ShownKey[]>('keys', 'list', '--all')).filter(({ name }) => name === 'leaving').length, 2);
  });

  const mistakes: readonly [string, string[], RegExp][] = [
    ['a name in use', ['keys', 'create', 'first'], /There is a key first already/],
    ['a name that is none', ['keys', 'create', '__proto__'], /A key's name has/],
    ['no name', ['keys', 'create'], /takes NAME/],
    ['a limit that is no number', ['keys', 'create', 'x', '--usd-per-month', 'ten'], /must be a number; it is "ten"/],
    [
      'a limit of nothing',
      ['keys', 'create', 'x', '--requests-per-minute', '0'],
      /requestsPerMinute must be at least 1/,
    ],
    ['a model that nobody serves', ['keys', 'create', 'x', '--models', 'gpt-1'], /"gpt-1" is nothing that dev serves/],
    ['an end in the past', ['keys', 'create', 'x', '--expires', '2001-01-01'], /must be an instant to come/],
    ['a key that is not there', ['keys', 'revoke', 'nobody'], /There is no key "nobody" in use/],
    ['an option with a typo', ['keys', 'create', 'x', '--requests', '5'], /Unknown option '--requests'/],
    ['a command with a typo', ['keys', 'crate', 'x'], /There is no command/],
  ];
  for (const [what, words, message] of mistakes) {
    test(`${what} is refused with what to change`, async () => {
      await assert.rejects(nemo(...words), (error) => error instanceof UsageError && message.test(error.message));
    });
  }
});

describe('nemo keys where a deployment has no price', () => {
  test('refuses a limit of money, when a key is made and when it is changed', async () => {
    await using gateway = await runningGateway({
      fakes: { free: 'openai', unpriced: 'openai' },
      deployments: { free: { inputPrice: 0, outputPrice: 0 } },
    });
    const local = (...words: readonly string[]) => runCommand([...words, '--local', gateway.origin], {});
    const message = /--usd-per-month limits money, which calls of unpriced\/fake-model do not count against/;
    await assert.rejects(local('keys', 'create', 'spender', '--usd-per-month', '5'), message);
    const models = ['--models', 'free/fake-model'];
    await local('keys', 'create', 'careful', '--usd-per-month', '5', ...models);
    await assert.rejects(local('keys', 'limit', 'careful', '--remove', 'models'), message);
    await local('keys', 'create', 'unlimited');
    await assert.rejects(local('keys', 'limit', 'unlimited', '--usd-per-month', '5'), message);
  });

  test('list says which deployments do not serve a key with a limit of money, because they came later without a price', async () => {
    await using gateway = await runningGateway({ fakes: { unpriced: 'openai' } });
    const stored = {
      sha256: 'a'.repeat(64),
      name: 'older',
      createdAt: '2026-01-01T00:00:00Z',
      limits: { usdPerMonth: 5 },
    };
    const { client, keysTable: TableName } = gateway.dynamoDb;
    await client.send(new PutItemCommand({ TableName, Item: keyItem(stored) }));
    const { text } = await runCommand(['keys', 'list', '--local', gateway.origin], {});
    assert.match(text, /older has a limit of dollars and is not served by unpriced\/fake-model/);
  });
});

describe('nemo', () => {
  test('without a command says what there is', async () => {
    assert.match((await runCommand([], {})).text, /keys create NAME .*\n.*keys list/);
  });

  test('says the commands of a group', async () => {
    const { text } = await runCommand(['keys', '--help'], {});
    assert.match(text, /keys create NAME .*\n.*keys list/);
    assert.doesNotMatch(text, /smoke/);
  });

  test('says the options of a command', async () => {
    assert.match((await runCommand(['keys', 'create', '--help'], {})).text, /--usd-per-month N/);
  });

  test('wants an environment that exists', async () => {
    await assert.rejects(runCommand(['keys', 'list'], {}), /Say which environment: --env dev.* --local http/);
    await assert.rejects(runCommand(['keys', 'list', '--env', 'pord'], {}), /Did you mean prod/);
  });
});
