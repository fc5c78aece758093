import { call } from './bench-call.ts';
import { burst } from './bench-run.ts';
import { startBenchSystem } from './bench-system.ts';

/**
 * Thousands of streams open at once in one gateway's process: whether each caller gets its whole answer, and what memory an open stream
 * holds. `npm run bench:streams`; STREAMS sets how many.
 */
const STREAMS = Number(process.env.STREAMS ?? 2000);
const WARM_UP_CALLS = 3000;
/** What the provider says. */
const ANSWER = `a${' token'.repeat(31)}`;

const system = await startBenchSystem();
const { gateway } = system;
await burst(gateway, 'fast stream', WARM_UP_CALLS, 64);
const before = (await gateway.process?.ask('memory')) ?? Number.NaN;
const texts: string[][] = Array.from({ length: STREAMS }, () => []);
let begun = 0;
const allBegun = Promise.withResolvers<void>();
const ended = texts.map((text) =>
  call(gateway, 'held stream', (bytes) => {
    begun += text.length === 0 ? 1 : 0;
    text.push(bytes.toString());
    if (begun === STREAMS) {
      allBegun.resolve();
    }
  }),
);
await Promise.race([allBegun.promise, Promise.all(ended)]);
const isOpenAtOnce = await Promise.race([Promise.any(ended).then(() => false), Promise.resolve(true)]);
const during = (await gateway.process?.ask('memory')) ?? Number.NaN;
await Promise.all(ended);
await system.close();

const whole = texts.filter((text) => isWhole(text.join(''))).length;
console.log(`${whole} of ${STREAMS} streams ended whole; all open at once: ${isOpenAtOnce}.`);
console.log(
  `${((during - before) / STREAMS / 1024).toFixed(1)} KB resident for each open stream, ${(before / 2 ** 20).toFixed(0)} MB without any.`,
);
process.exitCode = whole === STREAMS && isOpenAtOnce ? 0 : 1;

function isWhole(stream: string): boolean {
  const said = [...stream.matchAll(/"content":"([^"]*)"/g)].map(([, text]) => text).join('');
  return said === ANSWER && stream.endsWith('data: [DONE]\n\n');
}
