import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { deploymentId, type RunningGateway, runningGateway } from '../../support/running-gateway.ts';

const NAMES = ['a', 'b', 'c'] as const;
type Name = (typeof NAMES)[number];

/** Milliseconds to the first token; every phase the fastest becomes the slowest, and the others one faster. */
const PHASES: readonly Readonly<Record<Name, number>>[] = [
  { a: 60, b: 350, c: 700 },
  { a: 700, b: 60, c: 350 },
  { a: 350, b: 700, c: 60 },
];
const PHASE_MS = 6000;
const CALL_EVERY_MS = 100;
/** From here on in a phase traffic should have followed. */
const FOLLOWED_MS = 4000;

interface Served {
  readonly phase: number;
  readonly sincePhaseMs: number;
  readonly deployment: string;
  readonly ttftMs: number;
}

describe('traffic to three providers', () => {
  it('leaves the one that became slow within seconds, for the fastest that is known, and no call fails', {
    timeout: 40_000,
  }, async (t) => {
    await using gateway = await runningGateway({
      fakes: { a: 'openai', b: 'openai', c: 'openai' },
      config: { routes: { all: { strategy: 'latency-based', deployments: NAMES.map(deploymentId) } } },
    });
    const calls: Promise<Served>[] = [];
    for (const [phase, speeds] of PHASES.entries()) {
      setSpeeds(gateway, speeds);
      const startedMs = performance.now();
      while (performance.now() - startedMs < PHASE_MS) {
        calls.push(ask(gateway, calls.length, { phase, sincePhaseMs: performance.now() - startedMs }));
        await sleep(CALL_EVERY_MS);
      }
    }
    const served = await Promise.all(calls);
    for (const line of table(served)) {
      t.diagnostic(line);
    }
    for (const [phase, speeds] of PHASES.entries()) {
      const [fastest = 'a', , slowest = 'c'] = NAMES.toSorted((one, other) => speeds[one] - speeds[other]);
      const late = served.filter((call) => call.phase === phase && call.sincePhaseMs > FOLLOWED_MS);
      const shareOf = (name: Name): number =>
        late.filter(({ deployment }) => deployment === deploymentId(name)).length / late.length;
      assert.ok(shareOf(slowest) <= 0.2, `phase ${phase}: the slowest still serves ${shareOf(slowest)}`);
      // The last to become fast was the slowest before: only a probe looks at it, once a minute.
      const isKnown = phase < 2;
      assert.ok(!isKnown || shareOf(fastest) >= 0.7, `phase ${phase}: the fastest serves ${shareOf(fastest)} only`);
    }
    assert.deepEqual(gateway.storeErrors, []);
  });
});

function setSpeeds({ fakes }: RunningGateway<Name>, speeds: Readonly<Record<Name, number>>): void {
  for (const name of NAMES) {
    fakes[name].byDefault({ kind: 'answer', firstTokenDelayMs: speeds[name] });
  }
}

/** Every call is a conversation of its own, so that none stays anywhere for its prompt cache. */
async function ask(
  gateway: RunningGateway<Name>,
  call: number,
  when: Pick<Served, 'phase' | 'sincePhaseMs'>,
): Promise<Served> {
  const startedMs = performance.now();
  let ttftMs: number | undefined;
  let deployment = '';
  const stream = await gateway.openai().chat.completions.create({
    model: 'all',
    messages: [{ role: 'user', content: `Conversation ${call}` }],
    stream: true,
  });
  for await (const chunk of stream) {
    ttftMs ??= performance.now() - startedMs;
    deployment = chunk.model;
  }
  return { ...when, deployment, ttftMs: ttftMs ?? assert.fail('no chunk') };
}

function table(served: readonly Served[]): readonly string[] {
  const rows = PHASES.flatMap((_, phase) =>
    [true, false].map((isSettling) => {
      const calls = served.filter((call) => call.phase === phase && call.sincePhaseMs <= FOLLOWED_MS === isSettling);
      const ttfts = calls.map(({ ttftMs }) => ttftMs).toSorted((one, other) => one - other);
      const percentile = (p: number): string => (ttfts[Math.ceil((p / 100) * ttfts.length) - 1] ?? 0).toFixed(0);
      const shares = NAMES.map((name) => {
        const count = calls.filter(({ deployment }) => deployment === deploymentId(name)).length;
        return `${name} ${Math.round((100 * count) / calls.length)} %`;
      });
      const part = isSettling ? `first ${FOLLOWED_MS / 1000} s` : 'rest';
      return `phase ${phase}, ${part}: p50 ${percentile(50)}, p95 ${percentile(95)}, p99 ${percentile(99)} ms to first token; ${shares.join(', ')}`;
    }),
  );
  return rows;
}
