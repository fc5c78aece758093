import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AttemptLessons } from '../../../../functions/gateway/core/attempt/attempt-lessons.ts';
import { ChatAttempt } from '../../../../functions/gateway/core/attempt/chat-attempt.ts';
import type { AnswerEvent } from '../../../../functions/gateway/core/model/answer-event.ts';
import type { Attempt, AttemptOpening, ObservedAttempt } from '../../../../functions/gateway/core/model/attempt.ts';
import type { AttemptFailure } from '../../../../functions/gateway/core/model/attempt-failure.ts';
import type { Dial, UpstreamCall } from '../../../../functions/gateway/core/model/dial.ts';
import type { Usage } from '../../../../functions/gateway/core/model/usage.ts';
import { anthropic } from '../../../../functions/gateway/core/protocols/anthropic-messages/anthropic.ts';
import { openai } from '../../../../functions/gateway/core/protocols/openai-chat/openai.ts';
import type { Protocol } from '../../../../functions/gateway/core/protocols/protocol.ts';
import { nextPieces } from '../../../support/next-pieces.ts';
import { deployment } from '../../../support/routes.ts';
import { scriptedDial, type UpstreamMove, type UpstreamScript } from '../../../support/scripted-dial.ts';
import { type VirtualClock, virtualClock } from '../../../support/virtual-clock.ts';

const TIMEOUTS = { connectMs: 1000, firstTokenMs: 10_000, stallMs: 15_000, deadlineMs: 120_000 };
const TOLD = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
const USAGE: Usage = { input: 5, output: 2, raw: { dialect: 'openai-chat', value: TOLD } };

function event(chunk: object): string {
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', ...chunk })}\n\n`;
}

function delta(fields: object, finishReason: string | null = null): string {
  return event({ choices: [{ index: 0, delta: fields, finish_reason: finishReason }] });
}

const ROLE = delta({ role: 'assistant', content: '' });
const HELLO = delta({ content: 'Hello' });
const STOP = delta({}, 'stop');
const USED = event({ choices: [], usage: TOLD });
const DONE = 'data: [DONE]\n\n';
const BODY = JSON.stringify({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: TOLD,
});

interface Tried {
  readonly time: VirtualClock;
  readonly attempt: Attempt<AnswerEvent>;
  readonly calls: readonly UpstreamCall[];
  /** Opens it and lets time pass until it has opened or failed; at most a minute. */
  readonly opened: () => Promise<AttemptOpening<AnswerEvent>>;
  /** The rest of the answer; at most two minutes of it. */
  readonly rest: () => Promise<readonly AnswerEvent[]>;
}

function tried(
  script: UpstreamScript | readonly UpstreamMove[],
  dialOver?: Dial,
  choices = 1,
  protocol: Protocol = openai,
): Tried {
  const time = virtualClock();
  const scripted = scriptedDial(time.clock, 'body' in script ? script : { body: script });
  const attempt = new ChatAttempt({
    deployment: deployment('a'),
    protocol,
    target: { model: 'm', streaming: true },
    request: { operation: 'answer-stream', headers: {}, body: {} },
    choices,
    timeouts: TIMEOUTS,
    dial: dialOver ?? scripted.dial,
    clock: time.clock,
  });
  return {
    time,
    attempt,
    calls: scripted.calls,
    opened: async () => (await within(time, attempt.open(), 60_000)) ?? assert.fail('It neither opened nor failed.'),
    rest: async () => (await within(time, readAll(attempt), 120_000)) ?? assert.fail('It did not end.'),
  };
}

const BOUNDED = {
  deployment: deployment('a'),
  protocol: openai,
  target: { model: 'm', streaming: true },
  request: { operation: 'answer-stream', headers: {}, body: {} },
  choices: 1,
  timeouts: TIMEOUTS,
  maxBytes: 10_000,
} as const;

async function readAll(attempt: Attempt<AnswerEvent>): Promise<readonly AnswerEvent[]> {
  const all: AnswerEvent[] = [];
  for (let deltas = await nextPieces(attempt); deltas !== undefined; deltas = await nextPieces(attempt)) {
    all.push(...deltas);
  }
  return all;
}

