import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { EJECTION_REASONS } from '../../core/statistics/ejection.ts';
import { type Rollup, type RollupKind, type RollupStep, STEP_MS } from '../../core/status/rollup.ts';
import type { Mark, RollupStore, WantedRollups } from '../../core/status/rollup-store.ts';
import type { Item, TableAccess } from './dynamodb-calls.ts';
import { statisticsTable } from './table-definitions.ts';

const PK = statisticsTable.partitionKey.name;
const SK = statisticsTable.sortKey.name;
const TTL = statisticsTable.ttlAttribute;

/** How long a slot is kept after its begin: what its ranges read, and an hour for clocks that differ. */
const KEPT_MS = { minute: 2 * 3_600_000, quarter: 25 * 3_600_000 } as const satisfies Record<RollupStep, number>;
/** Slots whose lists of names an instance remembers: one of each length, and those before. */
const MAX_SLOTS = 4;
/** Keys whose figures are read. */
const MAX_KEYS = 100;

/**
 * The past in the table of the statistics: an item for each slot of time and deployment, route or key, grown by `ADD`; one a slot with the
 * names of its keys; and one for each ejection. Every list is below a megabyte, which a query gives at once.
 */
export function dynamoDbRollups(table: TableAccess): RollupStore {
  const told = toldNames();
  return {
    add: async (rollups) => {
      await Promise.all([
        ...rollups.map((rollup) => add(table, rollup)),
        ...keySets(rollups).map((set) => told.once(set, (names) => addNames(table, { ...set, names }))),
      ]);
    },
    read: async (wanted) => {
      const found = await Promise.all(wanted.names.map((name) => readOne(table, wanted, name)));
      return found.flat();
    },
    keyNames: async (step, fromSlot) => {
      const items = await itemsFrom(table, namesKey(step), fromSlot);
      return [...new Set(items.flatMap(({ names }) => names?.SS ?? []))].slice(-MAX_KEYS);
    },
    mark: (mark) => writeMark(table, mark),
    marks: async (deployments, fromMs) => {
      const found = await Promise.all(
        deployments.map(async (deployment) => {
          const items = await itemsFrom(table, markKey(deployment), Math.floor(fromMs));
          return items.flatMap((item) => markOf(deployment, item));
        }),
      );
      return found.flat();
    },
  };
}

async function add({ client, tableName }: TableAccess, { kind, name, step, slot, sums }: Rollup): Promise<void> {
  const names = [...sums.keys()];
  if (names.length === 0) {
    return;
  }
  await client.updateItem({
    TableName: tableName,
    Key: { [PK]: { S: rollupKey(kind, step, name) }, [SK]: number(slot) },
    UpdateExpression: `SET #ttl = :ttl ADD ${names.map((one) => `#${one} :${one}`).join(', ')}`,
    ExpressionAttributeNames: { '#ttl': TTL, ...Object.fromEntries(names.map((one) => [`#${one}`, one])) },
    ExpressionAttributeValues: {
      ':ttl': number(expirySeconds(step, slot)),
      ...Object.fromEntries(names.map((one) => [`:${one}`, number(sums.get(one) ?? 0)])),
    },
  });
}

interface KeySet extends Pick<Rollup, 'step' | 'slot'> {
  readonly names: readonly string[];
}

function keySets(rollups: readonly Rollup[]): readonly KeySet[] {
  const keys = rollups.filter(({ kind }) => kind === 'key');
  return [...Map.groupBy(keys, ({ step, slot }) => `${step}#${slot}`).values()].flatMap((own) => {
    const [first] = own;
    return first === undefined ? [] : [{ step: first.step, slot: first.slot, names: own.map(({ name }) => name) }];
  });
}

/** A list of names costs what it weighs each time that it grows: each name is added to it once a slot. */
function toldNames() {
  const told = new Map<string, ReadonlySet<string>>();
  return {
    once: async (set: KeySet, add: (names: readonly string[]) => Promise<void>): Promise<void> => {
      const id = `${set.step}#${set.slot}`;
      const before = told.get(id) ?? new Set();
      const fresh = set.names.filter((name) => !before.has(name));
      if (fresh.length > 0) {
        await add(fresh);
        told.set(id, new Set([...(told.get(id) ?? []), ...fresh]));
        const [oldest] = told.keys();
        if (told.size > MAX_SLOTS && oldest !== undefined) {
          told.delete(oldest);
        }
      }
    },
  };
}

