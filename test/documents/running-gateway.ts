import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { type LocalPage, startLocalPage } from '../page/support/local-page.ts';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { treePath } from './pages.ts';
import type { Snippet } from './snippets.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the pages' snippets are tried against: what `npm start` serves, over its simulated providers. */
export interface RunningGateway {
  /** Runs a program after the pages' address and key are replaced by this gateway's, in the tree where no other folder is named. */
  readonly run: (program: string, args: readonly string[], text: string, folder?: string) => Promise<Ran>;
  /** The same of programs of Python, in one process: they load their packages once. */
  readonly runPython: (python: string, texts: readonly string[]) => Promise<readonly Ran[]>;
  readonly close: () => Promise<void>;
}

const RUN_PYTHON = treePath('test/support/run_python.py');

export async function startGatewayForSnippets(): Promise<RunningGateway> {
  const gateway = await startLocalPage();
  return {
    run: (program, args, text, folder = treePath('')) =>
      run(program, [...args, here(text, gateway)], { key: gateway.key, folder }),
    runPython: async (python, texts) => {
      const input = JSON.stringify(texts.map((text) => here(text, gateway)));
      const where = { key: gateway.key, folder: treePath(''), input };
      const { code, stdout, stderr } = await run(python, [RUN_PYTHON], where);
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout) as readonly Ran[];
    },
    close: async () => {
      // A page shows how traffic of five minutes is started.
      await fetch(`${gateway.origin}/local/load/stop`, { method: 'POST' });
      await gateway.close();
    },
  };
}

function here(text: string, { origin, key }: LocalPage): string {
  return text.replaceAll('http://127.0.0.1:8787', origin).replaceAll('nemo_...', key);
}

interface Where {
  readonly key: string;
  readonly folder: string;
  /** For its standard input. */
  readonly input?: string;
}

function run(program: string, args: readonly string[], { key, folder, input = '' }: Where): Promise<Ran> {
  const { PATH, HOME } = process.env;
  // LiteLLM asks GitHub for prices where nobody keeps it from it.
  const env = { ...COMPILE_CACHE, PATH, HOME, NEMO_KEY: key, LITELLM_LOCAL_MODEL_COST_MAP: 'True' };
  return new Promise((resolve) => {
    const child = execFile(program, args, { cwd: folder, env, timeout: 60_000 }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : Number(error !== null);
      resolve({ code, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

/** Fails where a program of a page has shown no answer of the simulated providers. One that reads headers has to show nothing but names. */
export function answered({ code, stdout, stderr }: Ran, { page, text }: Snippet): void {
  assert.equal(code, 0, stderr);
  assert.match(stdout, /simulated/i, stderr);
  if (page === 'functions/CALLING.md' && text.includes('x-nemo-routed-model')) {
    const lines = stdout.trim().split('\n');
    assert.ok(lines.length >= 2, 'an answer and a stream');
    for (const line of lines) {
      assert.match(line, /^[a-z]+\/simulated-[a-z]+$/);
    }
  }
}
