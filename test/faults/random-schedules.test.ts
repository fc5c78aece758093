import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clock } from '../../functions/gateway/core/model/clock.ts';
import type { Dial, DialResult } from '../../functions/gateway/core/model/dial.ts';
import type { RequestRecord } from '../../functions/gateway/core/model/request-record.ts';
import { memoryStore } from '../bench/routing/memory-store.ts';
import { virtualTime } from '../bench/routing/virtual-time.ts';
import fc from '../support/property.ts';
import { readAnswer, type SeenContent } from './support/seen-answer.ts';
import { askVirtually, virtualGateway } from './support/virtual-fleet.ts';

/**
 * Whole gateways over providers that do anything at any time, on a clock of their own: what no schedule of faults may break. The same
 * properties of the race alone, with many more runs, are in `race-properties.test.ts`.
 */

const START_MS = 1_800_000_000_000;
const IDS = ['a', 'b', 'c', 'd'] as const;
/** What every deployment says when it says all; each can go on with what another has begun. */
const WORDS = ['one', ' two', ' three', ' four', ' five'];
const WHOLE = WORDS.join('');
/** Quick answers before the schedule begins, so that it is known what late is. */
const WARM_UP = 30;
const WARM_UP_MS = WARM_UP * 50;
const QUICK: Behaviour = { headersMs: 5, status: 200, firstMs: 20, wordMs: 1, words: 9, ending: 'finishes' };
/** The time between two requests: some begin while others are under way. */
const GAP_MS = 400;
const RUNS = 80;

/** What a provider does with one call. */
interface Behaviour {
  readonly headersMs: number;
  readonly status: 200 | 400 | 401 | 429 | 500 | 'refused' | 'never';
  readonly firstMs: number;
  readonly wordMs: number;
  /** So many words come before the ending; more than there are: all. */
  readonly words: number;
  readonly ending: 'finishes' | 'ends' | 'breaks' | 'stays silent' | 'fails';
}

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  headersMs: fc.integer({ min: 0, max: 600 }),
  status: fc.oneof(
    { weight: 5, arbitrary: fc.constant(200 as const) },
    { weight: 3, arbitrary: fc.constantFrom<Behaviour['status']>(400, 401, 429, 500, 'refused', 'never') },
  ),
  firstMs: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 5000 })),
  wordMs: fc.integer({ min: 0, max: 400 }),
  words: fc.integer({ min: 0, max: WORDS.length + 3 }),
  ending: fc.oneof(
    { weight: 3, arbitrary: fc.constant('finishes' as const) },
    { weight: 2, arbitrary: fc.constantFrom<Behaviour['ending']>('ends', 'breaks', 'stays silent', 'fails') },
  ),
});

interface Schedule {
  readonly behaviours: readonly Behaviour[];
  readonly strategy: 'ordered' | 'latency-based';
  readonly onStreamCut: 'error' | 'continue';
  readonly hedges: boolean;
  readonly maxAttempts: number;
  readonly sameTargetRetries: number;
  readonly deadlineMs: number;
  readonly streams: readonly boolean[];
  /** When the caller of that request leaves, if he does. */
  readonly leavesMs: readonly (number | undefined)[];
}

const REQUESTS = 30;

const schedule: fc.Arbitrary<Schedule> = fc.record({
  behaviours: fc.array(behaviour, { minLength: 1, maxLength: 24 }),
  strategy: fc.constantFrom('ordered', 'latency-based'),
  onStreamCut: fc.constantFrom('error', 'continue'),
  hedges: fc.boolean(),
  maxAttempts: fc.integer({ min: 1, max: 5 }),
  sameTargetRetries: fc.integer({ min: 0, max: 2 }),
  deadlineMs: fc.integer({ min: 200, max: 12_000 }),
  streams: fc.array(fc.boolean(), { minLength: REQUESTS, maxLength: REQUESTS }),
  leavesMs: fc.array(fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, fc.integer({ min: 1, max: 3000 })), {
    minLength: REQUESTS,
    maxLength: REQUESTS,
  }),
});

/** One call as the provider sees it. */
interface SeenCall {
  readonly request: string;
  readonly startedMs: number;
  endedMs?: number;
  isAborted: boolean;
}

interface Served {
  readonly stream: boolean;
  readonly hasLeft: boolean;
  /** With the writes behind the answer. */
  readonly endedMs: number;
  readonly status: number;
  readonly content: SeenContent;
  readonly records: readonly RequestRecord[];
  readonly calls: readonly SeenCall[];
}

const played = new Map<string, Promise<readonly Served[]>>();

/** What a schedule comes to, played once: every property draws the same ones by the pinned seed, and looks at them from its side. */
function outcomeOf(some: Schedule): Promise<readonly Served[]> {
  const name = JSON.stringify(some);
  const served = played.get(name) ?? play(some);
  played.set(name, served);
  return served;
}

