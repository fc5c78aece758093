import { EJECTION_REASONS, type Ejection } from '../../core/statistics/ejection.ts';
import type { ProbeLease } from '../../core/statistics/statistics-store.ts';
import { type Item, meetsCondition, dynamoDbNumber as number, type TableAccess } from './dynamodb-calls.ts';
import { statisticsTable } from './table-definitions.ts';

/** The item that holds a deployment's ejection. */
export interface EjectionItem {
  readonly table: TableAccess;
  readonly key: Item;
}

/** The ejection that the item holds, if any. */
export function ejectionOf(item: Item | undefined): Ejection | undefined {
  const reason = EJECTION_REASONS.find((one) => one === item?.reason?.S);
  if (item === undefined || reason === undefined) {
    return undefined;
  }
  const numberOf = (name: string): number => Number(item[name]?.N ?? 0);
  return {
    untilMs: numberOf('untilMs'),
    level: Math.max(1, numberOf('level')),
    reason,
    ...(numberOf('probeUntilMs') > 0 && { probeUntilMs: numberOf('probeUntilMs') }),
    ...(numberOf('answers') > 0 && { answers: numberOf('answers') }),
    ...(item.isRelapse?.BOOL === true && { isRelapse: true }),
  };
}

/** Writes an ejection unless one stands that ends later. */
export function eject(item: EjectionItem, ejection: Ejection): Promise<void> {
  return set(item, ejection, { condition: 'attribute_not_exists(#until) OR #until < :until', values: {} });
}

/** Writes an ejection in the place of `was`, unless another one stands by now. */
export function ease(item: EjectionItem, was: Ejection, ejection: Ejection): Promise<void> {
  return set(item, ejection, { condition: '#until = :was', values: { ':was': number(was.untilMs) } });
}

async function set(
  { table: { client, tableName }, key }: EjectionItem,
  ejection: Ejection,
  { condition, values }: { readonly condition: string; readonly values: Item },
): Promise<void> {
  const { untilMs, level, reason, answers = 0, isRelapse } = ejection;
  const set = { until: number(untilMs), level: number(level), reason: { S: reason }, answers: number(answers) };
  const mark = isRelapse === true ? { relapse: { BOOL: true } } : {};
  const written = { ...set, ...mark, ttl: number(Math.ceil(untilMs / 1000) + EJECTION_KEPT_SECONDS) };
  const names = Object.keys(written);
  const update = {
    TableName: tableName,
    Key: key,
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')} REMOVE #probe${isRelapse === true ? '' : ', #relapse'}`,
    ConditionExpression: condition,
    ExpressionAttributeNames: { ...EJECTION_NAMES, '#ttl': statisticsTable.ttlAttribute },
    ExpressionAttributeValues: {
      ...Object.fromEntries(Object.entries(written).map(([name, value]) => [`:${name}`, value])),
      ...values,
    },
  };
  await meetsCondition(client.updateItem(update));
}

/** The attributes of an ejection. */
const EJECTION_NAMES = {
  '#until': 'untilMs',
  '#level': 'level',
  '#reason': 'reason',
  '#probe': 'probeUntilMs',
  '#answers': 'answers',
  '#relapse': 'isRelapse',
};

/** How long an ejection that nobody has lifted is remembered after its cooldown: until then its next one is longer. */
export const EJECTION_KEPT_SECONDS = 3600;

/** Ends the ejection `was`, unless it has been extended since. When the deployment was last looked at stays. */
export async function lift({ table: { client, tableName }, key }: EjectionItem, was: Ejection): Promise<void> {
  const removal = {
    TableName: tableName,
    Key: key,
    UpdateExpression: `REMOVE ${Object.keys(EJECTION_NAMES).join(', ')}`,
    ConditionExpression: '#until <= :was',
    ExpressionAttributeNames: EJECTION_NAMES,
    ExpressionAttributeValues: { ':was': number(was.untilMs) },
  };
  await meetsCondition(client.updateItem(removal));
}

/** Claims the probe of a deployment whose cooldown `was` is over. */
export function claimEjected(
  { table: { client, tableName }, key }: EjectionItem,
  was: Ejection,
  lease: ProbeLease,
): Promise<boolean> {
  const claim = {
    TableName: tableName,
    Key: key,
    UpdateExpression: 'SET #probe = :until',
    ConditionExpression: '#until = :was AND (attribute_not_exists(#probe) OR #probe < :from)',
    ExpressionAttributeNames: { '#probe': EJECTION_NAMES['#probe'], '#until': EJECTION_NAMES['#until'] },
    ExpressionAttributeValues: {
      ':until': number(lease.untilMs),
      ':was': number(was.untilMs),
      ':from': number(lease.fromMs),
    },
  };
  return meetsCondition(client.updateItem(claim));
}