/** The promise's value, once enough virtual time has passed; `undefined` where that is more than `limitMs`. */
async function within<Value>(time: VirtualClock, promise: Promise<Value>, limitMs: number): Promise<Value | undefined> {
  const settled: { value?: Value } = {};
  void promise.then((value) => {
    settled.value = value;
  });
  for (let passedMs = 0; passedMs <= limitMs && !('value' in settled); passedMs += 10) {
    await time.advance(10);
  }
  return settled.value;
}

interface Observed {
  readonly attempt: ChatAttempt;
  readonly time: VirtualClock;
  /** The kinds of the lessons that the fleet was told. */
  readonly kinds: readonly string[];
}

/** An attempt at a vendor that does as `body` says, of which the fleet is told. */
function observed(
  body: readonly UpstreamMove[],
  { lateAfterMs = 5000, isAlone }: { readonly lateAfterMs?: number; readonly isAlone?: boolean } = {},
): Observed {
  const time = virtualClock();
  const kinds: string[] = [];
  const statistics = {
    observe: ({ kind }: { readonly kind: string }) => {
      kinds.push(kind);
      return () => undefined;
    },
    flush: async () => undefined,
  };
  const silence = { afterMs: 1000, limitMs: 2000 };
  const options = { statistics, clock: time.clock, extra: undefined, lateAfterMs, silence, promptFactor: 1 };
  const { dial } = scriptedDial(time.clock, { body });
  const observe = (begun: ObservedAttempt): AttemptLessons => new AttemptLessons(begun, options);
  const setting = { dial, clock: time.clock, observe, ...(isAlone !== undefined && { isAlone: () => isAlone }) };
  return { attempt: new ChatAttempt({ ...BOUNDED, ...setting }), time, kinds };
}

function textOf(deltas: readonly AnswerEvent[]): string {
  return deltas.map((one) => (one.type === 'part-delta' ? one.text : '')).join('');
}

function failureOf(opening: AttemptOpening<AnswerEvent>): AttemptFailure | undefined {
  return opening.kind === 'failed' ? opening.failure : undefined;
}

describe('an attempt opens', () => {
  it('with the first content, not with what comes before it', async () => {
    const before = [ROLE, ': ping\n\n', delta({}), delta({ content: '' }), event({ choices: [] })];
    const { opened, attempt } = tried([
      ...before.map((text) => ({ afterMs: 100, text })),
      { afterMs: 100, text: HELLO },
    ]);
    const opening = await opened();
    assert.ok(opening.kind === 'opened' && textOf(opening.pieces) === 'Hello');
    assert.equal(attempt.report().ttftMs, 600);
  });

  const contents: Readonly<Record<string, object>> = {
    text: { content: 'x' },
    'a refusal': { refusal: 'No.' },
    'shown reasoning': { reasoning_content: 'Hm' },
    'a tool call': {
      tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: '' } }],
    },
  };
  for (const [name, fields] of Object.entries(contents)) {
    it(`with ${name}`, async () => {
      const { opened, attempt } = tried([{ text: ROLE }, { afterMs: 50, text: delta(fields) }, { silent: true }]);
      assert.equal((await opened()).kind, 'opened');
      assert.equal(attempt.report().ttftMs, 50);
    });
  }

  it('with the whole of an answer that has no content', async () => {
    const { opened, attempt } = tried([{ text: ROLE }, { afterMs: 40, text: STOP + USED + DONE }]);
    assert.equal((await opened()).kind, 'opened');
    assert.deepEqual(attempt.report().usage, USAGE);
    assert.equal(attempt.report().failure, undefined);
  });

  it('with a JSON body where a stream was asked for', async () => {
    const cuts: readonly (readonly string[])[] = [
      [BODY],
      ['', '\n \n', BODY],
      ['\ufeff', BODY],
      [BODY.slice(0, 30), BODY.slice(30)],
    ];
    for (const parts of cuts) {
      const { opened, attempt } = tried(parts.map((text) => ({ afterMs: 20, text })));
      const opening = await opened();
      assert.ok(opening.kind === 'opened' && textOf(opening.pieces) === 'Hello', JSON.stringify(parts));
      assert.deepEqual(attempt.report().usage, USAGE);
      assert.equal(await nextPieces(attempt), undefined);
    }
  });
});