/** Plays a schedule: thirty requests, one after the other and beside each other. */
async function play(some: Schedule): Promise<readonly Served[]> {
  const time = virtualTime(START_MS);
  const records: RequestRecord[] = [];
  const calls: SeenCall[] = [];
  const gateway = virtualGateway({
    config: configOf(some),
    clock: time.clock,
    dial: dialOf(some, time.clock, calls),
    store: memoryStore(time.clock),
    seed: 1,
    onRecord: (record) => records.push(record),
  });
  const answers: Promise<Omit<Served, 'records' | 'calls'>>[] = [];
  for (let index = 0; index < WARM_UP; index += 1) {
    time.clock.after(index * 50, () => void askVirtually(gateway, 'warm-up', { model: 'all', stream: true, user: '' }));
  }
  for (const [index, stream] of some.streams.entries()) {
    time.clock.after(WARM_UP_MS + index * GAP_MS, () => {
      answers.push(askOne(index, stream));
    });
  }
  await time.runUntil(START_MS + WARM_UP_MS + REQUESTS * GAP_MS + 60_000);
  const settled = await Promise.all(answers);
  return settled.map((answer, index) => ({
    ...answer,
    records: records.filter(({ keyName }) => keyName === `request${index}`),
    calls: calls.filter(({ request }) => request === `request${index}`),
  }));

  async function askOne(index: number, stream: boolean): Promise<Omit<Served, 'records' | 'calls'>> {
    const caller = new AbortController();
    const leavesMs = some.leavesMs[index];
    if (leavesMs !== undefined) {
      time.clock.after(leavesMs, () => caller.abort());
    }
    const name = `request${index}`;
    const body = { model: 'all', stream, user: name, messages: [{ role: 'user', content: 'Count.' }] };
    const { status, text } = await askVirtually(gateway, name, body, caller.signal);
    const content = readAnswer(text, stream && status === 200);
    return { stream, hasLeft: caller.signal.aborted, endedMs: time.clock.nowMs(), status, content };
  }
}

function configOf({ strategy, onStreamCut, hedges, maxAttempts, sameTargetRetries, deadlineMs }: Schedule): object {
  const hedge = hedges ? { hedge: { percentile: 60, budget: 1 } } : {};
  return {
    providers: Object.fromEntries(IDS.map((id) => [id, { protocol: 'openai', baseUrl: `http://${id}.test/v1` }])),
    deployments: Object.fromEntries(IDS.map((id) => [id, { provider: id, model: 'model', prefill: true }])),
    routes: { all: { strategy, deployments: IDS, onStreamCut, maxAttempts, sameTargetRetries, ...hedge } },
    timeouts: { firstTokenMs: 2000, stallMs: 1000, deadlineMs },
  };
}

/** Each call does what is next in the schedule. */
function dialOf({ behaviours }: Schedule, clock: Clock, calls: SeenCall[]): Dial {
  return ({ request, signal }) => {
    const isWarmUp = calls.length < WARM_UP;
    const does = isWarmUp ? QUICK : behaviours[calls.length % behaviours.length]!;
    const call: SeenCall = { request: String(request.body.user), startedMs: clock.nowMs(), isAborted: false };
    calls.push(call);
    signal.addEventListener('abort', () => {
      call.isAborted = call.endedMs === undefined;
      call.endedMs ??= clock.nowMs();
    });
    return answer(does, saidBefore(request.body), { clock, signal, call });
  };
}

interface Wire {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly call: SeenCall;
}

/** The text that the request gives as the beginning of the answer. */
function saidBefore({ messages }: { readonly messages?: unknown }): string {
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  const isOwn = typeof last === 'object' && last !== null && 'role' in last && last.role === 'assistant';
  return isOwn && 'content' in last ? String(last.content) : '';
}

async function answer(does: Behaviour, before: string, wire: Wire): Promise<DialResult> {
  const isOver = await passed(does.status === 'never' ? Infinity : does.headersMs, wire);
  if (isOver === 'aborted') {
    return { kind: 'failed', failure: { kind: 'unreachable', code: 'UND_ERR_ABORTED' } };
  }
  if (does.status === 'refused' || does.status === 'never') {
    wire.call.endedMs ??= wire.clock.nowMs();
    return { kind: 'failed', failure: { kind: 'unreachable', code: 'ECONNREFUSED' } };
  }
  const body = does.status === 200 ? streamed(does, before, wire) : errorBody(wire);
  return { kind: 'answered', status: does.status, headers: {}, body };
}

async function* errorBody({ clock, call }: Wire): AsyncGenerator<Uint8Array> {
  call.endedMs ??= clock.nowMs();
  yield new TextEncoder().encode('{"error":{"message":"No."}}');
}

