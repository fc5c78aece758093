import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { arrayMember, member } from '../../functions/gateway/core/wire/json.ts';
import type { Step } from '../support/fake-provider-step.ts';
import { deploymentId, type RunningGateway, runningGateway } from '../support/running-gateway.ts';
import { ask } from './support/ask.ts';
import { play, REQUESTS_PER_SECOND } from './support/outage-play.ts';
import type { SeenAnswer } from './support/seen-answer.ts';

/** The sixteen faults of a public comparison of gateways, by its names; each on the caller's side and on the providers'. */

type Name = 'first' | 'second';
type Gateway = RunningGateway<Name>;

/** Dollars for a million tokens, so that each token costs one. */
const PRICES = { inputPrice: 1_000_000, outputPrice: 1_000_000 };

/** Two vendors in order, of which the second takes the beginning of its answer. */
function twoVendors(route: object = {}, deployments: Partial<Record<Name, object>> = {}): Promise<Gateway> {
  return runningGateway<Name>({
    fakes: { first: 'openai', second: 'anthropic' },
    deployments: {
      first: { ...PRICES, ...deployments.first },
      second: { ...PRICES, prefill: true, ...deployments.second },
    },
    config: {
      routes: {
        all: { strategy: 'ordered', deployments: [deploymentId('first'), deploymentId('second')], ...route },
      },
    },
  });
}

function calls({ fakes }: Gateway): readonly number[] {
  return [fakes.first.requests.length, fakes.second.requests.length];
}

function assertServedBy(name: Name, seen: SeenAnswer): void {
  assert.equal(seen.status, 200);
  assert.equal(seen.error, undefined);
  assert.equal(seen.isDone, true);
  assert.equal(seen.finish, 'stop');
  assert.equal(seen.headers.get('x-nemo-routed-model'), deploymentId(name));
  assert.equal(seen.headers.get('x-nemo-routing'), name === 'first' ? 'direct' : 'fallback');
}

function assertCut(seen: SeenAnswer, text: string, code: string): void {
  assert.equal(seen.status, 200);
  assert.equal(seen.text, text);
  assert.equal(seen.finish, undefined);
  assert.equal(seen.isDone, false);
  assert.equal(seen.error?.code, code);
}

const CHUNKS = { chunks: ['One', ' two', ' three'] };
const FORMS = [
  ['streamed', {}],
  ['plain', { stream: false, stream_options: undefined }],
] as const;

interface BeforeToken {
  readonly name: string;
  readonly does: Step;
  readonly ended: 'answered' | 'aborted-by-client' | 'broken-by-fake';
  /** How often the first is called by this request and the next one. */
  readonly callsOfTwo: number;
}

/** What comes before the first token: the next deployment answers, whether the caller wants a stream or not. */
const BEFORE_TOKEN: readonly BeforeToken[] = [
  {
    name: '1. 429 with Retry-After',
    does: { kind: 'status', status: 429, retryAfterSeconds: 30 },
    ended: 'answered',
    callsOfTwo: 1,
  },
  { name: '2. 429 without Retry-After', does: { kind: 'status', status: 429 }, ended: 'answered', callsOfTwo: 1 },
  { name: '3. 500 once', does: { kind: 'status', status: 500 }, ended: 'answered', callsOfTwo: 2 },
  { name: '4. 503', does: { kind: 'status', status: 503 }, ended: 'answered', callsOfTwo: 2 },
  {
    name: '5. a reset before the headers',
    does: { kind: 'reset', when: 'before-headers' },
    ended: 'broken-by-fake',
    callsOfTwo: 2,
  },
  { name: '6. silence', does: { kind: 'silence', when: 'before-headers' }, ended: 'aborted-by-client', callsOfTwo: 2 },
  {
    name: '7. a slow first token',
    does: { kind: 'answer', firstTokenDelayMs: 60_000 },
    ended: 'aborted-by-client',
    callsOfTwo: 2,
  },
];

for (const { name, does, ended, callsOfTwo } of BEFORE_TOKEN) {
  describe(name, () => {
    for (const [form, body] of FORMS) {
      it(`is not seen by the caller, and the provider is not called again for it, ${form}`, async () => {
        await using gateway = await twoVendors({ timeouts: { firstTokenMs: 150 } });
        gateway.fakes.first.script(does);
        assertServedBy('second', await ask(gateway, body));
        assert.deepEqual(calls(gateway), [1, 1]);
        assert.equal(await gateway.fakes.first.requests[0]?.ended, ended);
        // A rate limit keeps the next request away; a single failure does not.
        assertIsWhole(await ask(gateway, body));
        assert.deepEqual(calls(gateway), [callsOfTwo, 3 - callsOfTwo]);
      });
    }
  });
}

