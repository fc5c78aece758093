import type { AttributeValue, WriteRequest } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../core/model/clock.ts';
import type { ResponsesSettings } from '../../core/model/gateway-config.ts';
import {
  type AnswerStore,
  type FoundAnswer,
  type KeepingResult,
  type KeptAnswer,
  MAX_CONVERSATION_BYTES,
} from '../../core/serve/answer-store.ts';
import { expirySeconds, joinedPieces, keyText, laterKeys, pieceCount, pieceKey } from './answer-pieces.ts';
import { unzipped, zipped } from './answer-zip.ts';
import { getItems, writeItems } from './batch-items.ts';
import { type DayAllowance, dayAllowance } from './day-allowance.ts';
import type { Item, TableAccess } from './dynamodb-calls.ts';
import { answersTable } from './table-definitions.ts';

/** An item of DynamoDB's has at most 400 KB, its key and the names of its attributes included. */
const PIECE_BYTES = 380 * 1024;

/** Longer than DynamoDB takes, many pieces and a throttled table included. A caller waits for it. */
const TIMEOUT_MS = 5_000;

const DAY_MS = 86_400_000;

/** The table that holds the answers, and what of them is kept. */
export interface DynamoDbAnswersOptions extends TableAccess {
  readonly clock: Clock;
  /** In place of five seconds, after which a read or a write has failed. */
  readonly timeoutMs?: number;
  /** Told of each failure of DynamoDB. */
  readonly onStoreError: (operation: string, error: unknown) => void;
  readonly settings: Pick<ResponsesSettings, 'megabytesPerKeyAndDay'> & { readonly keepDays: number };
}

interface Answers extends DynamoDbAnswersOptions {
  readonly allowance: DayAllowance;
}

/**
 * Answers in one DynamoDB table, compressed, in as many items as each needs: the owner stands in every key, so that no read of another's
 * can succeed. An owner's bytes of a day are counted with the writes.
 */
export function dynamoDbAnswers(options: DynamoDbAnswersOptions): AnswerStore {
  const answers: Answers = { ...options, allowance: dayAllowance(options, options.settings.megabytesPerKeyAndDay) };
  const reported = <Result>(operation: string, result: Promise<Result>): Promise<Result> =>
    result.catch((error: unknown) => {
      options.onStoreError(operation, error);
      throw error;
    });
  return {
    keep: (owner, answer) => reported('keep an answer', keep(answers, owner, answer)),
    isOverAllowance: answers.allowance.isUsedUp,
    read: (owner, ids) => reported('read an answer', read(answers, owner, ids)),
    renew: (owner, ids) => reported('renew answers', renew(answers, owner, ids)),
    findItems: (owner, itemIds) => reported('find an item of an answer', findItems(answers, owner, itemIds)),
    remove: (owner, id) => reported('remove an answer', remove(answers, owner, id)),
  };
}

const ID = answersTable.partitionKey.name;
const TTL = answersTable.ttlAttribute;

function itemKey(owner: string, itemId: string): Item {
  return { [ID]: { S: `${owner}#item#${itemId}` } };
}

async function keep(answers: Answers, owner: string, answer: KeptAnswer): Promise<KeepingResult> {
  if (answers.allowance.isUsedUp(owner)) {
    return 'over-allowance';
  }
  const json = Buffer.from(JSON.stringify(answer));
  if (json.byteLength > MAX_CONVERSATION_BYTES) {
    return 'too-large';
  }
  const data = await zipped(json);
  const writes = writesOf(answers, owner, answer, data);
  const signal = inTime(answers);
  // All at once: nobody is told of the answer before they are all made, and what is there in part is not there for a reader.
  await Promise.all([writeItems(answers, writes, signal), answers.allowance.use(owner, data.byteLength, signal)]);
  return 'kept';
}

function expiryOf({ clock, settings }: Answers): AttributeValue {
  return { N: String(Math.ceil((clock.nowMs() + settings.keepDays * DAY_MS) / 1000)) };
}

function writesOf(answers: Answers, owner: string, { id, itemIds }: KeptAnswer, data: Buffer): readonly WriteRequest[] {
  const expiry = { [TTL]: expiryOf(answers) };
  const count = Math.ceil(data.byteLength / PIECE_BYTES);
  // Not as a Buffer, which JSON writes as a list of numbers.
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const pieces = Array.from({ length: count }, (_, piece) => ({
    ...pieceKey(owner, id, piece),
    ...expiry,
    ...(piece === 0 && { pieces: { N: String(count) } }),
    data: { B: bytes.subarray(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES) },
  }));
  const items = itemIds.map((itemId) => ({ ...itemKey(owner, itemId), ...expiry, answer: { S: id } }));
  return [...pieces, ...items].map((Item) => ({ PutRequest: { Item } }));
}

/** First pieces that are read at once. They may be 38 MB. */
const FIRST_PIECES = 100;

