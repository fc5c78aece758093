import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { decisionLog } from '../../../../functions/gateway/core/status/decision-log.ts';
import { fleetStatus } from '../../../../functions/gateway/core/status/fleet-status.ts';
import { isJsonObject } from '../../../../functions/gateway/core/wire/json.ts';
import { attemptRecord, requestRecord } from '../../../support/request-records.ts';
import { deployment, measured, route } from '../../../support/routes.ts';

const LISTED = new URL('../../../../functions/gateway/core/status/STATUS.md', import.meta.url);

it('STATUS.md lists every field of the status, and no other', () => {
  const listed = [...readFileSync(LISTED, 'utf8').matchAll(/^\| `([^`]+)` \|/gm)].map(([, field]) => field);
  const fields = [...new Set(fieldsOf(fullStatus(), ''))].filter((field) => !/\.p\d\d$/.test(field));
  // A list or an object is listed only where there is something to say of it as a whole.
  const leaves = listed.filter((field) => fields.includes(field ?? ''));
  assert.deepEqual(leaves, listed);
  assert.deepEqual(fields.filter((field) => !listed.includes(field) && !PARENTS.includes(field)).toSorted(), []);
});

const PARENTS = [
  'routes',
  'routes[]',
  'routes[].plan',
  'deployments',
  'deployments[]',
  'decisions',
  'decisions.items',
  'decisions.items[].attempts',
  'decisions.items[].candidates',
];

/** A status that has every field. */
function fullStatus(): object {
  const ejection = { untilMs: 5, level: 1, reason: 'failures', probeUntilMs: 6 } as const;
  const deployments = [deployment('a')];
  const look = () => ({ ...measured(300), state: 'probing', ejection }) as const;
  const log = decisionLog('one');
  const vendor = { status: 401, message: 'Incorrect API key provided.' };
  const attempt = attemptRecord({ failure: { kind: 'misconfigured', status: 401, vendor }, continues: true });
  log.add(requestRecord({ errorCode: 'overloaded', attempts: [attempt] }));
  return {
    ...fleetStatus({ routes: [route({ deployments })], deployments, look, nowMs: 1 }),
    decisions: log.since([]),
  };
}

function fieldsOf(value: unknown, path: string): readonly string[] {
  const own = path === '' ? [] : [path];
  if (Array.isArray(value)) {
    return [...own, ...value.flatMap((item) => fieldsOf(item, `${path}[]`))];
  }
  const members = isJsonObject(value) ? Object.entries(value) : [];
  return [...own, ...members.flatMap(([name, inner]) => fieldsOf(inner, path === '' ? name : `${path}.${name}`))];
}
