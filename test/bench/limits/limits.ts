import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Pool } from 'undici';
import { sha256Hex } from '../../../functions/gateway/adapters/key-form.ts';
import type { BenchSystem } from './gateway.ts';

/**
 * Many keys at once, each asking at ten times its allowed rate, beside the same allowed traffic without the flood: what the allowed
 * requests take, how many pass, and whether every account adds up to the cent. Client, gateway and provider are three processes.
 * `npm run bench:limits`; KEYS and SECONDS set the size.
 */
const KEYS = Number(process.env.KEYS ?? 20);
const SECONDS = Number(process.env.SECONDS ?? 20);
/** A key's allowed requests a minute: one a second beside what its meter holds at the start. */
const REQUESTS_PER_MINUTE = 60;
const OVERLOAD = 10;
/** By then every key has used up what its meter held: what passes later passes at the allowed rate. */
const BURST_MS = 8_000;
/** Calls at once of one key, in one process, and how many of them its limit has room for. */
const BURSTS = [20, 100, 200, 400];
const BURST_LIMIT = 20;
/** By the prices in `gateway.ts`. */
const COST_OF_A_CALL_USD = 0.026;

interface Outcome {
  readonly key: string;
  /** Since the run's start. */
  readonly atMs: number;
  readonly status: number;
  readonly ms: number;
}

const provider = fork(new URL('../overhead/provider.ts', import.meta.url), {
  stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
});
const [providerPort] = (await once(provider, 'message')) as [number];

/** One run: every key asks `rate` times its allowed rate. */
async function run(
  rate: number,
  limit: number,
): Promise<{ outcomes: readonly Outcome[]; spentUsd: ReadonlyMap<string, number> }> {
  const keys = Array.from({ length: KEYS }, (_, index) => `bench-key-${index}`);
  const limits = keys.map((key, index) => ({ name: `key-${index}`, sha256: sha256Hex(key), requestsPerMinute: limit }));
  const child = fork(new URL('./gateway.ts', import.meta.url), [String(providerPort), JSON.stringify(limits)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [{ baseUrl }] = (await once(child, 'message')) as [BenchSystem];
  const pool = new Pool(new URL(baseUrl).origin, { connections: 64 });
  const everyMs = 60_000 / REQUESTS_PER_MINUTE / rate;
  const outcomes = await Promise.all(
    keys.map((key, index) => callEvery(pool, key, { everyMs, offsetMs: (index * everyMs) / KEYS })),
  );
  child.send('spent');
  const [spent] = (await once(child, 'message')) as [Record<string, number>];
  await pool.destroy();
  child.kill();
  return { outcomes: outcomes.flat(), spentUsd: new Map(keys.map((key) => [key, spent[sha256Hex(key)] ?? 0])) };
}

/** How many of the calls that come at once pass, for each size of burst: a key of its own for each. */
async function runBursts(): Promise<readonly { readonly size: number; readonly count: number }[]> {
  const keys = BURSTS.map((size) => ({
    name: `burst-${size}`,
    sha256: sha256Hex(`burst-${size}`),
    requestsPerMinute: BURST_LIMIT,
  }));
  const child = fork(new URL('./gateway.ts', import.meta.url), [String(providerPort), JSON.stringify(keys)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [{ baseUrl }] = (await once(child, 'message')) as [BenchSystem];
  const pool = new Pool(new URL(baseUrl).origin, { connections: Math.max(...BURSTS) });
  const passed: { size: number; count: number }[] = [];
  for (const size of BURSTS) {
    const calls = await Promise.all(Array.from({ length: size }, () => call(pool, `burst-${size}`, 0)));
    passed.push({ size, count: calls.filter(({ status }) => status === 200).length });
  }
  await pool.destroy();
  child.kill();
  return passed;
}

/** A key's dollars, and how many dear calls at once it sends. */
const DEAR_LIMIT_USD = 1;
const DEAR_CALLS = 60;

/** What one call of several answers costs: all are billed. */
const DEAR_ANSWERS = 128;
const COST_OF_ANSWERS_USD = 0.01 + DEAR_ANSWERS * 0.016;

/** What a key of one dollar is charged after a burst of calls that ask for a lot in each of the ways that cost much. */
async function runDearBursts(): Promise<
  readonly { readonly name: string; readonly passed: number; readonly usd: number }[]
> {
  const long = 'x'.repeat(2_000_000);
  const bodies: Readonly<Record<string, object>> = {
    'no limit of the answer': {},
    'n = 128': { n: DEAR_ANSWERS, max_tokens: 32 },
    'two limits of the answer': { max_completion_tokens: 1, max_tokens: 90_000 },
    'a prompt in a tool': { tools: [{ type: 'function', function: { name: 'f', description: long } }] },
  };
  const names = Object.keys(bodies);
  const keyOf = (name: string): string => `dear-${names.indexOf(name)}`;
  const named = names.map((name) => ({
    name: keyOf(name),
    sha256: sha256Hex(keyOf(name)),
    usdPerMonth: DEAR_LIMIT_USD,
  }));
  const child = fork(new URL('./gateway.ts', import.meta.url), [String(providerPort), JSON.stringify(named)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [{ baseUrl }] = (await once(child, 'message')) as [BenchSystem];
  const pool = new Pool(new URL(baseUrl).origin, { connections: DEAR_CALLS });
  const results: { name: string; passed: number; usd: number }[] = [];
  for (const [name, more] of Object.entries(bodies)) {
    const calls = await Promise.all(Array.from({ length: DEAR_CALLS }, () => call(pool, keyOf(name), 0, more)));
    results.push({ name, passed: calls.filter(({ status }) => status === 200).length, usd: 0 });
  }
  child.send('spent');
  const [spent] = (await once(child, 'message')) as [Record<string, number>];
  await pool.destroy();
  child.kill();
  return results.map((result) => ({ ...result, usd: spent[sha256Hex(keyOf(result.name))] ?? 0 }));
}

async function callEvery(
  pool: Pool,
  key: string,
  pace: { everyMs: number; offsetMs: number },
): Promise<readonly Outcome[]> {
  const startMs = performance.now() + pace.offsetMs;
  const calls: Promise<Outcome>[] = [];
  for (let atMs = startMs; atMs < startMs + SECONDS * 1000; atMs += pace.everyMs) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - performance.now())));
    calls.push(call(pool, key, atMs - startMs));
  }
  return Promise.all(calls);
}

async function call(pool: Pool, key: string, atMs: number, more: object = { max_tokens: 20 }): Promise<Outcome> {
  const startedMs = performance.now();
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'one', messages: [{ role: 'user', content: 'Hello' }], ...more }),
  });
  await body.dump();
  return { key, atMs, status: statusCode, ms: performance.now() - startedMs };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function report(name: string, all: readonly Outcome[]): void {
  const outcomes = all.filter(({ atMs }) => atMs >= BURST_MS);
  const times = outcomes.map(({ ms }) => ms);
  console.log(
    `| ${name} | ${outcomes.length} | ${[0.5, 0.95, 0.99].map((share) => percentile(times, share).toFixed(1)).join(' | ')} |`,
  );
}