function assertIsWhole({ isDone, error }: SeenAnswer): void {
  assert.equal(error, undefined);
  assert.equal(isDone, true);
}

interface AfterToken {
  readonly name: string;
  readonly does: Step;
  readonly code: string;
  readonly ended: BeforeToken['ended'];
}

/** What comes after it: a stream ends with an error, a plain call starts again at the next deployment. */
const AFTER_TOKEN: readonly AfterToken[] = [
  {
    name: '8. a stream that is cut',
    does: { kind: 'cut', ...CHUNKS, afterChunks: 2 },
    code: 'upstream_stream_truncated',
    ended: 'broken-by-fake',
  },
  {
    name: '9. a stream that stalls',
    does: { kind: 'stall', ...CHUNKS, afterChunks: 2 },
    code: 'upstream_stream_stalled',
    ended: 'aborted-by-client',
  },
];

for (const { name, does, code, ended } of AFTER_TOKEN) {
  describe(name, () => {
    it('ends with the text so far and an error event, without [DONE], and nobody else is called', async () => {
      await using gateway = await twoVendors({ timeouts: { stallMs: 150 } });
      gateway.fakes.first.script(does);
      assertCut(await ask(gateway), 'One two', code);
      assert.deepEqual(calls(gateway), [1, 0]);
      assert.equal(await gateway.fakes.first.requests[0]?.ended, ended);
    });

    it('of a plain call is not seen by the caller', async () => {
      await using gateway = await twoVendors({ timeouts: { stallMs: 150 } });
      gateway.fakes.first.script(does);
      assertServedBy('second', await ask(gateway, FORMS[1][1]));
      assert.deepEqual(calls(gateway), [1, 1]);
      assert.equal(await gateway.fakes.first.requests[0]?.ended, ended);
    });
  });
}

/** What is whole all the same. */
const HARMLESS: readonly { readonly name: string; readonly does: Step }[] = [
  { name: '10. a malformed chunk', does: { kind: 'malformed-event', ...CHUNKS, atChunk: 1 } },
  { name: '11. a missing [DONE]', does: { kind: 'raw', pieces: [withoutDone()] } },
];

function withoutDone(): string {
  const chunk = (choice: object): string => `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`;
  return chunk({ delta: { content: 'One two three' } }) + chunk({ delta: {}, finish_reason: 'stop' });
}

for (const { name, does } of HARMLESS) {
  describe(name, () => {
    for (const [form, body] of FORMS) {
      it(`loses nothing of the answer and costs no further call, ${form}`, async () => {
        await using gateway = await twoVendors();
        gateway.fakes.first.script(does);
        const seen = await ask(gateway, body);
        assertServedBy('first', seen);
        assert.equal(seen.text, 'One two three');
        assert.deepEqual(calls(gateway), [1, 0]);
        assert.equal(await gateway.fakes.first.requests[0]?.ended, 'answered');
      });
    }
  });
}

describe('12. a context that is too long', () => {
  const tooLong: Step = { kind: 'status', meaning: 'context-exceeded' };
  for (const [form, body] of FORMS) {
    it(`goes to the deployment with a larger window, ${form}`, async () => {
      await using gateway = await twoVendors(
        {},
        { first: { contextWindow: 8000 }, second: { contextWindow: 100_000 } },
      );
      gateway.fakes.first.script(tooLong);
      assertServedBy('second', await ask(gateway, body));
      assert.deepEqual(calls(gateway), [1, 1]);
    });

    it(`goes to the caller where no window is larger, and is held against nobody, ${form}`, async () => {
      await using gateway = await twoVendors();
      gateway.fakes.first.script(...Array.from({ length: 5 }, () => tooLong));
      for (let request = 0; request < 5; request += 1) {
        const seen = await ask(gateway, body);
        assert.deepEqual([seen.status, seen.error?.code], [400, 'context_length_exceeded']);
      }
      assertServedBy('first', await ask(gateway, body));
      assert.deepEqual(calls(gateway), [6, 0]);
    });
  }
});

