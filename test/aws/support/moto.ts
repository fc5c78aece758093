import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** AWS's APIs on a loopback port, in memory, by moto (a Python package). It checks no credentials and runs no functions. */
export interface Moto {
  /** As `http://127.0.0.1:4010`. */
  readonly endpoint: string;
  /** The account that it plays, and the region that the tests use. */
  readonly account: string;
  readonly region: string;
  /** For programs that are to take it for AWS. */
  readonly variables: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** The repository's folder. */
export const ROOT = join(import.meta.dirname, '..', '..', '..');

const ACCOUNT = '123456789012';
const REGION = 'us-east-1';

/** Starts the server that `.ci/moto` has installed. */
export async function startMoto(): Promise<Moto> {
  const server = execFileSync(join(ROOT, '.ci', 'moto'), { encoding: 'utf8' }).trim();
  const python = spawn(server, ['-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, MOTO_ACCOUNT_ID: ACCOUNT, NO_COLOR: '1' },
  });
  const port = await listening(python);
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    account: ACCOUNT,
    region: REGION,
    variables: {
      AWS_ENDPOINT_URL: endpoint,
      // CloudFormation is told where the template is, by an address of S3's, which moto tells from others by its name.
      AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION: `https://s3.${REGION}.amazonaws.com`,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_REGION: REGION,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    close: async () => {
      python.kill();
      await (python.exitCode === null && python.signalCode === null ? once(python, 'exit') : undefined);
    },
  };
}

/** It says its port when it listens, and a line about each request after that, which has to be read on. */
function listening({ stderr }: ChildProcess): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (said.length < MAX_SAID) {
        said += text;
      }
      const [, port] = /Running on http:\/\/127\.0\.0\.1:(\d+)/.exec(said) ?? [];
      if (port !== undefined) {
        resolve(port);
      }
    });
    stderr?.once('close', () => reject(new Error(`moto has ended:\n${said}`)));
  });
}

const MAX_SAID = 10_000;