// The same allowed traffic twice: alone, and with nine times as much beside it that is refused.
const alone = await run(1, 1_000_000);
const flooded = await run(OVERLOAD, REQUESTS_PER_MINUTE);
const passed = flooded.outcomes.filter(({ status }) => status === 200);
const refused = flooded.outcomes.filter(({ status }) => status === 429);

console.log(
  `${KEYS} keys, ${REQUESTS_PER_MINUTE} requests a minute each, ${OVERLOAD} times that asked for, ${SECONDS} s. Milliseconds.\n`,
);
console.log('| requests | count | p50 | p95 | p99 |\n|---|---|---|---|---|');
report('allowed, without a flood', alone.outcomes);
report('allowed, within the flood', passed);
report('refused', refused);

const allowed = KEYS * (REQUESTS_PER_MINUTE + (SECONDS * REQUESTS_PER_MINUTE) / 60);
console.log(
  `\nPassed ${passed.length} of the ${allowed} that the limits allow at the most; other answers: ${flooded.outcomes.length - passed.length - refused.length}.`,
);
const wrong = [...flooded.spentUsd].filter(([key, usd]) => {
  const calls = passed.filter((outcome) => outcome.key === key).length;
  return Math.abs(usd - calls * COST_OF_A_CALL_USD) >= 0.005;
});
const total = [...flooded.spentUsd.values()].reduce((sum, usd) => sum + usd, 0);
console.log(
  `Accounts say ${total.toFixed(6)} dollars, the calls cost ${(passed.length * COST_OF_A_CALL_USD).toFixed(6)}; accounts off by a cent: ${wrong.length}.`,
);

const bursts = await runBursts();
console.log(`\nCalls at once of a key of ${BURST_LIMIT} requests a minute:\n\n| at once | passed |\n|---|---|`);
for (const { size, count } of bursts) {
  console.log(`| ${size} | ${count} |`);
}
const dear = await runDearBursts();
console.log(
  `\n${DEAR_CALLS} calls at once of a key of ${DEAR_LIMIT_USD} dollar a month:\n\n| each with | passed | charged, US dollars |\n|---|---|---|`,
);
for (const { name, passed: count, usd } of dear) {
  console.log(`| ${name} | ${count} | ${usd.toFixed(2)} |`);
}
provider.kill();
// A burst takes less than the three seconds in which one more request is earned, but not by much on a busy machine.
const isExact = bursts.every(({ count }) => count === BURST_LIMIT || count === BURST_LIMIT + 1);
// The call that reaches the limit passes; the next ones do not.
const isBounded = dear.every(({ usd }) => usd > 0 && usd <= Math.max(DEAR_LIMIT_USD, COST_OF_ANSWERS_USD) + 0.005);
process.exitCode = passed.length <= allowed && wrong.length === 0 && isExact && isBounded ? 0 : 1;
