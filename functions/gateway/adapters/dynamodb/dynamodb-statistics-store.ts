import { defined } from '../../core/model/defined.ts';
import type { Ejection } from '../../core/statistics/ejection.ts';
import { type DecayScales, epochLengthMs } from '../../core/statistics/forward-decay.ts';
import { type LastSights, mergedSights } from '../../core/statistics/last-sights.ts';
import type {
  LookClaim,
  PacedEpoch,
  ProbeLease,
  StatisticsStore,
  StoredStatistics,
} from '../../core/statistics/statistics-store.ts';
import { entriesOf, type Pace, type PacedSums, type Sums } from '../../core/statistics/sums.ts';
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
/** What stands before a deployment's name in the partition keys. */
const PREFIXES = { lasting: 'deployment#', recent: 'recent#', usual: 'usual#' } as const satisfies Record<Pace, string>;
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
  return new DynamoDbStatisticsStore(options);
}

class DynamoDbStatisticsStore implements StatisticsStore {
  readonly #table: TableAccess;
  /** How long an epoch of each memory is. */
  readonly #epochMs: Readonly<Record<Pace, number>>;

  constructor({ scales, ...table }: DynamoDbStatisticsStoreOptions) {
    const { lasting, recent, usual } = scales;
    this.#table = table;
    this.#epochMs = { lasting: epochLengthMs(lasting), recent: epochLengthMs(recent), usual: epochLengthMs(usual) };
  }

  async read(
    deployments: readonly string[],
    epochs: readonly PacedEpoch[],
  ): Promise<ReadonlyMap<string, StoredStatistics>> {
    const keys = deployments.flatMap((deployment) => [
      keyOf(deployment, 'lasting', EJECTION_SORT_KEY),
      ...epochs.map(({ pace, epoch }) => keyOf(deployment, pace, epoch)),
    ]);
    const items = Map.groupBy(await readItems(this.#table, keys), (item) => item[PK]?.S);
    return new Map(deployments.map((deployment) => [deployment, statisticsOf(deployment, items)]));
  }

  async add(paced: PacedSums, sights?: ReadonlyMap<string, LastSights>): Promise<void> {
    const { client, tableName } = this.#table;
    const writes = entriesOf(paced).map(({ deployment, pace, epoch, sums }) => {
      const names = [...sums.keys()];
      const seen = sights?.get(deployment) ?? [];
      const isSeen = pace === 'recent' && seen.length > 0;
      // An epoch is read for as long again as it lasts; another one covers clocks that differ.
      const expiresAtSeconds = Math.ceil(((epoch + 3) * this.#epochMs[pace]) / 1000);
      return client.updateItem({
        TableName: tableName,
        Key: keyOf(deployment, pace, epoch),
        UpdateExpression: `SET #ttl = :ttl${isSeen ? ', #last = :last' : ''} ADD ${names.map((name) => `#${name} :${name}`).join(', ')}`,
        ExpressionAttributeNames: {
          '#ttl': TTL,
          ...(isSeen && { '#last': LAST }),
          ...Object.fromEntries(names.map((name) => [`#${name}`, name])),
        },
        ExpressionAttributeValues: {
          ':ttl': number(expiresAtSeconds),
          ...(isSeen && { ':last': { S: textOf(seen) } }),
          ...Object.fromEntries(names.map((name) => [`:${name}`, number(sums.get(name) ?? 0)])),
        },
      });
    });
    await Promise.all(writes);
  }

  eject(deployment: string, ejection: Ejection): Promise<void> {
    return eject(this.#itemOf(deployment), ejection);
  }

  ease(deployment: string, was: Ejection, ejection: Ejection): Promise<void> {
    return ease(this.#itemOf(deployment), was, ejection);
  }

  lift(deployment: string, was: Ejection): Promise<void> {
    return lift(this.#itemOf(deployment), was);
  }

  claimProbe(deployment: string, was: Ejection, lease: ProbeLease): Promise<boolean> {
    return claimEjected(this.#itemOf(deployment), was, lease);
  }

  #itemOf(deployment: string): EjectionItem {
    return { table: this.#table, key: keyOf(deployment, 'lasting', EJECTION_SORT_KEY) };
  }

  /** One item is written in either case: the same as the ejection's, which is read with every snapshot. */
  claimLook(deployment: string, { atMs, notSinceMs }: LookClaim): Promise<boolean> {
    const claim = {
      TableName: this.#table.tableName,
      Key: keyOf(deployment, 'lasting', EJECTION_SORT_KEY),
      UpdateExpression: 'SET #looked = :at, #ttl = if_not_exists(#ttl, :ttl)',
      ConditionExpression: 'attribute_not_exists(#looked) OR #looked <= :since',
      ExpressionAttributeNames: { '#looked': LOOKED, '#ttl': TTL },
      ExpressionAttributeValues: {
        ':at': number(atMs),
        ':since': number(notSinceMs),
        ':ttl': number(Math.ceil(atMs / 1000) + EJECTION_KEPT_SECONDS),
      },
    };
    return meetsCondition(this.#table.client.updateItem(claim));
  }
}

function statisticsOf(deployment: string, items: ReadonlyMap<string | undefined, readonly Item[]>): StoredStatistics {
  const epochsOf = (pace: Pace): ReadonlyMap<number, Sums> => {
    const own = items.get(PREFIXES[pace] + deployment) ?? [];
    return new Map(
      own.filter((item) => sortKeyOf(item) !== EJECTION_SORT_KEY).map((item) => [sortKeyOf(item), sumsOf(item)]),
    );
  };
  const lasting = items.get(PREFIXES.lasting + deployment) ?? [];
  const standing = lasting.find((item) => sortKeyOf(item) === EJECTION_SORT_KEY);
  const ejection = ejectionOf(standing);
  const lookedAtMs = standing?.[LOOKED]?.N;
  const epochs = { lasting: epochsOf('lasting'), recent: epochsOf('recent'), usual: epochsOf('usual') };
  return {
    epochs,
    ...defined({ ejection }),
    ...(lookedAtMs === undefined ? {} : { lookedAtMs: Number(lookedAtMs) }),
    sights: (items.get(PREFIXES.recent + deployment) ?? []).map(sightsOf).reduce(mergedSights, []),
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

function keyOf(deployment: string, pace: Pace, sortKey: number): Item {
  return { [PK]: { S: PREFIXES[pace] + deployment }, [SK]: number(sortKey) };
}

function sortKeyOf(item: Item): number {
  return Number(item[SK]?.N ?? 0);
}
