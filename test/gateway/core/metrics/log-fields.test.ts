import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import {
  ATTEMPT_METRICS,
  DIMENSION_SETS,
  REQUEST_METRICS,
} from '../../../../functions/gateway/core/metrics/metric-names.ts';
import { PROTOCOL_NAMES } from '../../../../functions/gateway/core/protocols/protocols.ts';
import { FAILURES } from '../../../support/failures.ts';
import { pathsOf, type RealLogLines, realLogLines } from '../../../support/real-log-lines.ts';

const FILE = new URL('../../../../functions/gateway/core/metrics/LOG-FIELDS.md', import.meta.url);
const TEXT = readFileSync(FILE, 'utf8');
const KINDS = ['request', 'attempt'] as const;

/** The fields of the table for a kind of line, those of nested attempts written out. */
function documented(kind: (typeof KINDS)[number]): readonly string[] {
  const rows = [...TEXT.matchAll(/^\| `([^`]+)` \| ([a-z, ]+) \|/gm)];
  const fields = rows.filter(([, , kinds = '']) => kinds.split(', ').includes(kind)).map(([, field = '']) => field);
  const nested = documentedNested(rows.map(([, field = '']) => field));
  return fields.flatMap((field) => (field === 'attempts.N.*' ? nested : [field])).sort();
}

/** "From `deployment` on", with the times. */
function documentedNested(fields: readonly string[]): readonly string[] {
  const own = fields.slice(fields.indexOf('deployment'));
  return [...own, 'ttftMs', 'totalMs'].map((field) => `attempts.N.${field}`);
}

const OF_METRICS = new Set([
  ...Object.keys({ ...REQUEST_METRICS, ...ATTEMPT_METRICS }),
  ...Object.values(DIMENSION_SETS).flat(),
]);

describe('the list of the fields of log lines', () => {
  let lines: RealLogLines;
  before(async () => {
    lines = await realLogLines();
  });

  for (const kind of KINDS) {
    it(`names each field that the line of a real ${kind} carries, and none besides`, () => {
      const paths = lines[kind].flatMap((line) => pathsOf(line)).map((path) => path.replaceAll(/\.\d+/g, '.N'));
      const carried = paths.filter((path) => !path.startsWith('_aws.') && !OF_METRICS.has(path));
      assert.deepEqual([...new Set(carried)].sort(), documented(kind));
    });
  }

  it("counts no error where the deadline of the caller's own header has passed, though the status is 504", () => {
    const missed = lines.request.filter(({ callersDeadline }) => callersDeadline === true);
    assert.deepEqual(
      missed.map(({ status, code, Errors }) => [status, code, Errors]),
      [[504, 'deadline_exceeded', 0]],
    );
  });

  it('names every reason of a failure', () => {
    const [, reasons = ''] = /Each `reason`: ([^.]*)\./.exec(TEXT) ?? [];
    const named = [...reasons.matchAll(/`([^`]+)`/g)].map(([, reason]) => reason);
    assert.deepEqual(named.sort(), Object.keys(FAILURES).sort());
  });

  it("says which of OpenTelemetry's providers each protocol is", () => {
    const [, providers = ''] = /`gen_ai.provider.name` of a `protocol`: ([\s\S]*?)\n\n/.exec(TEXT) ?? [];
    const named = [...providers.matchAll(/`([^`]+)` is\s+`[^`]+`/g)].map(([, protocol]) => protocol);
    assert.deepEqual(named.sort(), [...PROTOCOL_NAMES].sort());
  });
});
