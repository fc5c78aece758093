import { spawnSync } from 'node:child_process';
import { BENCHMARKS, type Benchmark } from './benchmarks.ts';

// `npm run bench` lists the benchmarks; `npm run bench -- routing --quick` runs one, with what is behind its name.

const [name = '--help', ...rest] = process.argv.slice(2);
const benchmark = BENCHMARKS.get(name);
if (name === '--help') {
  console.log(`npm run bench -- NAME runs one. What they found: test/bench/RESULTS.md\n\n${listOfAll()}`);
} else if (benchmark === undefined) {
  console.error(`There is no benchmark ${JSON.stringify(name)}. There are:\n\n${listOfAll()}`);
  process.exitCode = 2;
} else if (rest.includes('--help')) {
  console.log(`npm run bench:${name}: ${benchmark.what}\n\nOptions: ${benchmark.options ?? 'none'}`);
} else {
  process.exitCode = run(benchmark);
}

function run({ run: args, isUnderLambda = false }: Benchmark): number {
  const before = isUnderLambda ? [['.ci/lambda-runtime'], ['npm', 'run', '--silent', 'synth']] : [];
  for (const [program = '', ...words] of [...before, [process.execPath, ...args, ...rest]]) {
    const { status } = spawnSync(program, words, { stdio: 'inherit' });
    if (status !== 0) {
      return status ?? 1;
    }
  }
  return 0;
}

function listOfAll(): string {
  const longest = Math.max(...[...BENCHMARKS.keys()].map(({ length }) => length));
  return [...BENCHMARKS].map(([each, { what }]) => `  ${each.padEnd(longest)}  ${what}`).join('\n');
}
