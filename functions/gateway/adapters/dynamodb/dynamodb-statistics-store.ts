import { defined } from '../../core/model/defined.ts';
import { type DecayScales, epochLengthMs } from '../../core/statistics/forward-decay.ts';
import { type LastSights, mergedSights } from '../../core/statistics/last-sights.ts';
import type {
  LookClaim,
  PacedEpoch,
  StatisticsStore,
  StoredStatistics,
} from '../../core/statistics/statistics-store.ts';
import { entriesOf, type LedgerEntry, type Pace, type Sums } from '../../core/statistics/sums.ts';
import { type Item, meetsCondition, dynamoDbNumber as number, readItems, type TableAccess } from './dynamodb-calls.ts';
import {
  claimEjected,
  EJECTION_KEPT_SECONDS,
  type EjectionItem,
  ease,
  eject,
  ejectionOf,
  lift,
} from './ejection-item.ts';
import { statisticsTable } from './table-definitions.ts';

/** The sort key of a deployment's ejection. Epochs are far above. */
const EJECTION_SORT_KEY = 0;
const PK = statisticsTable.partitionKey.name;
const SK = statisticsTable.sortKey.name;
const TTL = statisticsTable.ttlAttribute;
/** Of the same item: when the deployment was last looked at beside a request. */
const LOOKED = 'lookedAtMs';
/** Of the recent memory's items: what their last writer knew to be seen last, as `at:ttft` in milliseconds, newest first; `:1` after a bound. */
const LAST = 'last';
/** More would make the item larger, and tell nothing. */
const MOST_SIGHTS = 3;

/** The table that holds the statistics, and the half-lives that its sums decay with. */
export interface DynamoDbStatisticsStoreOptions extends TableAccess {
  readonly scales: DecayScales;
}

/**
 * The fleet's statistics in one DynamoDB table: an item for each deployment and epoch, grown by `ADD` without conditions, and one for its
 * ejection. Reads are eventually consistent: half the price, and a snapshot is a second old anyway.
 */
export function dynamoDbStatisticsStore(options: DynamoDbStatisticsStoreOptions): StatisticsStore {
  const at = (deployment: string): EjectionItem => ({ table: options, key: ejectionKey(deployment) });
  return {
    read: (deployments, epochs) => read(options, deployments, epochs),
    add: async (sums, sights) => {
      await Promise.all(entriesOf(sums).map((entry) => add(options, entry, sights?.get(entry.deployment) ?? [])));
    },
    eject: (deployment, ejection) => eject(at(deployment), ejection),
    ease: (deployment, was, ejection) => ease(at(deployment), was, ejection),
    lift: (deployment, was) => lift(at(deployment), was),
    claimProbe: (deployment, was, lease) => claimEjected(at(deployment), was, lease),
    claimLook: (deployment, look) => claimLook(options, deployment, look),
  };
}

async function read(
  table: TableAccess,
  deployments: readonly string[],
  epochs: readonly PacedEpoch[],
): Promise<ReadonlyMap<string, StoredStatistics>> {
  const keys = deployments.flatMap((deployment) => [
    ejectionKey(deployment),
    ...epochs.map(({ pace, epoch }) => sumsKey(deployment, pace, epoch)),
  ]);
  const items = Map.groupBy(await readItems(table, keys), (item) => item[PK]?.S);
  return new Map(deployments.map((deployment) => [deployment, statisticsOf(deployment, items)]));
}

function statisticsOf(deployment: string, items: ReadonlyMap<string | undefined, readonly Item[]>): StoredStatistics {
  const epochsOf = (pace: Pace): ReadonlyMap<number, Sums> => {
    const own = items.get(partitionKeyOf(deployment, pace)) ?? [];
    return new Map(
      own.filter((item) => sortKeyOf(item) !== EJECTION_SORT_KEY).map((item) => [sortKeyOf(item), sumsOf(item)]),
    );
  };
  const lasting = items.get(partitionKeyOf(deployment, 'lasting')) ?? [];
  const standing = lasting.find((item) => sortKeyOf(item) === EJECTION_SORT_KEY);
  const ejection = ejectionOf(standing);
  const lookedAtMs = standing?.[LOOKED]?.N;
  const epochs = { lasting: epochsOf('lasting'), recent: epochsOf('recent'), usual: epochsOf('usual') };
  return {
    epochs,
    ...defined({ ejection }),
    ...(lookedAtMs === undefined ? {} : { lookedAtMs: Number(lookedAtMs) }),
    sights: (items.get(partitionKeyOf(deployment, 'recent')) ?? []).map(sightsOf).reduce(mergedSights, []),
  };
}

