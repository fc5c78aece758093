import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../../../functions/gateway/adapters/system-clock.ts';
import type { RequestRecord } from '../../../../functions/gateway/core/model/request-record.ts';
import { coreHandler, coreRequest } from '../../../support/core-gateway.ts';
import { scriptedDial } from '../../../support/scripted-dial.ts';

const ASKED = { model: 'openai', stream: true, messages: [{ role: 'user', content: 'Hello' }] };
const CHUNK = { choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: null }] };

/** The first piece of an answer, and then nothing more: as long as nobody aborts it, the vendor is at work. */
const ENDLESS = { body: [{ text: `data: ${JSON.stringify(CHUNK)}\n\n` }, { silent: true }] } as const;

describe('the end of a call whose caller has left', () => {
  for (const piecesRead of [0, 1]) {
    it(`aborts the provider once, after ${piecesRead} pieces of the stream were read`, async () => {
      const { dial, calls } = scriptedDial(systemClock, ENDLESS);
      const records: RequestRecord[] = [];
      const gateway = coreHandler(dial, { onRecord: (record) => void records.push(record) });
      const body = new TextEncoder().encode(JSON.stringify(ASKED));
      const response = await gateway(coreRequest('/v1/chat/completions', body));
      assert.ok(typeof response.body !== 'string');
      const pieces = response.body[Symbol.asyncIterator]();
      for (let read = 0; read < piecesRead; read += 1) {
        await pieces.next();
      }
      assert.deepEqual(
        calls.map(({ signal }) => signal.aborted),
        [false],
      );
      await response.afterEnd();
      assert.deepEqual(
        calls.map(({ signal }) => signal.aborted),
        [true],
      );
      assert.deepEqual(
        records.map(({ ending, attempts }) => [ending, attempts[0]?.outcome]),
        [['hung-up', 'aborted']],
      );
    });
  }
});
