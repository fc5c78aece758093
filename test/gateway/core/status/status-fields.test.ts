import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import type { RequestRecord } from '../../../../functions/gateway/core/model/request-record.ts';
import { decisionLog } from '../../../../functions/gateway/core/status/decision-log.ts';
import { fleetStatus } from '../../../../functions/gateway/core/status/fleet-status.ts';
import { type RangeFigures, rangeFigures } from '../../../../functions/gateway/core/status/range-figures.ts';
import { rollupsOf } from '../../../../functions/gateway/core/status/rollup.ts';
import { slotted } from '../../../../functions/gateway/core/status/rollup-ledger.ts';
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
  'decisions.items[].tokens',
  'decisions.items[].probes',
  'past',
  'past.FIGURES',
  'past.FIGURES.points[]',
  'past.deployments',
  'past.routes',
  'past.providers',
  'past.models',
  'past.keys',
  'past.pinned',
  'past.absences',
];

/** A status that has every field. */
function fullStatus(): object {
  const ejection = { untilMs: 5, level: 1, reason: 'failures', probeUntilMs: 6 } as const;
  const deployments = [deployment('a')];
  const look = () => ({ ...measured(300), state: 'probing', ejection }) as const;
  const log = decisionLog('one');
  const vendor = { status: 401, message: 'Incorrect API key provided.' };
  const attempt = attemptRecord({ failure: { kind: 'misconfigured', status: 401, vendor }, continues: true });
  const refused = attemptRecord({ outcome: 'failed', failure: { kind: 'rejected', status: 400, vendor } });
  const usage = { input: 10, output: 5 };
  const probe = {
    deployment: deployment('a'),
    startedAtMs: 0,
    totalMs: 9,
    ttftMs: 9,
    failure: { kind: 'truncated' },
  } as const;
  const spent = { usage, costUsd: 0.01, keyName: 'k', route: 'a-route' };
  const record = requestRecord({ ...spent, errorCode: 'overloaded', attempts: [refused, attempt], probes: [probe] });
  log.add(record);
  return {
    ...fleetStatus({ routes: [route({ deployments })], deployments, look, nowMs: 1 }),
    decisions: log.since([]),
    past: fullPast(record),
  };
}

function fullPast(record: RequestRecord): RangeFigures {
  const config = { deployments: { a: deployment('a') }, routes: {} };
  const rollups = rollupsOf({ ...record, ending: 'complete' })
    .flatMap((entry) => slotted(entry, 1))
    .filter(({ step }) => step === 'minute');
  const marks = [{ deployment: 'a', untilMs: 5, reason: 'failures', atMs: 1 }] as const;
  return rangeFigures({ range: '1h', nowMs: 60_000, config, rollups, marks, isHealthy: () => false });
}

/** Whoever the figures of the past are of, they are the same. */
const SAME = /^past\.(routed|(deployments|routes|providers|models|keys)\[\])(?=\.|$)/;

function fieldsOf(value: unknown, place: string): readonly string[] {
  const path = place.replace(SAME, 'past.FIGURES');
  const own = path === '' ? [] : [path];
  if (Array.isArray(value)) {
    return [...own, ...value.flatMap((item) => fieldsOf(item, `${path}[]`))];
  }
  const members = isJsonObject(value) ? Object.entries(value) : [];
  return [...own, ...members.flatMap(([name, inner]) => fieldsOf(inner, path === '' ? name : `${path}.${name}`))];
}
