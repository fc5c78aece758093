import { execFile } from 'node:child_process';
import { type LocalPage, startLocalPage } from '../page/support/local-page.ts';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { treePath } from './pages.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the pages' snippets are tried against: what `npm start` serves, over its simulated providers. */
export interface RunningGateway {
  /** Runs a program after the pages' address and key are replaced by this gateway's. */
  readonly run: (program: string, args: readonly string[], text: string) => Promise<Ran>;
  readonly close: () => Promise<void>;
}

export async function startGatewayForSnippets(): Promise<RunningGateway> {
  const gateway = await startLocalPage();
  return {
    run: (program, args, text) => run(program, [...args, here(text, gateway)], gateway.key),
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

function run(program: string, args: readonly string[], key: string): Promise<Ran> {
  const env = { ...COMPILE_CACHE, PATH: process.env.PATH, HOME: process.env.HOME, NEMO_KEY: key };
  return new Promise((resolve) => {
    execFile(program, args, { cwd: treePath(''), env, timeout: 60_000 }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : Number(error !== null);
      resolve({ code, stdout, stderr });
    });
  });
}
