import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What an access key id of a local database looks like: nothing else is read from a file that somebody has named. */
const FORM = /^local[0-9a-f]{32}$/;

/** Keeps it in a file that nobody but this user can read, in a folder of its own. Gives the absolute path. */
export async function writeAccessKeyFile(accessKeyId: string): Promise<string> {
  // Made with mode 0700 and a name that nobody could make before.
  const folder = await mkdtemp(join(tmpdir(), 'nemorouter-'));
  const file = join(folder, 'database-key');
  await writeFile(file, accessKeyId, { mode: 0o600, flag: 'wx' });
  return file;
}

/** The access key id in the file; `undefined` where this user may not read it, or where it is something else. */
export async function readAccessKeyFile(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return FORM.test(text) ? text : undefined;
}

/** Takes the file and its folder away. */
export async function removeAccessKeyFile(file: string): Promise<void> {
  await rm(dirname(file), { recursive: true, force: true });
}
