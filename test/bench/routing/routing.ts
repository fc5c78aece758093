import { parseArgs } from 'node:util';
import { demoLines } from './demo-world.ts';
import { SUMMARY_HEAD, summaryRow } from './outcome.ts';
import { patienceLine } from './patience.ts';
import { baselineSummary, ourSummary, type Setting } from './play-policies.ts';
import { recoveryLines } from './recovery.ts';
import { SECTIONS, type Section } from './sections.ts';
import { type SectionRows, targetLines } from './targets.ts';
import { conversations } from './workload.ts';
import { makeWorld } from './world.ts';

/**
 * Routing policies in simulated worlds. Ours is the production gateway at virtual time; the others are what is common. Every policy meets
 * the same episodes and the same luck. `npm run bench:routing` plays everything, `-- --quick` what takes less than a minute,
 * `-- --section "calm, equals" --rate 5 --instances 1,200 --seeds 3 --first-seed 101` a part.
 */
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    section: { type: 'string', multiple: true },
    rate: { type: 'string', multiple: true },
    instances: { type: 'string', default: '1' },
    seeds: { type: 'string' },
    'first-seed': { type: 'string', default: '101' },
    calls: { type: 'string' },
    settings: { type: 'string', default: '{}' },
  },
});
const seeds = Number(values.seeds ?? (values.quick ? 2 : 6));
const callsPerSeed = Number(values.calls ?? (values.quick ? 1600 : 9000));
/** However few calls there are: episodes last a minute. */
const LEAST_MINUTES = 10;
const MOST_MINUTES = 600;
/** Of a recovery and of the demo, which are short. */
const LEAST_SEEDS = 8;
const LEAST_DEMOS = 64;

function settingFor(section: Section, rate: number, instances: number): Setting {
  const minutes = Math.min(MOST_MINUTES, Math.max(LEAST_MINUTES, callsPerSeed / rate / 60));
  const plays = Array.from({ length: seeds }, (_, index) => {
    const seed = Number(values['first-seed']) + index;
    const { promptTokens, timeoutMs } = section;
    const workload = {
      rate,
      minutes,
      seed,
      ...(promptTokens === undefined ? {} : { promptTokens }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    };
    const world = makeWorld({ ...section.world, seed, lengthMs: minutes * 60_000 });
    return { seed, world, requests: conversations(workload) };
  });
  const { caches, world } = section;
  return {
    plays,
    instances,
    ...(caches === undefined ? {} : { caches }),
    ...(world.vendors === undefined ? {} : { vendors: world.vendors }),
    settings: JSON.parse(values.settings),
  };
}

async function playSection(section: Section, rate: number, instances: number): Promise<SectionRows> {
  const setting = settingFor(section, rate, instances);
  const requests = setting.plays.reduce((sum, play) => sum + play.requests.length, 0);
  console.log(
    `\n${section.name}: ${rate} calls a second, ${instances} instance(s), ${requests} requests in ${seeds} worlds\n`,
  );
  console.log(SUMMARY_HEAD);
  const pinned = baselineSummary('pinned', setting);
  const meanOfTen = baselineSummary('mean of the last ten', setting);
  const oracle = baselineSummary('oracle', setting);
  console.log(summaryRow('pinned to the first', pinned));
  if (!values.quick) {
    const fallback = 'ordered fallback, 30 s time-out';
    console.log(summaryRow(fallback, baselineSummary(fallback, setting)));
  }
  console.log(summaryRow('mean of the last ten', meanOfTen));
  if (!values.quick) {
    console.log(summaryRow('**ours**', await ourSummary(setting, false)));
  }
  const ours = await ourSummary(setting, true);
  console.log(summaryRow('**ours, hedging**', ours));
  console.log(summaryRow('oracle', oracle));
  return { section: section.name, rate, ours, pinned, meanOfTen, oracle };
}

const asked = SECTIONS.filter(({ name }) => values.section === undefined || values.section.includes(name));
if (asked.length === 0) {
  throw new Error(`--section must be one of ${SECTIONS.map(({ name }) => name).join('; ')}`);
}
const isWhole = values.section === undefined;
const luck = (least: number): readonly number[] =>
  Array.from({ length: Math.max(least, seeds) }, (_, index) => index + 1);
const others = isWhole ? [...(await demoLines(luck(LEAST_DEMOS))), await patienceLine(luck(LEAST_SEEDS))] : [];
for (const instances of values.instances.split(',').map(Number)) {
  const rows: SectionRows[] = [];
  for (const section of asked) {
    for (const rate of values.rate?.map(Number) ?? section.rates) {
      rows.push(await playSection(section, rate, instances));
    }
  }
  console.log(`\n${targetLines(rows, others).join('\n')}`);
}
if (isWhole) {
  console.log(`\n${(await recoveryLines(luck(LEAST_SEEDS))).join('\n')}`);
}
