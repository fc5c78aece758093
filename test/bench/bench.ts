import { spawnSync } from 'node:child_process';
import { BENCHMARKS } from './benchmarks.ts';

// `npm run bench` lists the benchmarks; `npm run bench -- routing --quick` runs one, with what is behind its name.

const [name, ...rest] = process.argv.slice(2);
if (name === undefined) {
  console.log(`npm run bench -- NAME runs one. What they found: test/bench/RESULTS.md\n\n${listOfAll()}`);
} else if (BENCHMARKS.has(name)) {
  const { status } = spawnSync('npm', ['run', '--silent', `bench:${name}`, '--', ...rest], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else {
  console.error(`There is no benchmark ${JSON.stringify(name)}. There are:\n\n${listOfAll()}`);
  process.exitCode = 2;
}

function listOfAll(): string {
  const longest = Math.max(...[...BENCHMARKS.keys()].map(({ length }) => length));
  return [...BENCHMARKS].map(([each, what]) => `  ${each.padEnd(longest)}  ${what}`).join('\n');
}
