import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { STACK_FRAMES } from '../../functions/gateway/compose-gateway.ts';
import type { Dial } from '../../functions/gateway/core/model/dial.ts';
import type { RequestRecord } from '../../functions/gateway/core/model/request-record.ts';
import type { GatewayPorts } from '../../functions/gateway/core/serve/ports.ts';
import type { FleetStatistics } from '../../functions/gateway/core/statistics/fleet-statistics.ts';
import type { Lesson } from '../../functions/gateway/core/statistics/observation.ts';
import { memoryStore } from '../bench/routing/memory-store.ts';
import { FAILURES } from '../support/failures.ts';
import { guardedClock } from '../support/guarded-clock.ts';
import { estimate } from '../support/routes.ts';
import { virtualClock } from '../support/virtual-clock.ts';
import { readAnswer, type SeenContent } from './support/seen-answer.ts';
import { askVirtually, virtualGateway } from './support/virtual-fleet.ts';

const CONFIG = {
  providers: { only: { protocol: 'openai', baseUrl: 'http://only.test/v1' } },
  deployments: { only: { provider: 'only', model: 'model' } },
  routes: { all: { strategy: 'ordered', deployments: ['only'] } },
};

function event(choice: object): Uint8Array {
  return new TextEncoder().encode(`data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`);
}

const BEGINNING = event({ delta: { role: 'assistant', content: 'Hello' }, finish_reason: null });
const END = event({ delta: {}, finish_reason: 'stop' });
/** What no body gives: the parser throws at it, as a decoder with a bug would. */
const NO_BYTES = null as unknown as Uint8Array;

function dialTo(pieces: readonly Uint8Array[], signals: AbortSignal[] = []): Dial {
  return async ({ signal }) => {
    signals.push(signal);
    return { kind: 'answered', status: 200, headers: {}, body: bodyOf(pieces) };
  };
}

async function* bodyOf(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    yield piece;
    await new Promise(setImmediate);
  }
}

interface Course {
  readonly status: number;
  readonly seen: SeenContent;
  readonly bugs: readonly unknown[];
  readonly records: readonly RequestRecord[];
}

interface Setting {
  readonly dial: Dial;
  readonly stream?: boolean;
  readonly ports?: Partial<GatewayPorts>;
  readonly config?: object;
}

async function play({ dial, stream = true, ports = {}, config = CONFIG }: Setting): Promise<Course> {
  const bugs: unknown[] = [];
  const records: RequestRecord[] = [];
  const time = virtualClock();
  const onBug = (bug: unknown): void => void bugs.push(bug);
  const clock = guardedClock(time.clock, onBug);
  const gateway = virtualGateway({
    config,
    clock,
    dial,
    store: memoryStore(clock),
    seed: 1,
    onRecord: (record) => records.push(record),
    ports: { onBug, ...ports },
  });
  let answer: Awaited<ReturnType<typeof askVirtually>> | undefined;
  const asking = askVirtually(gateway, 'key', { model: 'all', stream }).then((given) => {
    answer = given;
  });
  for (let waits = 0; waits < 40 && answer === undefined; waits += 1) {
    await time.advance(100);
  }
  await asking;
  assert.ok(answer !== undefined);
  const { status, text } = answer;
  return { status, seen: readAnswer(text, stream && status === 200), bugs, records };
}

/** Statistics that know nothing, and break at one kind of lesson. */
function statisticsThatBreakAt(kind: Lesson['kind']): FleetStatistics {
  return {
    prepare: async () => {},
    look: () => ({
      estimate: estimate(),
      state: 'healthy',
      lookedAtMs: -Infinity,
      breaksAnswers: false,
      isSuspect: false,
    }),
    observe: (observation) => {
      if (observation.kind === kind) {
        throw new Error('a bug');
      }
      return () => {};
    },
    claimProbe: async () => false,
    claimLook: async () => false,
    flush: async () => {},
    close: async () => {},
  };
}

function assertInternalError({ status, seen, bugs, records }: Course): void {
  assert.equal(status, 500);
  assert.equal(seen.error?.code, 'internal_error');
  assert.equal(bugs.length, 1);
  assert.deepEqual(
    records.map(({ ending, errorCode }) => [ending, errorCode]),
    [['failed', 'internal_error']],
  );
}

