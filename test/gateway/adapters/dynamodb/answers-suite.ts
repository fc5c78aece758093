import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type DynamoDB, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { dynamoDbAnswers } from '../../../../functions/gateway/adapters/dynamodb/dynamodb-answers.ts';
import type { DynamoDbCalls } from '../../../../functions/gateway/adapters/dynamodb/dynamodb-calls.ts';
import { systemClock } from '../../../../functions/gateway/adapters/system-clock.ts';
import {
  type AnswerStore,
  type FoundAnswer,
  type KeptAnswer,
  MAX_CONVERSATION_BYTES,
} from '../../../../functions/gateway/core/serve/answer-store.ts';
import { seededRandom } from '../../../../infra/local/simulated/seeded-random.ts';

/** A database with an empty table for answers. */
export interface AnswersUnderTest {
  readonly client: DynamoDB;
  /** What the store asks. @default the client */
  readonly calls?: DynamoDbCalls;
  readonly answersTable: string;
  readonly close: () => Promise<void>;
}

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 10, 29, 12);

/** What the store of answers promises, held against a database that speaks DynamoDB. */
export function answersSuite(database: string, start: () => Promise<AnswersUnderTest>): void {
  describe(`the store of answers over ${database}`, () => {
    let db: AnswersUnderTest;
    before(async () => {
      db = await start();
    });
    after(() => db.close());
    describe('of whole answers', () => answerTests(() => db));
    describe('of their ends', () => endTests(() => db));
    describe('of their cost', () => costTests(() => db));
  });
}

type Db = () => AnswersUnderTest;

interface OpenOptions {
  readonly nowMs?: () => number;
  readonly megabytesPerKeyAndDay?: number;
}

function open({ client, calls = client, answersTable }: AnswersUnderTest, options: OpenOptions = {}): AnswerStore {
  const { nowMs = () => NOW_MS, megabytesPerKeyAndDay = 1_000 } = options;
  return dynamoDbAnswers({
    client: calls,
    tableName: answersTable,
    clock: { ...systemClock, nowMs },
    // A test waits for a machine that is busy with others.
    timeoutMs: 60_000,
    onStoreError: (operation, error) => assert.fail(`${operation}: ${String(error)}`),
    settings: { keepDays: 30, megabytesPerKeyAndDay },
  });
}

let ids = 0;
/** An answer of a test's own, so that tests share one table. */
function newAnswer(members: Partial<KeptAnswer> = {}): KeptAnswer {
  ids += 1;
  const id = `resp_${ids}`;
  const input = [{ type: 'message', role: 'user', content: 'Grüße, 三' }];
  return { id, ancestors: [], input, body: { id }, itemIds: [], earlierBytes: 0, ...members };
}

function found(answer: KeptAnswer): FoundAnswer {
  const conversationBytes = answer.earlierBytes + Buffer.byteLength(JSON.stringify(answer));
  return { ...answer, conversationBytes, isHalfOver: false };
}

async function countIn(store: AnswerStore, owner: string, id: string): Promise<number> {
  const read = await store.read(owner, [id]);
  return read === 'too-large' ? Number.NaN : read.size;
}

/** Text that no compression makes small. */
function noise(bytes: number): string {
  const random = seededRandom(7);
  return Buffer.from(Array.from({ length: Math.ceil((bytes * 3) / 4) }, () => Math.floor(random() * 256))).toString(
    'base64',
  );
}

function answerTests(db: Db): void {
  it('gives back what was kept, by itself and among others', async () => {
    const store = open(db());
    const answers = [newAnswer(), newAnswer({ ancestors: ['resp_0', 'resp_00'], earlierBytes: 7 }), newAnswer()];
    for (const answer of answers) {
      assert.equal(await store.keep('owner', answer), 'kept');
      assert.deepEqual(await store.read('owner', [answer.id]), new Map([[answer.id, found(answer)]]));
    }
    const all = await store.read('owner', [...answers.map(({ id }) => id), 'resp_unknown']);
    assert.deepEqual(all, new Map(answers.map((answer) => [answer.id, found(answer)])));
    assert.deepEqual(await store.read('owner', []), new Map());
  });

  it('gives back an answer of many pieces, which no compression makes small, to another instance', async () => {
    const input = [{ type: 'message', role: 'user', content: noise(3_000_000) }];
    const answer = newAnswer({ input });
    assert.equal(await open(db()).keep('owner', answer), 'kept');
    const read = await open(db()).read('owner', [answer.id]);
    assert.deepEqual(read, new Map([[answer.id, found(answer)]]));
  });

  it('gives back a hundred answers at once', async () => {
    const store = open(db());
    const answers = Array.from({ length: 120 }, () => newAnswer());
    for (let at = 0; at < answers.length; at += 10) {
      await Promise.all(answers.slice(at, at + 10).map((answer) => store.keep('owner', answer)));
    }
    const read = await store.read(
      'owner',
      answers.map(({ id }) => id),
    );
    assert.ok(read !== 'too-large');
    assert.equal(read.size, 120);
  });

  it('shows nothing to another owner, and lets him remove nothing', async () => {
    const store = open(db());
    const answer = newAnswer({ itemIds: ['msg_secret'] });
    await store.keep('owner', answer);
    for (const other of ['other', 'own', '', 'owner#item']) {
      assert.equal(await countIn(store, other, answer.id), 0);
      assert.equal((await store.findItems(other, ['msg_secret'])).size, 0);
      assert.equal(await store.remove(other, answer.id), false);
    }
    assert.equal(await countIn(store, 'owner', answer.id), 1);
  });

  it('finds the answer in which an item stands', async () => {
    const store = open(db());
    const answer = newAnswer({ itemIds: ['msg_a', 'rs_b'] });
    await store.keep('owner', answer);
    const places = await store.findItems('owner', ['msg_a', 'rs_b', 'msg_c']);
    assert.deepEqual(
      places,
      new Map([
        ['msg_a', answer.id],
        ['rs_b', answer.id],
      ]),
    );
  });
}