describe('13. a content filter', () => {
  for (const [form, body] of FORMS) {
    it(`that refuses the prompt is told to the caller at once, and nobody else is asked, ${form}`, async () => {
      await using gateway = await twoVendors();
      gateway.fakes.first.script({ kind: 'status', meaning: 'content-policy' });
      const seen = await ask(gateway, body);
      assert.deepEqual([seen.status, seen.error?.type], [400, 'invalid_request_error']);
      assert.equal(seen.headers.get('x-should-retry'), 'false');
      assert.deepEqual(calls(gateway), [1, 0]);
    });

    it(`that ends the answer is its finish reason, ${form}`, async () => {
      await using gateway = await twoVendors();
      gateway.fakes.first.script({ kind: 'answer', ...CHUNKS, finish: 'content-filter' });
      const seen = await ask(gateway, body);
      assert.deepEqual([seen.text, seen.finish, seen.isDone], ['One two three', 'content_filter', true]);
      assert.deepEqual(calls(gateway), [1, 0]);
    });
  }
});

describe('14. a fallback that rejects prefill', () => {
  it('shows the caller the error of the cut, and not its own', async () => {
    await using gateway = await twoVendors({ onStreamCut: 'continue' });
    gateway.fakes.first.script({ kind: 'cut', ...CHUNKS, afterChunks: 2 });
    gateway.fakes.second.script({ kind: 'status', status: 400, message: 'This model does not support prefill.' });
    assertCut(await ask(gateway), 'One two', 'upstream_stream_truncated');
    assert.deepEqual(calls(gateway), [1, 1]);
  });

  it('is not asked where it is known to', async () => {
    await using gateway = await twoVendors({ onStreamCut: 'continue' }, { second: { prefill: false } });
    gateway.fakes.first.script({ kind: 'cut', ...CHUNKS, afterChunks: 2 });
    assertCut(await ask(gateway), 'One two', 'upstream_stream_truncated');
    assert.deepEqual(calls(gateway), [1, 0]);
  });
});

describe('15. a flapping primary', () => {
  for (const outage of ['refuses', 'is silent'] as const) {
    it(`that ${outage} costs no call, and is used again within 30 s of its recovery`, async () => {
      const isDown = (second: number): boolean => second >= 30 && second < 90;
      const served = await play({ seconds: 150, outage, isDown, instances: 2 });
      assert.ok(served.every(({ record }) => record.ending === 'complete' && record.status === 200));
      const down = served.filter(({ second }) => isDown(second));
      const asked = down.filter(({ record }) => record.attempts.some(({ deployment }) => deployment === 'first'));
      assert.ok(asked.length <= REQUESTS_PER_SECOND * 6, `it got ${asked.length} calls while it was down`);
      const back = served.find(({ second, record }) => second >= 90 && record.servedBy === 'first');
      assert.ok(back !== undefined && back.second <= 120, `it was back at ${back?.second}`);
    });
  }
});

describe('16. accounting', () => {
  it('has every attempt in the trail, bills none that failed unread, and estimates what was interrupted', async () => {
    await using gateway = await twoVendors({ onStreamCut: 'continue' });
    gateway.fakes.first.script({ kind: 'status', status: 500 });
    gateway.fakes.second.script({ kind: 'answer', ...CHUNKS, usage: { inputTokens: 9, outputTokens: 4 } });
    const { trail, usage, headers } = await ask(gateway);
    const attempts = arrayMember(trail, 'attempts').map((attempt) =>
      ['deployment', 'outcome', 'cost_usd', 'cost_is_estimate'].map((key) => member(attempt, key)),
    );
    assert.deepEqual(attempts, [
      [deploymentId('first'), 'failed', undefined, undefined],
      [deploymentId('second'), 'served', 13, undefined],
    ]);
    assert.deepEqual([usage?.prompt_tokens, usage?.completion_tokens, trail?.cost_usd], [9, 4, 13]);
    assert.equal(headers.get('x-nemo-attempts'), '2');
  });

  it('bills a stream that was cut for what had come, by its own count', async () => {
    await using gateway = await twoVendors();
    gateway.fakes.first.script({ kind: 'cut', ...CHUNKS, afterChunks: 2 });
    const { trail } = await ask(gateway);
    const [attempt] = arrayMember(trail, 'attempts');
    const cost = Number(member(attempt, 'cost_usd'));
    // At two bytes a token "Hello" counts three and "One two" four; the silence before them and the form of the request count too.
    assert.ok(cost >= 7, String(cost));
    assert.equal(member(attempt, 'cost_is_estimate'), true);
    assert.equal((await gateway.record(0)).costUsd, cost);
  });
});
