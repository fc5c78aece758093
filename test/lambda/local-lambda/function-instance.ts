import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Invocation, startRuntimeApi } from './runtime-api.ts';
import type { DeployedFunction } from './synthesised-function.ts';

/** AWS's own runtime, which `.ci/lambda-runtime` compiles. */
const RUNTIME = join(fileURLToPath(new URL('../runtime', import.meta.url)), 'node_modules/aws-lambda-ric/index.mjs');

export interface FunctionInstanceOptions {
  readonly deployed: DeployedFunction;
  /** The folder with `index.mjs` and `config.json`. */
  readonly taskRoot: string;
  /** Beside those that the stack sets. */
  readonly variables: Readonly<Record<string, string>>;
  /** Flags of Node, as `--cpu-prof`. */
  readonly nodeFlags?: readonly string[];
}

/** One execution environment: a process with Lambda's runtime and the function in it, frozen while it has nothing to do. */
export interface FunctionInstance {
  readonly process: ChildProcess;
  /** Of `performance.now()`. */
  readonly startedAtMs: number;
  /** Resolves when it can take a call. Rejects where the start failed. */
  readonly idle: () => Promise<void>;
  readonly invoke: (invocation: Invocation) => void;
  /** What it wrote to standard output, by lines. */
  readonly lines: readonly string[];
  /** Its end: the signal or the exit code. `undefined` while it runs. */
  readonly ended: () => string | undefined;
  /** From the start of the process until it first asked for work. */
  readonly initMs: () => Promise<number>;
  readonly close: () => Promise<void>;
}

export async function startInstance(options: FunctionInstanceOptions): Promise<FunctionInstance> {
  const startedAtMs = performance.now();
  const started = Promise.withResolvers<number>();
  const api = await startRuntimeApi(arnOf(options.deployed), () => {
    started.resolve(performance.now() - startedAtMs);
    // Lambda freezes what asks for more work: timers stand still, connections die unseen.
    child.kill('SIGSTOP');
  });
  const child = spawn(process.execPath, [...flags(options), RUNTIME], {
    cwd: options.taskRoot,
    env: environmentOf(options, api.address),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  let ended: string | undefined;
  const exited = once(child, 'exit').then(([code, signal]) => {
    ended = String(signal ?? code);
  });
  return {
    process: child,
    startedAtMs,
    idle: () =>
      Promise.race([api.idle(), exited.then(() => Promise.reject(new Error(`The instance ended: ${ended}`)))]),
    invoke: (invocation) => {
      child.kill('SIGCONT');
      api.invoke(invocation);
    },
    lines,
    ended: () => ended,
    initMs: () => started.promise,
    close: async () => {
      child.kill('SIGKILL');
      await exited;
      api.close();
    },
  };
}

function arnOf({ name }: DeployedFunction): string {
  return `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
}

/** As the start script of Lambda's image sets them: the heap takes nine tenths of the memory. */
function flags({ deployed, nodeFlags }: FunctionInstanceOptions): readonly string[] {
  const heapMb = Math.floor(deployed.memoryMb * 0.9);
  return ['--expose-gc', '--max-http-header-size=81920', `--max-old-space-size=${heapMb}`, ...(nodeFlags ?? [])];
}

/** What Lambda sets, what the stack sets and what the test sets; nothing of the developer's own. */
function environmentOf({ deployed, taskRoot, variables }: FunctionInstanceOptions, address: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_RUNTIME_API: address,
    AWS_LAMBDA_FUNCTION_NAME: deployed.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(deployed.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: deployed.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_LOG_FORMAT: deployed.logFormat,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    AWS_SESSION_TOKEN: 'not-a-token',
    LAMBDA_TASK_ROOT: taskRoot,
    _HANDLER: deployed.handler,
    ...deployed.variables,
    ...variables,
  };
}