async function read(
  answers: Answers,
  owner: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, FoundAnswer> | 'too-large'> {
  const signal = inTime(answers);
  const wanted = [...new Set(ids)];
  const pieces = new Map<string, Item>();
  let later = 0;
  for (let at = 0; at < wanted.length; at += FIRST_PIECES) {
    const keys = wanted.slice(at, at + FIRST_PIECES).map((id) => pieceKey(owner, id));
    for (const [key, item] of await unexpired(answers, keys, signal)) {
      pieces.set(key, item);
      later += pieceCount(item) - 1;
    }
    if (later * PIECE_BYTES > MAX_CONVERSATION_BYTES) {
      return 'too-large';
    }
  }
  const rest = wanted.flatMap((id) => laterKeys(owner, id, pieces.get(keyText(pieceKey(owner, id)))));
  for (const [key, item] of await unexpired(answers, rest, signal)) {
    pieces.set(key, item);
  }
  const found = await unpacked(wanted, (id) => joinedPieces(pieces, owner, id));
  const halfway = answers.clock.nowMs() / 1000 + (answers.settings.keepDays * DAY_MS) / 2000;
  const isHalfOver = (id: string): boolean => expirySeconds(pieces.get(keyText(pieceKey(owner, id)))) < halfway;
  return found === 'too-large'
    ? found
    : new Map([...found].map(([id, answer]) => [id, { ...answer, isHalfOver: isHalfOver(id) }]));
}

function inTime({ timeoutMs = TIMEOUT_MS }: Answers): AbortSignal {
  return AbortSignal.timeout(timeoutMs);
}

/** In no order: an answer of which not all pieces were renewed in time is gone as a whole. */
async function renew(answers: Answers, owner: string, ids: readonly string[]): Promise<void> {
  const { client, tableName } = answers;
  const abortSignal = inTime(answers);
  const firstKeys = ids.map((id) => pieceKey(owner, id));
  const firsts = await unexpired(answers, firstKeys, abortSignal);
  const keys = ids.flatMap((id) => {
    const first = firsts.get(keyText(pieceKey(owner, id)));
    return first === undefined ? [] : [pieceKey(owner, id), ...laterKeys(owner, id, first)];
  });
  const update = {
    TableName: tableName,
    UpdateExpression: 'SET #ttl = :ttl',
    ConditionExpression: 'attribute_exists(#ttl)',
    ExpressionAttributeNames: { '#ttl': TTL },
    ExpressionAttributeValues: { ':ttl': expiryOf(answers) },
  };
  await Promise.all(keys.map((Key) => client.updateItem({ ...update, Key }, { abortSignal })));
}

type UnpackedAnswer = Omit<FoundAnswer, 'isHalfOver'>;

/** One by one, so that few bytes of a vast answer are not unpacked beside others. */
async function unpacked(
  ids: readonly string[],
  dataOf: (id: string) => Buffer | undefined,
): Promise<ReadonlyMap<string, UnpackedAnswer> | 'too-large'> {
  const found = new Map<string, UnpackedAnswer>();
  let bytes = 0;
  for (const id of ids) {
    const data = dataOf(id);
    if (data !== undefined) {
      const json = await unzipped(data);
      bytes += json.byteLength;
      if (bytes > MAX_CONVERSATION_BYTES) {
        return 'too-large';
      }
      found.set(id, answerIn(json));
    }
  }
  return found;
}

/** By key. DynamoDB deletes what has expired within some days. */
async function unexpired(
  answers: Answers,
  keys: readonly Item[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Item>> {
  const items = await getItems(answers, keys, signal);
  const nowSeconds = answers.clock.nowMs() / 1000;
  return new Map(
    items.filter((item) => expirySeconds(item) > nowSeconds).map((item) => [keyText(item), item] as const),
  );
}

function answerIn(json: Buffer): UnpackedAnswer {
  const answer = JSON.parse(json.toString('utf8')) as KeptAnswer;
  return { ...answer, conversationBytes: answer.earlierBytes + json.byteLength };
}

async function findItems(
  answers: Answers,
  owner: string,
  itemIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(itemIds)];
  const keys = wanted.map((itemId) => itemKey(owner, itemId));
  const items = await unexpired(answers, keys, inTime(answers));
  return new Map(
    wanted.flatMap((itemId) => {
      const answer = items.get(keyText(itemKey(owner, itemId)))?.answer?.S;
      return answer === undefined ? [] : [[itemId, answer] as const];
    }),
  );
}

/** The first piece goes first: without it there is no answer. */
async function remove(answers: Answers, owner: string, id: string): Promise<boolean> {
  const { client, tableName, clock } = answers;
  const abortSignal = inTime(answers);
  const deletion = { TableName: tableName, Key: pieceKey(owner, id), ReturnValues: 'ALL_OLD' } as const;
  const { Attributes: first } = await client.deleteItem(deletion, { abortSignal });
  const deletions = laterKeys(owner, id, first).map((Key) => ({ DeleteRequest: { Key } }));
  await writeItems(answers, deletions, abortSignal);
  return expirySeconds(first) > clock.nowMs() / 1000;
}