async function addNames({ client, tableName }: TableAccess, { step, slot, names }: KeySet): Promise<void> {
  await client.updateItem({
    TableName: tableName,
    Key: { [PK]: { S: namesKey(step) }, [SK]: number(slot) },
    UpdateExpression: 'SET #ttl = :ttl ADD #names :names',
    ExpressionAttributeNames: { '#ttl': TTL, '#names': 'names' },
    ExpressionAttributeValues: { ':ttl': number(expirySeconds(step, slot)), ':names': { SS: [...names] } },
  });
}

async function readOne(
  table: TableAccess,
  { kind, step, fromSlot }: WantedRollups,
  name: string,
): Promise<readonly Rollup[]> {
  const items = await itemsFrom(table, rollupKey(kind, step, name), fromSlot);
  return items.map((item) => ({ kind, name, step, slot: Number(item[SK]?.N ?? 0), sums: sumsOf(item) }));
}

function sumsOf(item: Item): Rollup['sums'] {
  const names = Object.keys(item).filter((name) => name !== PK && name !== SK && name !== TTL);
  return new Map(names.map((name) => [name, Number(item[name]?.N ?? 0)]));
}

async function writeMark({ client, tableName }: TableAccess, mark: Mark): Promise<void> {
  const { deployment, untilMs, atMs, reason, recoveredAtMs } = mark;
  const back = recoveredAtMs === undefined ? '' : ', #back = if_not_exists(#back, :back)';
  await client.updateItem({
    TableName: tableName,
    Key: { [PK]: { S: markKey(deployment) }, [SK]: number(untilMs) },
    UpdateExpression: `SET #at = if_not_exists(#at, :at), #reason = :reason, #ttl = :ttl${back}`,
    ExpressionAttributeNames: {
      '#at': 'atMs',
      '#reason': 'reason',
      '#ttl': TTL,
      ...(recoveredAtMs === undefined ? {} : { '#back': 'recoveredAtMs' }),
    },
    ExpressionAttributeValues: {
      ':at': number(atMs),
      ':reason': { S: reason },
      ':ttl': number(Math.ceil((untilMs + KEPT_MS.quarter) / 1000)),
      ...(recoveredAtMs === undefined ? {} : { ':back': number(recoveredAtMs) }),
    },
  });
}

function markOf(deployment: string, item: Item): readonly Mark[] {
  const reason = EJECTION_REASONS.find((one) => one === item.reason?.S);
  const back = item.recoveredAtMs?.N;
  return reason === undefined
    ? []
    : [
        {
          deployment,
          untilMs: Number(item[SK]?.N ?? 0),
          atMs: Number(item.atMs?.N ?? 0),
          reason,
          ...(back === undefined ? {} : { recoveredAtMs: Number(back) }),
        },
      ];
}

async function itemsFrom({ client, tableName }: TableAccess, key: string, from: number): Promise<readonly Item[]> {
  const { Items = [] } = await client.query({
    TableName: tableName,
    KeyConditionExpression: '#pk = :pk AND #sk >= :from',
    ExpressionAttributeNames: { '#pk': PK, '#sk': SK },
    ExpressionAttributeValues: { ':pk': { S: key }, ':from': number(from) },
  });
  return Items;
}

function expirySeconds(step: RollupStep, slot: number): number {
  return Math.ceil((slot * STEP_MS[step] + KEPT_MS[step]) / 1000);
}

function rollupKey(kind: RollupKind, step: RollupStep, name: string): string {
  return `${step}#${kind}#${name}`;
}

function namesKey(step: RollupStep): string {
  return `${step}#keys`;
}

function markKey(deployment: string): string {
  return `mark#${deployment}`;
}

function number(value: number): AttributeValue.NMember {
  return { N: String(Math.round(value)) };
}
