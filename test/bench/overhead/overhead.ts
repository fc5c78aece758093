import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Pool } from 'undici';

/**
 * What the gateway adds to a call, beside calling the same loopback provider directly, in one run: client, gateway and provider are
 * three processes, and direct and routed calls alternate, so that a noisy machine disturbs both alike.
 * `npm run bench:overhead`; CALLS sets the number of calls of each kind.
 */
const CALLS = Number(process.env.CALLS ?? 2000);
const WARM_UP = 300;
const CONCURRENCY = 32;
const BODY = { messages: [{ role: 'user', content: 'Hello there, how are you today?' }] };

interface Target {
  readonly pool: Pool;
  readonly path: string;
  readonly model: string;
}

interface Timing {
  readonly firstMs: number;
  readonly totalMs: number;
}

async function start<Message>(file: string, ...args: string[]): Promise<{ message: Message; stop: () => void }> {
  const child = fork(new URL(file, import.meta.url), args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [message] = (await once(child, 'message')) as [Message];
  return { message, stop: () => child.kill() };
}

async function call({ pool, path, model }: Target, stream: boolean): Promise<Timing> {
  const startedMs = performance.now();
  const { body, statusCode } = await pool.request({
    method: 'POST',
    path,
    headers: { authorization: 'Bearer bench', 'content-type': 'application/json' },
    body: JSON.stringify({ ...BODY, model, stream }),
  });
  let firstMs: number | undefined;
  for await (const _ of body) {
    firstMs ??= performance.now() - startedMs;
  }
  if (statusCode !== 200) {
    throw new Error(`status ${statusCode}`);
  }
  return { firstMs: firstMs ?? 0, totalMs: performance.now() - startedMs };
}

async function alternate(direct: Target, routed: Target, stream: boolean): Promise<[Timing[], Timing[]]> {
  const timings: [Timing[], Timing[]] = [[], []];
  for (let index = 0; index < CALLS + WARM_UP; index += 1) {
    const pair = [await call(direct, stream), await call(routed, stream)] as const;
    if (index >= WARM_UP) {
      timings[0].push(pair[0]);
      timings[1].push(pair[1]);
    }
  }
  return timings;
}

async function streamsPerSecond(target: Target): Promise<number> {
  let left = CALLS;
  const startedMs = performance.now();
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await call(target, true);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return (CALLS * 1000) / (performance.now() - startedMs);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function row(name: string, direct: readonly number[], routed: readonly number[]): void {
  const cells = [0.5, 0.95, 0.99].map((share) => {
    const [a, b] = [percentile(direct, share), percentile(routed, share)];
    return `${a.toFixed(2)} -> ${b.toFixed(2)} (+${(b - a).toFixed(2)})`;
  });
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}

const provider = await start<number>('./provider.ts');
const gateway = await start<string>('./gateway.ts', String(provider.message));
const gatewayUrl = new URL(gateway.message);
const direct = { pool: new Pool(`http://127.0.0.1:${provider.message}`), path: '/v1/chat/completions', model: 'one' };
const routed = { pool: new Pool(gatewayUrl.origin), path: '/v1/chat/completions', model: 'fast' };

const plain = await alternate(direct, routed, false);
const streamed = await alternate(direct, routed, true);
console.log(`Milliseconds, direct -> through the gateway (added); ${CALLS} calls each.\n`);
console.log('| call | p50 | p95 | p99 |\n|---|---|---|---|');
row(
  'plain',
  plain[0].map((timing) => timing.totalMs),
  plain[1].map((timing) => timing.totalMs),
);
row(
  'first token',
  streamed[0].map((timing) => timing.firstMs),
  streamed[1].map((timing) => timing.firstMs),
);
row(
  'whole stream',
  streamed[0].map((timing) => timing.totalMs),
  streamed[1].map((timing) => timing.totalMs),
);
const [directRate, routedRate] = [await streamsPerSecond(direct), await streamsPerSecond(routed)];
console.log(
  `\nStreams a second at ${CONCURRENCY} in flight: direct ${directRate.toFixed(0)}, through the gateway ${routedRate.toFixed(0)}.`,
);
gateway.stop();
provider.stop();
await Promise.all([direct.pool.destroy(), routed.pool.destroy()]);