describe('the fleet is told of an attempt', () => {
  interface Telling {
    readonly name: string;
    /** Whether no other attempt at the answer is under way. Absent: nobody says, as of a probe. */
    readonly isAlone?: boolean;
    readonly body?: readonly UpstreamMove[];
    /** What its reader does once it has opened. */
    readonly act?: (attempt: ChatAttempt) => unknown;
    /** Before the reader has its first words, and once he has done that. */
    readonly told: readonly (readonly unknown[])[];
  }
  const leave = (attempt: ChatAttempt): void => attempt.abort({ kind: 'aborted', by: 'caller' });
  const GREETING: readonly UpstreamMove[] = [{ afterMs: 50, text: HELLO }, { silent: true }];
  const tellings: readonly Telling[] = [
    {
      name: 'behind its first words, once its reader asks for more',
      isAlone: true,
      act: (attempt) => attempt.isReady(() => undefined),
      told: [[], ['first-token']],
    },
    {
      name: 'though its reader leaves without asking for more',
      isAlone: true,
      act: leave,
      told: [[], ['first-token']],
    },
    {
      name: 'though it is stopped by its deadline and not read on',
      isAlone: true,
      act: (attempt) => attempt.abort({ kind: 'timed-out', phase: 'deadline', afterMs: 60 }),
      told: [[], ['first-token']],
    },
    {
      name: 'though its reader cannot take its first words for longer than a late one is waited for',
      isAlone: true,
      told: [[], ['first-token']],
    },
    {
      name: 'at once where another is under way',
      isAlone: false,
      act: leave,
      told: [['first-token'], ['first-token']],
    },
    { name: 'at once where nobody waits for its words', act: leave, told: [['first-token'], ['first-token']] },
    {
      name: 'at once where its end has come too',
      isAlone: true,
      body: [{ afterMs: 50, text: HELLO + STOP + DONE }],
      act: leave,
      told: [
        ['first-token', 'answered'],
        ['first-token', 'answered'],
      ],
    },
    {
      name: 'at once where its whole answer has no content',
      isAlone: true,
      body: [{ afterMs: 50, text: STOP + DONE }],
      act: leave,
      told: [
        ['first-token', 'answered'],
        ['first-token', 'answered'],
      ],
    },
    {
      name: 'at once where it has failed',
      isAlone: true,
      body: [{ afterMs: 50, breaks: 'ECONNRESET' }],
      act: leave,
      told: [['failed'], ['failed']],
    },
  ];
  for (const { name, isAlone, body = GREETING, act, told } of tellings) {
    it(`${name}, and that it is late never`, async () => {
      const { attempt, time, kinds } = observed(body, { lateAfterMs: 55, ...(isAlone !== undefined && { isAlone }) });
      const seen: (readonly string[])[] = [];
      void attempt.open().then(() => {
        seen.push([...kinds]);
        act?.(attempt);
      });
      await time.advance(50);
      assert.deepEqual([...seen, kinds], told);
      await time.advance(5000);
      leave(attempt);
      assert.deepEqual(kinds, told[1]);
      assert.equal(time.pending(), 0);
    });
  }

  const cases: readonly { readonly name: string; readonly body: readonly UpstreamMove[]; readonly told: unknown }[] = [
    {
      name: 'its first token and its end',
      body: [
        { afterMs: 50, text: HELLO },
        { afterMs: 100, text: STOP + DONE },
      ],
      told: ['first-token', 'answered'],
    },
    {
      name: 'both of an answer that comes in one read',
      body: [{ text: HELLO + STOP + DONE }],
      told: ['first-token', 'answered'],
    },
    { name: 'that it was cut', body: [{ text: HELLO }, { breaks: 'ECONNRESET' }], told: ['first-token', 'cut'] },
    {
      name: 'that it failed before its first token, and nothing more',
      body: [{ breaks: 'ECONNRESET' }],
      told: ['failed'],
    },
    {
      name: 'that its content and its failure came together',
      body: [{ text: HELLO + event({ error: { message: 'x' } }) }],
      told: ['failed'],
    },
    { name: 'nothing more of one that is stopped', body: [{ text: HELLO }, { silent: true }], told: ['first-token'] },
  ];
  for (const { name, body, told } of cases) {
    it(`${name}, once`, async () => {
      const { attempt, time, kinds } = observed(body);
      await within(time, attempt.open(), 1000);
      await within(time, readAll(attempt), 1000);
      attempt.abort({ kind: 'aborted', by: 'caller' });
      assert.equal(attempt.take(), undefined);
      assert.deepEqual(kinds, told);
      assert.equal(time.pending(), 0);
    });
  }
});

