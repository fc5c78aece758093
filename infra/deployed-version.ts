import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseJson, stringMember } from '../functions/gateway/core/wire/json.ts';

/** What a deployment is made of. */
export interface DeployedVersion {
  /** The package's version and the commit, as `0.1.0+1a2b3c4d5e6f`; ends in `-changed` where files differ from the commit. */
  readonly name: string;
  /** When the commit was made, ISO 8601 in UTC, where that is known. */
  readonly committedAt?: string;
}

const ROOT = new URL('..', import.meta.url);

/** The version of this repository; `undefined` where it is none, or git is missing. */
export function deployedVersion(): DeployedVersion | undefined {
  const version = stringMember(parseJson(readFileSync(new URL('package.json', ROOT), 'utf8')), 'version') ?? '0';
  const commit = git('rev-parse', '--short=12', 'HEAD');
  const committedAt = git('log', '-1', '--format=%cI');
  const changes = git('status', '--porcelain', '--untracked-files=no');
  return commit === undefined || committedAt === undefined
    ? undefined
    : {
        name: `${version}+${commit}${changes === '' ? '' : '-changed'}`,
        // CloudWatch's dashboards take UTC alone.
        committedAt: new Date(committedAt).toISOString(),
      };
}

function git(...words: readonly string[]): string | undefined {
  try {
    return execFileSync('git', words, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
