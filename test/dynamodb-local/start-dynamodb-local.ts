import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CreateTableCommand, DynamoDB, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDbOverHttpOptions } from '../../functions/gateway/adapters/dynamodb/dynamodb-over-http.ts';
import {
  answersTable,
  createTableInput,
  statisticsTable,
} from '../../functions/gateway/adapters/dynamodb/table-definitions.ts';
import type { AnswersUnderTest } from '../gateway/adapters/dynamodb/answers-suite.ts';
import type { DatabaseUnderTest } from '../gateway/adapters/dynamodb/statistics-store-suite.ts';

/** Source: Maven Central, com.amazonaws:DynamoDBLocal. It runs on Java 17. */
const VERSION = '2.5.2';
const CACHE = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', `dynamodb-local-${VERSION}`);
const LIBRARIES = join(CACHE, 'lib');
const TABLE = 'nemo-statistics';
const ANSWERS = 'nemo-answers';
const START_LIMIT_MS = 60_000;

const run = promisify(execFile);

/**
 * Fetches AWS's DynamoDB Local with Maven, once: the archive, what it needs, and SQLite's native libraries. Gives why it cannot be had
 * here, or `undefined` where it can.
 */
export async function fetchDynamoDbLocal(): Promise<string | undefined> {
  for (const tool of ['java', 'mvn']) {
    try {
      await run(tool, ['-version']);
    } catch {
      return `it needs ${tool}, which is not here`;
    }
  }
  try {
    await copyFromMavenCentral();
    return undefined;
  } catch (error) {
    return `Maven could not fetch it: ${String(error)}`;
  }
}

async function copyFromMavenCentral(): Promise<void> {
  const isFetched = join(CACHE, 'fetched');
  if (await exists(isFetched)) {
    return;
  }
  await mkdir(LIBRARIES, { recursive: true });
  const pom = join(CACHE, 'pom.xml');
  await writeFile(pom, POM);
  const copy = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
  await run('mvn', ['-B', '-q', '-f', pom, copy, `-DoutputDirectory=${LIBRARIES}`, '-DincludeScope=runtime']);
  await writeFile(isFetched, '');
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>nemorouter</groupId>
  <artifactId>dynamodb-local</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>com.amazonaws</groupId>
      <artifactId>DynamoDBLocal</artifactId>
      <version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

/**
 * Starts it in memory, without telemetry, with empty tables. It takes no address to listen on: while it runs, its port is
 * open to the machine's network too, and holds what these tests put there.
 */
export async function startDynamoDbLocal(): Promise<
  DatabaseUnderTest & AnswersUnderTest & { readonly access: DynamoDbOverHttpOptions }
> {
  const port = await freePort();
  const main = 'com.amazonaws.services.dynamodbv2.local.main.ServerRunner';
  const options = ['-inMemory', '-disableTelemetry', '-port', String(port)];
  const java = spawn('java', [`-Djava.library.path=${LIBRARIES}`, '-cp', join(LIBRARIES, '*'), main, ...options], {
    stdio: 'ignore',
  });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDB({ endpoint: `http://127.0.0.1:${port}`, region: 'local', credentials });
  const close = async (): Promise<void> => {
    client.destroy();
    java.kill();
    await (java.exitCode === null && java.signalCode === null ? once(java, 'exit') : undefined);
  };
  try {
    await answering(client, () => java.exitCode !== null);
    await client.send(new CreateTableCommand(createTableInput(statisticsTable, TABLE)));
    await client.send(new CreateTableCommand(createTableInput(answersTable, ANSWERS)));
  } catch (error) {
    await close();
    throw error;
  }
  const access = { endpoint: `http://127.0.0.1:${port}`, region: 'local', credentials: async () => credentials };
  return { client, access, statisticsTable: TABLE, answersTable: ANSWERS, close };
}

/** Waits for another process, which tells of its readiness by answering only. */
async function answering(client: DynamoDB, hasEnded: () => boolean): Promise<void> {
  const giveUpAtMs = Date.now() + START_LIMIT_MS;
  while (true) {
    try {
      await client.send(new ListTablesCommand({}));
      return;
    } catch (error) {
      if (hasEnded() || Date.now() > giveUpAtMs) {
        throw new Error('DynamoDB Local did not start.', { cause: error });
      }
      await sleep(200);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
