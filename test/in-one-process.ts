import { globSync, readFileSync } from 'node:fs';

const ROOT = import.meta.dirname;

/** Every file of tests, from this folder on. */
export const TEST_FILES: readonly string[] = globSync('**/*.test.ts', { cwd: ROOT }).toSorted();

/** What needs neither network nor database. One by one these take longer to start than to run. */
export const CORE_FILES = TEST_FILES.filter((file) => /^gateway\/(?:core|config)\//.test(file));

/** What looks at the synthesised stack: the CDK takes longer to load than most of them to run. */
export const STACK_FILES = TEST_FILES.filter((file) => /^infra\//.test(file) && canShareTheStack(file));

/** Files with hooks or a snapshot of their own need a process of their own, and simulated traffic runs for long. */
function canShareTheStack(file: string): boolean {
  const text = readFileSync(`${ROOT}/${file}`, 'utf8');
  return text.includes('/synthesised.ts') && !/^(?:before|after)|\.snapshot\(|simulat/m.test(text);
}
