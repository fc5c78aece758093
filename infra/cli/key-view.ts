import { ID_LENGTH, type ListedKey } from './keys-table.ts';

/** What is shown of a key, in JSON: never the key, which nobody has any more but its owner. */
export function keyView(key: ListedKey): object {
  const { sha256, name, team, createdAt, expiresAt, revokedAt, operator, limits, spentUsd } = key;
  return { id: sha256.slice(0, ID_LENGTH), name, team, createdAt, expiresAt, revokedAt, operator, ...limits, spentUsd };
}

/** The head of a table of keys. */
export const KEY_HEAD = [
  'ID',
  'NAME',
  'STATE',
  'MODELS',
  'REQ/MIN',
  'TOK/MIN',
  'USD/MONTH',
  'SPENT',
  'CREATED',
  'OPERATOR',
  'TEAM',
];

/** A key as a row under `KEY_HEAD`. */
export function keyRow(key: ListedKey, nowMs: number): readonly string[] {
  const { models, requestsPerMinute, tokensPerMinute, usdPerMonth } = key.limits;
  return [
    key.sha256.slice(0, ID_LENGTH),
    key.name,
    stateOf(key, nowMs),
    models?.join(',') ?? 'all',
    String(requestsPerMinute ?? '-'),
    String(tokensPerMinute ?? '-'),
    String(usdPerMonth ?? '-'),
    key.spentUsd.toFixed(2),
    key.createdAt.slice(0, 10),
    key.operator === true ? 'yes' : '-',
    key.team ?? '-',
  ];
}

function stateOf({ revokedAt, expiresAt }: ListedKey, nowMs: number): string {
  if (revokedAt !== undefined) {
    return 'revoked';
  }
  if (expiresAt === undefined) {
    return 'good';
  }
  return Date.parse(expiresAt) <= nowMs ? 'expired' : `until ${expiresAt.slice(0, 16)}Z`;
}