function sightsOf(item: Item): LastSights {
  const sights = item[LAST]?.S?.split(' ') ?? [];
  return sights.map((sight) => {
    const [atMs = 0, ttftMs = 0, bound] = sight.split(':').map(Number);
    return { atMs, ttftMs, ...(bound === 1 && { isBound: true }) };
  });
}

function textOf(sights: LastSights): string {
  const told = sights
    .slice(0, MOST_SIGHTS)
    .map(({ atMs, ttftMs, isBound }) => `${atMs}:${ttftMs}${isBound === true ? ':1' : ''}`);
  return told.join(' ');
}

function sumsOf(item: Item): Sums {
  const names = Object.keys(item).filter((name) => ![PK, SK, TTL, LAST].includes(name));
  return new Map(names.map((name) => [name, Number(item[name]?.N ?? 0)]));
}

async function add(
  { client, tableName, scales }: DynamoDbStatisticsStoreOptions,
  { deployment, pace, epoch, sums }: LedgerEntry,
  sights: LastSights,
): Promise<void> {
  const names = [...sums.keys()];
  const isSeen = pace === 'recent' && sights.length > 0;
  // An epoch is read for as long again as it lasts; another one covers clocks that differ.
  const expiresAtSeconds = Math.ceil(((epoch + 3) * epochLengthMs(scales[pace])) / 1000);
  await client.updateItem({
    TableName: tableName,
    Key: sumsKey(deployment, pace, epoch),
    UpdateExpression: `SET #ttl = :ttl${isSeen ? ', #last = :last' : ''} ADD ${names.map((name) => `#${name} :${name}`).join(', ')}`,
    ExpressionAttributeNames: {
      '#ttl': TTL,
      ...(isSeen && { '#last': LAST }),
      ...Object.fromEntries(names.map((name) => [`#${name}`, name])),
    },
    ExpressionAttributeValues: {
      ':ttl': number(expiresAtSeconds),
      ...(isSeen && { ':last': { S: textOf(sights) } }),
      ...Object.fromEntries(names.map((name) => [`:${name}`, number(sums.get(name) ?? 0)])),
    },
  });
}

/** One item is written in either case: the same as the ejection's, which is read with every snapshot. */
async function claimLook(
  { client, tableName }: DynamoDbStatisticsStoreOptions,
  deployment: string,
  { atMs, notSinceMs }: LookClaim,
): Promise<boolean> {
  const claim = {
    TableName: tableName,
    Key: ejectionKey(deployment),
    UpdateExpression: 'SET #looked = :at, #ttl = if_not_exists(#ttl, :ttl)',
    ConditionExpression: 'attribute_not_exists(#looked) OR #looked <= :since',
    ExpressionAttributeNames: { '#looked': LOOKED, '#ttl': TTL },
    ExpressionAttributeValues: {
      ':at': number(atMs),
      ':since': number(notSinceMs),
      ':ttl': number(Math.ceil(atMs / 1000) + EJECTION_KEPT_SECONDS),
    },
  };
  return meetsCondition(client.updateItem(claim));
}

function ejectionKey(deployment: string): Item {
  return sumsKey(deployment, 'lasting', EJECTION_SORT_KEY);
}

function sumsKey(deployment: string, pace: Pace, epoch: number): Item {
  return { [PK]: { S: partitionKeyOf(deployment, pace) }, [SK]: number(epoch) };
}

function partitionKeyOf(deployment: string, pace: Pace): string {
  return `${pace === 'lasting' ? 'deployment' : pace}#${deployment}`;
}

function sortKeyOf(item: Item): number {
  return Number(item[SK]?.N ?? 0);
}
