import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cleanFailure } from '../../../../functions/gateway/core/attempt/failed-response.ts';
import type { AttemptFailure } from '../../../../functions/gateway/core/model/attempt-failure.ts';

const SECRET = 'q7Zk-secret-of-no-known-form';
const HOSTILE = [
  'x'.repeat(20_000),
  'two words of a prompt',
  '\u001b]0;owned\u0007',
  `denied_for_${SECRET}`,
  'a\r\nset-cookie: b',
  '',
];

describe('cleanFailure', () => {
  for (const text of HOSTILE) {
    const shown = JSON.stringify(text.slice(0, 30));
    it(`leaves out a code, a type and a request id that are no words: ${shown}`, () => {
      const vendor = { status: 500, message: 'm', type: text, code: text, requestId: text };
      const failure = cleanFailure({ kind: 'malformed', reason: text, vendor }, [SECRET]);
      assert.deepEqual(failure, {
        kind: 'malformed',
        reason: 'unusable output',
        vendor: { status: 500, message: 'm' },
      });
    });

    it(`cuts and cleans messages and reasons of our own around ${shown}`, () => {
      const vendor = { status: 400, message: text, param: text };
      const { vendor: cleaned } = cleanFailure({ kind: 'rejected', status: 400, vendor }, [SECRET]);
      const failure = cleanFailure({ kind: 'malformed', reason: text }, [SECRET]);
      const all = JSON.stringify([cleaned, failure]);
      assert.ok(all.length < 2_500);
      assert.doesNotMatch(all, /\\u00(?:0[0-8bc]|1)|\\r|q7Zk-/);
    });
  }

  it('finds a secret across the place where a message is cut', () => {
    const message = `${'y'.repeat(1_990)}${SECRET}`;
    const { vendor } = cleanFailure({ kind: 'overloaded', status: 500, vendor: { status: 500, message } }, [SECRET]);
    assert.equal(vendor?.message, `${'y'.repeat(1_990)}[redacted]`);
  });

  it('changes nothing in what vendors say on good days', () => {
    const failures: readonly AttemptFailure[] = [
      { kind: 'truncated' },
      { kind: 'malformed', reason: 'events that are not JSON' },
      { kind: 'timed-out', phase: 'stall', afterMs: 5 },
      {
        kind: 'rejected',
        status: 400,
        vendor: {
          status: 400,
          message: 'Invalid value: "x".\nUse another: é.',
          type: 'invalid_request_error',
          code: 'invalid_value',
          param: 'messages[0].content',
          requestId: 'req_011CSHoEeqs5C35K2UUqR7Fy',
        },
      },
    ];
    for (const failure of failures) {
      assert.deepEqual(cleanFailure(failure, [SECRET]), failure);
    }
  });
});