async function* streamed(does: Behaviour, before: string, wire: Wire): AsyncGenerator<Uint8Array> {
  const rest = WHOLE.slice(before.length).match(/ ?\S+/g) ?? [];
  yield event({ delta: { role: 'assistant', content: '' } });
  for (const [index, word] of rest.slice(0, does.words).entries()) {
    await orThrow(index === 0 ? does.firstMs : does.wordMs, wire);
    yield event({ delta: { content: word } });
  }
  // A provider that ends well has said all.
  const isAll = does.words >= rest.length;
  await orThrow(
    does.ending === 'stays silent' || (does.ending === 'finishes' && !isAll) ? Infinity : does.wordMs,
    wire,
  );
  wire.call.endedMs ??= wire.clock.nowMs();
  switch (does.ending) {
    case 'finishes':
      yield event({ delta: {}, finish_reason: 'stop' });
      yield new TextEncoder().encode('data: [DONE]\n\n');
      return;
    case 'fails':
      yield new TextEncoder().encode('data: {"error":{"message":"No.","type":"server_error"}}\n\n');
      return;
    case 'breaks':
      throw Object.assign(new Error('The connection broke.'), { code: 'ECONNRESET' });
    case 'ends':
    case 'stays silent':
  }
}

function event(choice: object): Uint8Array {
  return new TextEncoder().encode(
    `data: ${JSON.stringify({ choices: [{ index: 0, finish_reason: null, ...choice }] })}\n\n`,
  );
}

async function orThrow(ms: number, wire: Wire): Promise<void> {
  if ((await passed(ms, wire)) === 'aborted') {
    throw new Error('The call was aborted.');
  }
}

function passed(ms: number, { clock, signal }: Wire): Promise<'passed' | 'aborted'> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve('aborted');
      return;
    }
    signal.addEventListener('abort', () => resolve('aborted'));
    if (ms !== Infinity) {
      clock.after(ms, () => resolve('passed'));
    }
  });
}

/** What a deployment costs beyond its deadline before all is tidied: the drain of a kept connection. */
const TIDY_MS = 1000;

function holds(name: string, check: (served: Served, some: Schedule) => void): void {
  it(name, async () => {
    await fc.assert(
      fc.asyncProperty(schedule, async (some) => {
        for (const served of await outcomeOf(some)) {
          check(served, some);
        }
      }),
      { numRuns: RUNS },
    );
  });
}

describe('any request, whatever the providers do and when', () => {
  holds('is recorded once, as its caller saw it', ({ records, status, content, hasLeft }) => {
    assert.equal(records.length, 1);
    assert.equal(records[0]?.status, status);
    assert.ok(hasLeft || (records[0]?.ending === 'complete') === content.isDone);
  });

  holds('that succeeds has all of its text, and one that does not says so', ({ content, hasLeft }) => {
    if (content.isDone) {
      assert.equal(content.text, WHOLE);
      assert.equal(content.finish, 'stop');
    } else {
      assert.ok(hasLeft || content.error !== undefined);
      assert.ok(WHOLE.startsWith(content.text));
    }
  });

  holds('is committed once at most: nothing but that deployment, or who goes on with it, is heard', (served, some) => {
    const { records, stream, content } = served;
    const heard = (records[0]?.attempts ?? []).filter(({ outcome }) => outcome === 'served');
    assert.ok(heard.length <= 1);
    const continued = (records[0]?.attempts ?? []).filter(({ continues }) => continues);
    assert.ok(continued.length === 0 || (stream && some.onStreamCut === 'continue'));
    assert.ok(content.models.size <= 1);
  });

  holds('makes maxAttempts calls and one hedge at the most, and as many as are recorded', (served, { maxAttempts }) => {
    const { records, calls } = served;
    const attempts = records[0]?.attempts ?? [];
    const hasHedge = attempts.some(({ hedge }) => hedge);
    assert.equal(calls.length, attempts.length);
    assert.ok(attempts.length <= maxAttempts + (hasHedge ? 1 : 0));
  });

  holds('ends by its deadline', ({ records }, { deadlineMs }) => {
    const { totalMs = Infinity } = records[0] ?? {};
    assert.ok(totalMs <= deadlineMs + 1, `it took ${totalMs} of ${deadlineMs} ms`);
  });

  holds('leaves no call at work: losers are aborted at once, and all others by the end', (served) => {
    const { calls, endedMs, records, hasLeft } = served;
    for (const [index, { failure, totalMs }] of (records[0]?.attempts ?? []).entries()) {
      const { startedMs, endedMs: callEndedMs = Infinity } = calls[index]!;
      assert.ok(callEndedMs <= endedMs + TIDY_MS);
      if (failure?.kind === 'aborted') {
        assert.ok(callEndedMs <= startedMs + totalMs + 1);
        assert.ok(hasLeft || failure.by === 'hedge');
      }
    }
  });
});