describe('an attempt fails before its content', () => {
  const cases: readonly {
    readonly name: string;
    readonly body: readonly UpstreamMove[];
    readonly kind: AttemptFailure['kind'];
  }[] = [
    { name: 'an empty body', body: [], kind: 'truncated' },
    { name: 'a stream of nothing but pings', body: [{ text: ': ping\n\n: ping\n\n' }], kind: 'truncated' },
    { name: 'a role and then the end', body: [{ text: ROLE }], kind: 'truncated' },
    { name: 'HTML', body: [{ text: '<html><body>Bad gateway</body></html>' }], kind: 'truncated' },
    { name: 'events that are not JSON', body: [{ text: 'data: oops\n\n' }], kind: 'malformed' },
    { name: 'half a JSON body', body: [{ text: BODY.slice(0, 40) }], kind: 'malformed' },
    {
      name: 'a JSON body that is an error',
      body: [{ text: '{"error":{"message":"x","code":503}}' }],
      kind: 'overloaded',
    },
    {
      name: 'an error event',
      body: [{ text: 'data: {"error":{"message":"x","type":"server_error"}}\n\n' }],
      kind: 'overloaded',
    },
    {
      name: 'a role and then an error event',
      body: [{ text: ROLE }, { text: 'data: {"error":{"message":"x","type":"server_error"}}\n\n' }],
      kind: 'overloaded',
    },
    {
      name: 'content and an error in one read',
      body: [{ text: `${HELLO}data: {"error":{"message":"x","type":"server_error"}}\n\n` }],
      kind: 'overloaded',
    },
    { name: 'a reset', body: [{ text: ROLE }, { breaks: 'ECONNRESET' }], kind: 'unreachable' },
    {
      name: 'a connection that the system has given up',
      body: [{ text: ROLE }, { breaks: 'ETIMEDOUT' }],
      kind: 'unreachable',
    },
  ];
  for (const { name, body, kind } of cases) {
    it(`by ${name}`, async () => {
      const { opened, attempt, time } = tried(body);
      assert.equal(failureOf(await opened())?.kind, kind);
      const report = attempt.report();
      assert.equal(report.failure?.kind, kind);
      assert.equal(report.ttftMs, undefined);
      assert.notEqual(report.endedAtMs, undefined);
      assert.equal(await nextPieces(attempt), undefined);
      await time.advance(5000);
      assert.equal(time.pending(), 0);
    });
  }

  it('as its dial says', async () => {
    const failure = { kind: 'timed-out', phase: 'connect', afterMs: 1000 } as const;
    const { opened } = tried([], async () => ({ kind: 'failed', failure }));
    assert.deepEqual(failureOf(await opened()), failure);
  });

  it('by its status, in the words of the vendor', async () => {
    const body = [{ text: '{"error":{"message":"Slow down","type":"rate_limit_error"}}' }];
    const { opened } = tried({ status: 429, headers: { 'retry-after': '3' }, body });
    const failure = failureOf(await opened());
    assert.ok(failure?.kind === 'rate-limited' && failure.retryAfterMs === 3000);
    assert.equal(failure.vendor?.message, 'Slow down');
  });

  for (const [name, move] of Object.entries({ dawdles: { silent: true }, breaks: { breaks: 'ECONNRESET' } } as const)) {
    it(`by its status alone where the error's body ${name}`, async () => {
      const { opened, attempt, calls, time } = tried({ status: 503, body: [move] });
      assert.equal(failureOf(await opened())?.kind, 'overloaded');
      assert.ok((attempt.report().endedAtMs ?? Infinity) - attempt.startedAtMs <= 2000);
      assert.equal(calls[0]?.signal.aborted, true);
      await time.advance(0);
      assert.equal(time.pending(), 0);
    });
  }
});

