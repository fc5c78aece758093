import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/*
 * How long a new user waits: an empty folder, `git clone`, `npm ci`, `npm start`, and the first word of a streamed answer. `npm run bench --
 * first-answer`; `--from URL` clones from there, `--empty-cache` takes npm's cache away. No credential is handed on: the providers are simulated.
 */

const ROOT = new URL('../../', import.meta.url).pathname;
const { PATH = '', HOME = '' } = process.env;
const [, from = ROOT] = /--from (\S+)/.exec(process.argv.slice(2).join(' ')) ?? [];
const isCacheEmpty = process.argv.includes('--empty-cache');

interface Gateway {
  readonly baseUrl: string;
  readonly key: string;
  readonly stop: () => void;
}

const folder = mkdtempSync(join(tmpdir(), 'nemo-first-answer-'));
const clone = join(folder, 'clone');
const env = {
  // Without what `npm run` has put before it.
  PATH: PATH.split(':')
    .filter((place) => !place.includes('node_modules'))
    .join(':'),
  HOME,
  PORT: String(await freePort()),
  ...(isCacheEmpty ? { npm_config_cache: join(folder, 'cache') } : {}),
};
try {
  const took: [step: string, ms: number][] = [];
  const timed = async <Value>(step: string, does: () => Value | Promise<Value>): Promise<Value> => {
    const beganMs = performance.now();
    const value = await does();
    took.push([step, performance.now() - beganMs]);
    return value;
  };
  await timed('git clone', () => run('git', ['clone', '--quiet', from, clone], folder));
  await timed(`npm ci, npm's cache ${isCacheEmpty ? 'empty' : 'as it is'}`, () => run('npm', ['ci'], clone));
  const gateway = await timed('npm start, until it listens', start);
  await timed('the first word of a streamed answer', () => firstWord(gateway));
  gateway.stop();
  const together = took.reduce((sum, [, ms]) => sum + ms, 0);
  for (const [step, ms] of [...took, ['together', together] as const]) {
    console.log(`${step.padEnd(40)} ${(ms / 1000).toFixed(1).padStart(6)} s`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(program: string, words: readonly string[], cwd: string): void {
  const { status, stderr } = spawnSync(program, words, { cwd, env, encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`${program} ${words.join(' ')} ended with ${status}: ${stderr}`);
  }
}

/** Resolves when the program has told its address and key. */
async function start(): Promise<Gateway> {
  // A process group of its own: npm and Node end together.
  const child = spawn('npm', ['start'], { cwd: clone, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const told = new Map<string, string>();
  for await (const line of createInterface(child.stdout)) {
    const [, name = '', value = ''] = /^ +(base URL|API key) +(\S+)/.exec(line) ?? [];
    told.set(name, value);
    const [baseUrl, key] = [told.get('base URL'), told.get('API key')];
    if (baseUrl !== undefined && key !== undefined && child.pid !== undefined) {
      const { pid } = child;
      child.stdout.resume();
      return { baseUrl, key, stop: () => void process.kill(-pid, 'SIGKILL') };
    }
  }
  throw new Error('npm start has ended before it listened.');
}

async function firstWord({ baseUrl, key }: Gateway): Promise<void> {
  const response = await fetch(`${baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'nemo/latency-optimized',
      stream: true,
      messages: [{ role: 'user', content: 'Hello' }],
    }),
  });
  let text = '';
  for await (const bytes of response.body ?? []) {
    text += new TextDecoder().decode(bytes);
    if (/"content":"[^"]/.test(text)) {
      return;
    }
  }
  throw new Error(`No word came: ${response.status} ${text}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