function endTests(db: Db): void {
  it('removes an answer with all its pieces, once', async () => {
    const store = open(db());
    const answer = newAnswer({ input: [{ content: noise(900_000) }] });
    await store.keep('remover', answer);
    assert.equal(await store.remove('remover', answer.id), true);
    assert.equal(await countIn(store, 'remover', answer.id), 0);
    assert.equal(await store.remove('remover', answer.id), false);
    const { Items = [] } = await db().client.send(new ScanCommand({ TableName: db().answersTable }));
    const left = Items.map(({ id }) => id?.S ?? '').filter((id) => id.startsWith(`remover#${answer.id}`));
    assert.deepEqual(left, []);
  });

  it('forgets an answer and its items when its days are over, before DynamoDB deletes them', async () => {
    let nowMs = NOW_MS;
    const store = open(db(), { nowMs: () => nowMs });
    const answer = newAnswer({ itemIds: ['msg_old'] });
    await store.keep('owner', answer);
    nowMs += 30 * DAY_MS - 1_000;
    assert.equal(await countIn(store, 'owner', answer.id), 1);
    nowMs += 3_000;
    assert.equal(await countIn(store, 'owner', answer.id), 0);
    assert.equal((await store.findItems('owner', ['msg_old'])).size, 0);
    assert.equal(await store.remove('owner', answer.id), false);
  });

  it('begins the days of an answer anew, pieces and all, and makes none of one that is gone', async () => {
    let nowMs = NOW_MS;
    const store = open(db(), { nowMs: () => nowMs });
    const answer = newAnswer({ input: [{ content: noise(900_000) }] });
    await store.keep('goes on', answer);
    nowMs += 16 * DAY_MS;
    const halfOver = await store.read('goes on', [answer.id]);
    assert.ok(halfOver !== 'too-large');
    assert.equal(halfOver.get(answer.id)?.isHalfOver, true);
    await store.renew('goes on', [answer.id, 'resp_never']);
    nowMs += 16 * DAY_MS;
    assert.equal(await countIn(store, 'goes on', answer.id), 1);
    assert.equal(await countIn(store, 'goes on', 'resp_never'), 0);
    nowMs += 15 * DAY_MS;
    assert.equal(await countIn(store, 'goes on', answer.id), 0);
  });

  it('does not show an answer of which a piece is missing', async () => {
    const { client, answersTable } = db();
    const Item = {
      id: { S: 'owner#resp_torn' },
      ttl: { N: String(NOW_MS / 1000 + 60) },
      pieces: { N: '2' },
      data: { B: Buffer.from('half') },
    };
    await client.send(new PutItemCommand({ TableName: answersTable, Item }));
    assert.equal(await countIn(open(db()), 'owner', 'resp_torn'), 0);
  });
}

function costTests(db: Db): void {
  it('does not keep what is larger than a conversation may be', async () => {
    const store = open(db());
    const answer = newAnswer({ input: [{ content: 'x'.repeat(MAX_CONVERSATION_BYTES) }] });
    assert.equal(await store.keep('owner', answer), 'too-large');
    assert.equal(await countIn(store, 'owner', answer.id), 0);
  });

  it('reads no more at once than a conversation may be, however small it was in the table', async () => {
    const store = open(db());
    const content = 'x'.repeat(MAX_CONVERSATION_BYTES / 3);
    const answers = Array.from({ length: 4 }, () => newAnswer({ input: [{ content }] }));
    for (const answer of answers) {
      await store.keep('vast', answer);
    }
    const ids = answers.map(({ id }) => id);
    assert.equal(await store.read('vast', ids), 'too-large');
    assert.notEqual(await store.read('vast', ids.slice(0, 2)), 'too-large');
  });

  it('reads no pieces of answers that are together more than a conversation may be', async () => {
    const { client, answersTable } = db();
    const ids = ['resp_big1', 'resp_big2'];
    for (const id of ids) {
      const ttl = { N: String(NOW_MS / 1000 + 60) };
      const Item = { id: { S: `vast#${id}` }, ttl, pieces: { N: '20' }, data: { B: Buffer.from('part') } };
      await client.send(new PutItemCommand({ TableName: answersTable, Item }));
    }
    assert.equal(await open(db()).read('vast', ids), 'too-large');
  });

  it('keeps no more of an owner than a day may have, on every instance that has learnt so, and goes on the next day', async () => {
    let nowMs = NOW_MS;
    const options = { nowMs: () => nowMs, megabytesPerKeyAndDay: 0.001 };
    const [one, two] = [open(db(), options), open(db(), options)];
    const large = () => newAnswer({ input: [{ content: noise(900) }] });
    assert.equal(await one.keep('eager', large()), 'kept');
    assert.equal(one.isOverAllowance('eager'), false);
    assert.equal(await two.keep('eager', large()), 'kept');
    assert.equal(two.isOverAllowance('eager'), true);
    assert.equal(await two.keep('eager', large()), 'over-allowance');
    assert.equal(await one.keep('eager', large()), 'kept');
    assert.equal(await one.keep('eager', large()), 'over-allowance');
    assert.equal(await one.keep('modest', newAnswer()), 'kept');
    nowMs += DAY_MS;
    assert.equal(await two.keep('eager', large()), 'kept');
  });
}