describe('an attempt at several choices', () => {
  const second = event({ choices: [{ index: 1, delta: { content: 'Hi' }, finish_reason: 'stop' }] });
  const endings: readonly (readonly UpstreamMove[])[] = [[], [{ breaks: 'ECONNRESET' }]];
  for (const ending of endings) {
    const how = ending.length === 0 ? 'ends' : 'breaks';

    it(`fails where its stream ${how} before one of them has begun`, async () => {
      const { opened, rest, attempt } = tried([{ text: HELLO }, { text: STOP }, ...ending], undefined, 2);
      await opened();
      await rest();
      assert.equal(attempt.report().failure?.kind, ending.length === 0 ? 'truncated' : 'unreachable');
    });

    it(`is whole where its stream ${how} after the last finish reason`, async () => {
      const { opened, rest, attempt } = tried(
        [{ text: HELLO }, { text: STOP }, { text: second }, ...ending],
        undefined,
        2,
      );
      await opened();
      await rest();
      assert.equal(attempt.report().failure, undefined);
    });
  }

  it('is whole where a server that gives fewer says [DONE]', async () => {
    const { opened, rest, attempt } = tried([{ text: HELLO }, { text: STOP + DONE }], undefined, 2);
    await opened();
    await rest();
    assert.equal(attempt.report().failure, undefined);
  });
});

describe('an attempt that is stopped', () => {
  const moments: Readonly<Record<string, { readonly script: UpstreamScript; readonly afterMs: number }>> = {
    'before the headers': { script: { headersAfterMs: 500, body: [] }, afterMs: 100 },
    'before the first content': { script: { body: [{ text: ROLE }, { silent: true }] }, afterMs: 100 },
    'while an error is read': { script: { status: 500, body: [{ silent: true }] }, afterMs: 100 },
  };
  const reasons: readonly AttemptFailure[] = [
    { kind: 'aborted', by: 'hedge' },
    { kind: 'aborted', by: 'caller' },
    { kind: 'timed-out', phase: 'first-token', afterMs: 100 },
  ];
  for (const [name, { script, afterMs }] of Object.entries(moments)) {
    for (const reason of reasons) {
      it(`${name} fails by what it was stopped for: ${JSON.stringify(reason)}`, async () => {
        const { attempt, time, calls } = tried(script);
        const opening = attempt.open();
        await time.advance(afterMs);
        attempt.abort(reason);
        assert.equal(calls[0]?.signal.aborted, true);
        assert.deepEqual(await opening, { kind: 'failed', failure: reason });
        const { ttftMs, failure, endedAtMs } = attempt.report();
        assert.deepEqual({ ttftMs, failure }, { ttftMs: undefined, failure: reason });
        assert.equal(endedAtMs, attempt.startedAtMs + afterMs);
        await time.advance(0);
        assert.equal(time.pending(), 0);
      });
    }
  }

  it('after its content ends with that', async () => {
    const { attempt, opened, rest, calls } = tried([{ text: HELLO }, { silent: true }]);
    await opened();
    attempt.abort({ kind: 'aborted', by: 'caller' });
    assert.deepEqual(await rest(), []);
    assert.deepEqual(attempt.report().failure, { kind: 'aborted', by: 'caller' });
    assert.equal(calls[0]?.signal.aborted, true);
  });

  it('after its end is left as it was, and its connection too', async () => {
    const { attempt, opened, rest, calls, time } = tried([{ text: HELLO + STOP + DONE }, { afterMs: 30, text: '\n' }]);
    await opened();
    await rest();
    attempt.abort({ kind: 'aborted', by: 'caller' });
    assert.equal(attempt.report().failure, undefined);
    await time.advance(100);
    assert.equal(calls[0]?.signal.aborted, false);
    assert.equal(time.pending(), 0);
  });
});

