import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Asked, Client, RunningClient, Told } from './client.ts';

const INSTALL = fileURLToPath(new URL('../../.ci/python-clients', import.meta.url));
const SCRIPT = fileURLToPath(new URL('python_clients.py', import.meta.url));

/** Every client of Python, as `python_clients.py` names it. The first call on a machine installs them. */
export function pythonClients(): readonly Client[] {
  const installed = spawnSync(INSTALL, { encoding: 'utf8' });
  const python = installed.status === 0 ? installed.stdout.trim() : 'python3';
  const { stdout, status } = spawnSync(python, [SCRIPT, '--versions'], { encoding: 'utf8' });
  if (status !== 0) {
    const missing = installed.stderr.trim() || 'There is no Python here.';
    return [{ name: 'Every Python client', versions: '', missing, start: () => startClient(python, '') }];
  }
  const versions = JSON.parse(stdout) as Readonly<Record<string, readonly string[] | null>>;
  return Object.entries(versions).map(([name, found]) => ({
    name,
    versions: found?.join(', ') ?? 'not installed',
    missing: found === null && (installed.stderr.trim() || 'Its package could not be installed.'),
    start: () => startClient(python, name),
  }));
}

function startClient(python: string, name: string): RunningClient {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    // Nothing but the gateway is asked.
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    OPENAI_AGENTS_DISABLE_TRACING: '1',
  };
  const child = spawn(python, [SCRIPT, name], { env });
  const lines = createInterface(child.stdout);
  const errors: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => void errors.push(text));
  return {
    ask: (asked) => ask({ child, lines, errors }, asked),
    [Symbol.dispose]: () => void child.kill(),
  };
}

interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly lines: Interface;
  readonly errors: readonly string[];
}

function ask({ child, lines, errors }: Running, asked: Asked): Promise<Told> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error(`The client ended.\n${errors.join('')}`));
    child.once('close', ended);
    lines.once('line', (line) => {
      child.off('close', ended);
      resolve(JSON.parse(line) as Told);
    });
    child.stdin.write(`${JSON.stringify(asked)}\n`);
  });
}
