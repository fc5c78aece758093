import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AttemptLessons } from '../../../../functions/gateway/core/attempt/attempt-lessons.ts';
import { embeddingsAttempt } from '../../../../functions/gateway/core/attempt/embeddings-attempt.ts';
import type { AttemptFailure } from '../../../../functions/gateway/core/model/attempt-failure.ts';
import { openai } from '../../../../functions/gateway/core/protocols/openai-chat/openai.ts';
import { deployment } from '../../../support/routes.ts';
import { scriptedDial, type UpstreamScript } from '../../../support/scripted-dial.ts';
import { virtualClock } from '../../../support/virtual-clock.ts';

const ASKED = { model: 'm', input: 'words' } as const;
const REQUEST = { operation: 'embed', headers: { own: 'o' }, body: {} } as const;
const TIMEOUTS = { connectMs: 1000, firstTokenMs: 10_000, stallMs: 15_000, deadlineMs: 120_000 };
const VECTOR = JSON.stringify({
  data: [{ index: 0, embedding: [0.5, 0.25] }],
  usage: { prompt_tokens: 2, total_tokens: 2 },
});

/** What the fleet is told of an attempt that goes so, and its calls' headers. */
async function told(
  script: UpstreamScript,
  stopped?: AttemptFailure,
): Promise<{ readonly lessons: readonly unknown[]; readonly headers: unknown }> {
  const time = virtualClock();
  const lessons: string[] = [];
  const statistics = {
    observe: ({ kind }: { readonly kind: string }) => {
      lessons.push(kind);
      return () => undefined;
    },
    flush: async () => undefined,
  };
  const silence = { afterMs: 1000, limitMs: 2000 };
  const options = { statistics, clock: time.clock, extra: undefined, lateAfterMs: 5000, silence, promptFactor: 1 };
  const { dial, calls } = scriptedDial(time.clock, script);
  const { embeddings } = openai;
  assert.ok(embeddings !== undefined);
  const attempt = embeddingsAttempt({
    deployment: deployment('a'),
    protocol: openai,
    embeddings,
    asked: ASKED,
    requests: [REQUEST],
    timeouts: TIMEOUTS,
    dial,
    headers: { traceparent: 't' },
    clock: time.clock,
    observe: (begun) => new AttemptLessons(begun, options),
  });
  const opening = attempt.open();
  if (stopped !== undefined) {
    attempt.abort(stopped);
  }
  await time.advance(100);
  await opening;
  assert.equal(attempt.take(), undefined);
  attempt.abort({ kind: 'aborted', by: 'caller' });
  assert.equal(time.pending(), 0);
  return { lessons, headers: calls[0]?.headers };
}

describe('the fleet is told of an attempt at embeddings', () => {
  const whole: UpstreamScript = { body: [{ afterMs: 50, text: VECTOR }] };

  it('its answer and its end, once', async () => {
    assert.deepEqual((await told(whole)).lessons, ['first-token', 'answered']);
  });

  it('its failure, once', async () => {
    for (const script of [{ status: 503, body: [{ text: '{}' }] }, { body: [{ breaks: 'ECONNRESET' }] }]) {
      assert.deepEqual((await told(script)).lessons, ['failed']);
    }
  });

  it('that it was stopped, once', async () => {
    assert.deepEqual((await told(whole, { kind: 'aborted', by: 'hedge' })).lessons, ['given-up']);
  });
});

it('each call of an attempt at embeddings has the headers of its place in a trace', async () => {
  assert.deepEqual((await told({ body: [{ text: VECTOR }] })).headers, { traceparent: 't' });
});