describe('an answer after its first content', () => {
  it('is read to its end, with the usage, whoever closes the connection when', async () => {
    const { attempt, opened, rest, time } = tried([
      { text: ROLE + HELLO },
      { afterMs: 200, text: delta({ content: ', world' }) },
      { afterMs: 200, text: STOP },
      { afterMs: 100, text: USED + DONE },
    ]);
    await opened();
    const committedMs = time.clock.nowMs();
    assert.equal(textOf(await rest()), ', world');
    const { failure, usage, endedAtMs = 0, ttftMs } = attempt.report();
    assert.deepEqual({ failure, usage, ttftMs }, { failure: undefined, usage: USAGE, ttftMs: 0 });
    assert.equal(endedAtMs - committedMs, 500);
    await time.advance(2000);
    assert.equal(time.pending(), 0);
  });

  it('has stalled after so long a silence', async () => {
    const { attempt, opened, rest, calls } = tried([
      { text: HELLO },
      { afterMs: 14_000, text: HELLO },
      { silent: true },
    ]);
    await opened();
    const deltas = await rest();
    assert.deepEqual(attempt.report().failure, { kind: 'timed-out', phase: 'stall', afterMs: 15_000 });
    assert.equal(deltas.at(-1)?.type, 'failed');
    assert.equal(calls[0]?.signal.aborted, true);
  });

  for (const [what, text] of [
    ['comments', ': ping\n\n'],
    ['chunks that say nothing', delta({})],
  ] as const) {
    it(`has stalled after a minute of ${what} behind its first words`, async () => {
      const pings = Array.from({ length: 30 }, () => ({ afterMs: 5000, text }));
      const { attempt, opened, rest } = tried([{ text: HELLO }, ...pings]);
      await opened();
      await rest();
      assert.deepEqual(attempt.report().failure, { kind: 'timed-out', phase: 'stall', afterMs: 60_000 });
    });
  }

  it('has not stalled where words come now and then between pings', async () => {
    const pings = Array.from({ length: 10 }, () => ({ afterMs: 5000, text: ': ping\n\n' }));
    const { attempt, opened, rest } = tried([
      { text: HELLO },
      ...pings,
      { text: HELLO },
      ...pings,
      { text: STOP + DONE },
    ]);
    await opened();
    await rest();
    assert.equal(attempt.report().failure, undefined);
  });

  it('fails where its beginning has no end', async () => {
    const time = virtualClock();
    const beginning = { text: ': x\n\ndata: {}\n\n'.repeat(30_000) };
    const { dial } = scriptedDial(time.clock, { body: Array.from({ length: 5 }, () => beginning) });
    const nothing: AnswerEvent = { type: 'about' };
    const decoder = { ...openai.decoder({ model: 'm', streaming: true }), event: () => [nothing] };
    const attempt = new ChatAttempt({
      deployment: deployment('a'),
      protocol: { ...openai, decoder: () => decoder },
      target: { model: 'm', streaming: true },
      request: { operation: 'answer-stream', headers: {}, body: {} },
      choices: 1,
      timeouts: TIMEOUTS,
      dial,
      clock: time.clock,
    });
    const opening = await attempt.open();
    assert.deepEqual(opening, { kind: 'failed', failure: { kind: 'malformed', reason: 'a beginning without end' } });
  });

  const LONG_ID = 'x'.repeat(1024 * 1024);
  const longBeginnings = [
    [
      'openai',
      openai,
      event({ id: LONG_ID, choices: [{ index: 0, delta: { role: 'assistant' }, finish_reason: null }] }),
    ],
    [
      'anthropic',
      anthropic,
      `event: message_start\ndata: ${JSON.stringify({ type: 'message_start', message: { id: LONG_ID, model: 'm', content: [], usage: {} } })}\n\n`,
    ],
  ] as const;
  for (const [name, protocol, text] of longBeginnings) {
    it(`fails where ${name} begins again and again with few events of many bytes`, async () => {
      const moves = Array.from({ length: 300 }, () => ({ text }));
      const { attempt, opened } = tried(moves, undefined, 1, protocol);
      assert.deepEqual(await opened(), {
        kind: 'failed',
        failure: { kind: 'malformed', reason: 'a beginning without end' },
      });
      assert.ok((attempt.report().bodyBytes ?? 0) < 70 * LONG_ID.length);
    });
  }

  it('fails where its answer has more bytes than it may, whatever they say, also behind its first words', async () => {
    for (const text of [HELLO, ': nothing\n\n'.repeat(100), 'data: {}\n\n']) {
      const time = virtualClock();
      const body = [{ text: ROLE + HELLO }, ...Array.from({ length: 1000 }, () => ({ text }))];
      const attempt = new ChatAttempt({ ...BOUNDED, dial: scriptedDial(time.clock, { body }).dial, clock: time.clock });
      assert.equal((await attempt.open()).kind, 'opened');
      while ((await nextPieces(attempt)) !== undefined) {
        // Read to its end.
      }
      const { failure, bodyBytes = 0 } = attempt.report();
      assert.deepEqual(failure, { kind: 'malformed', reason: 'an answer without end' });
      assert.ok(bodyBytes < BOUNDED.maxBytes + 2000);
    }
  });

  it('counts every byte of its body, whatever it says', async () => {
    const { attempt, opened, rest } = tried([{ text: ROLE + HELLO }, { text: ': nothing\n\n' }, { text: STOP + DONE }]);
    await opened();
    await rest();
    assert.equal(attempt.report().bodyBytes, `${ROLE}${HELLO}: nothing\n\n${STOP}${DONE}`.length);
  });

  it('has not stalled while it is the caller who dawdles', async () => {
    const { attempt, opened, rest, time } = tried([{ text: HELLO }, { text: HELLO }, { text: STOP + DONE }]);
    await opened();
    await nextPieces(attempt);
    await time.advance(60_000);
    await rest();
    assert.equal(attempt.report().failure, undefined);
  });

  const endings: readonly {
    readonly name: string;
    readonly body: readonly UpstreamMove[];
    readonly kind: AttemptFailure['kind'] | undefined;
  }[] = [
    {
      name: 'is complete with a finish reason, though nothing says so after it',
      body: [{ text: STOP }],
      kind: undefined,
    },
    {
      name: 'is complete where the connection is reset after the finish reason',
      body: [{ text: STOP }, { breaks: 'ECONNRESET' }],
      kind: undefined,
    },
    {
      name: 'is complete where silence follows the finish reason',
      body: [{ text: STOP }, { silent: true }],
      kind: undefined,
    },
    { name: 'is cut where it ends without a finish reason', body: [{ text: HELLO }], kind: 'truncated' },
    { name: 'is cut where it ends inside an event', body: [{ text: HELLO.slice(0, 20) }], kind: 'truncated' },
    {
      name: 'is broken where the connection is reset',
      body: [{ text: HELLO }, { breaks: 'ECONNRESET' }],
      kind: 'unreachable',
    },
    {
      name: 'has failed by an error event',
      body: [{ text: 'data: {"error":{"message":"x","type":"server_error"}}\n\n' }],
      kind: 'overloaded',
    },
    {
      name: 'goes on past an event that cannot be read',
      body: [{ text: 'data: {"oops\n\n' }, { text: STOP + DONE }],
      kind: undefined,
    },
  ];
  for (const { name, body, kind } of endings) {
    it(name, async () => {
      const { attempt, opened, rest, time } = tried([{ text: HELLO }, ...body]);
      await opened();
      await rest();
      assert.equal(attempt.report().failure?.kind, kind);
      await time.advance(5000);
      assert.equal(time.pending(), 0);
    });
  }

  for (const [name, before] of Object.entries({ 'with content': HELLO, 'without any': ROLE })) {
    it(`waits only a moment for the usage after the finish reason of an answer ${name}`, async () => {
      const { attempt, opened, rest } = tried([{ text: before }, { text: STOP }, { silent: true }]);
      await opened();
      await rest();
      const { endedAtMs = Infinity, failure } = attempt.report();
      assert.equal(failure, undefined);
      assert.ok(endedAtMs - attempt.startedAtMs <= 1100);
    });
  }

  it('is whole where an error event follows its finish reason, even in the same bytes', async () => {
    const error = event({ error: { message: 'x', type: 'server_error' } });
    for (const body of [
      [{ text: HELLO }, { text: STOP + error }],
      [{ text: HELLO }, { text: STOP }, { text: error }],
    ]) {
      const { attempt, opened, rest, time } = tried(body);
      await opened();
      assert.ok((await rest()).every(({ type }) => type !== 'failed'));
      assert.equal(attempt.report().failure, undefined);
      await time.advance(5000);
      assert.equal(time.pending(), 0);
    }
  });

  it('takes the usage that comes a moment after the finish reason', async () => {
    const { attempt, opened, rest } = tried([
      { text: HELLO },
      { text: STOP },
      { afterMs: 800, text: USED },
      { silent: true },
    ]);
    await opened();
    await rest();
    assert.deepEqual(attempt.report().usage, USAGE);
  });
});