describe('a bug before the answer has begun', () => {
  for (const stream of [true, false]) {
    const form = stream ? 'streamed' : 'plain';
    it(`in a decoder is told, and the caller gets a 500, ${form}`, async () => {
      assertInternalError(await play({ dial: dialTo([NO_BYTES]), stream }));
    });

    it(`in a dial is told, and the caller gets a 500, ${form}`, async () => {
      const dial: Dial = () => Promise.reject(new Error('a bug'));
      assertInternalError(await play({ dial, stream }));
    });

    it(`in the plan is told, and the caller gets a 500, ${form}`, async () => {
      const look = (): never => {
        throw new Error('a bug');
      };
      const statistics = { ...statisticsThatBreakAt('late'), look };
      assertInternalError(await play({ dial: dialTo([]), stream, ports: { statistics } }));
    });
  }

  it('aborts the call to the provider', async () => {
    const signals: AbortSignal[] = [];
    await play({ dial: dialTo([NO_BYTES], signals) });
    assert.equal(signals[0]?.aborted, true);
  });

  it("in the middle of a plain call's answer is told, and the caller gets a 500", async () => {
    assertInternalError(await play({ dial: dialTo([BEGINNING, NO_BYTES]), stream: false }));
  });
});

describe('a bug in the middle of a stream', () => {
  it('ends it with an error event, without [DONE], is told, and aborts the provider', async () => {
    const signals: AbortSignal[] = [];
    const { status, seen, bugs, records } = await play({ dial: dialTo([BEGINNING, NO_BYTES], signals) });
    assert.equal(status, 200);
    assert.equal(seen.text, 'Hello');
    assert.equal(seen.isDone, false);
    assert.equal(seen.error?.code, 'internal_error');
    assert.equal(bugs.length, 1);
    assert.deepEqual(
      records.map(({ ending }) => ending),
      ['cut'],
    );
    assert.equal(signals[0]?.aborted, true);
  });

  it('at its end is told, and the stream does not end like a whole one', async () => {
    const statistics = statisticsThatBreakAt('answered');
    const { seen, bugs } = await play({ dial: dialTo([BEGINNING, END]), ports: { statistics } });
    assert.equal(seen.isDone, false);
    assert.equal(seen.error?.code, 'internal_error');
    assert.ok(bugs.length >= 1);
  });
});

describe('a bug after the answer', () => {
  it('in whoever writes the record is told, and takes nothing from the caller', async () => {
    const onRecord = (): never => {
      throw new Error('a bug');
    };
    const { seen, bugs } = await play({ dial: dialTo([BEGINNING, END]), ports: { onRecord } });
    assert.equal(seen.isDone, true);
    assert.equal(bugs.length, 1);
  });
});

describe('a bug in a probe beside a call', () => {
  it('is told, and takes neither the answer from the caller nor the call from the record', async () => {
    const known = statisticsThatBreakAt('cut');
    const ejection = { untilMs: 1, level: 1, reason: 'failures' as const };
    const statistics: FleetStatistics = {
      ...known,
      look: (id) => (id === 'other' ? { ...known.look(id), state: 'due', ejection } : known.look(id)),
      claimProbe: () => Promise.reject(new Error('a bug')),
    };
    const config = {
      ...CONFIG,
      deployments: { only: { provider: 'only', model: 'model' }, other: { provider: 'only', model: 'other' } },
      routes: { all: { strategy: 'latency-based', deployments: ['only', 'other'] } },
      probes: {},
    };
    const { seen, bugs, records } = await play({ dial: dialTo([BEGINNING, END]), config, ports: { statistics } });
    assert.equal(seen.isDone, true);
    assert.equal(bugs.length, 1);
    assert.deepEqual(
      records.map(({ ending }) => ending),
      ['complete'],
    );
  });
});

describe('a bug in the second attempt', () => {
  const { stackTraceLimit } = Error;
  // As deep as composeGateway has it.
  before(() => {
    Error.stackTraceLimit = STACK_FRAMES;
  });
  after(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  const config = {
    providers: { first: { protocol: 'openai', baseUrl: 'http://first.test/v1' }, ...CONFIG.providers },
    deployments: { first: { provider: 'first', model: 'model' }, ...CONFIG.deployments },
    routes: { all: { strategy: 'ordered', deployments: ['first', 'only'] } },
  };
  const broken: Readonly<Record<string, Dial>> = {
    'in its dial': async () => {
      await new Promise(setImmediate);
      throw new Error('a bug');
    },
    'in its decoder': dialTo([NO_BYTES]),
  };
  for (const stream of [true, false]) {
    for (const [where, second] of Object.entries(broken)) {
      it(`${where} shows whose request it was in its stack, ${stream ? 'streamed' : 'plain'}`, async () => {
        const dial: Dial = async (call) => {
          await new Promise(setImmediate);
          return call.deployment.id === 'first' ? { kind: 'failed', failure: FAILURES.unreachable } : second(call);
        };
        const { bugs } = await play({ dial, stream, config });
        const [bug] = bugs;
        assert.ok(bug instanceof Error);
        for (const frame of ['runRace', 'serveOperation', 'chatCall', 'handle']) {
          assert.match(bug.stack ?? '', new RegExp(`async ${frame} `));
        }
      });
    }
  }
});
