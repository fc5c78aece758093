import { pageText } from './pages.ts';

/** A text of the README with figures of another page: where it stands, and what it has to be. */
export interface ReadmeFigure {
  readonly name: string;
  readonly place: RegExp;
  readonly text: string;
}

/** Every figure of the README, from the pages that tell how it was measured or computed, and from the plot. */
export function readmeFigures(): readonly ReadmeFigure[] {
  const results = pageText('test/bench/RESULTS.md');
  const costs = pageText('infra/COSTS.md');
  const added = cells(results, 'first token p50, ms added');
  const changing = cells(results, 'changing, mild, 5');
  const [pinned, routed] = demoRows(pageText('infra/local/demo/demo.svg'));
  const continued = numberText(cells(results, 'continued: nemo/latency-optimized')[2]);
  const idle = found(costs, /\*\*Idle\*\*: ([\d.]+) dollars a month/);
  const prober = found(costs, /^\| 7 \| 1 \|.*\| ([\d.]+) \|$/m);
  const probes = Number(found(costs, /([\d.]+) dollars with their writes/));
  const metrics = Number(found(costs, /all in use all month, are ([\d.]+)\./));
  const everySecond = Number(found(costs, /second all month it is [\d.]+ million, ([\d.]+) dollars/));
  const million = cells(costs, '**together**')[1]?.replaceAll('*', '');
  const start = found(results, /processor's\s+time until ready was (\d+) ms/);
  const slow = (changing[0] ?? '').split(' / ')[1];
  const fast = (changing[2] ?? '').split(' / ')[1];
  return [
    row(
      'a month without calls',
      `${idle} dollars: alarms, dashboard, secret; the prober of \`prod\` up to ${prober} more`,
    ),
    row("a million streamed calls of 5 s, without the vendors' bills", `${million} dollars at 512 MB`),
    row('first token through the gateway, added at p50', `${added[2]} ms; a bare proxy adds ${added[0]} ms`),
    row('a cold start, until it is ready and has rehearsed a call', `${start} ms of the processor`),
    row(
      'p99 of the first token, providers slow or silent now and then: pinned, routed with hedging',
      `${slow} s, ${fast} s (simulated)`,
    ),
    row(
      'steady load from which two small containers cost less',
      `${cells(costs, 'calls a second, day and night')[1]} calls a second, day and night`,
    ),
    {
      name: 'what probes cost',
      place: /\[\d+ dollars a month for seven deployments, \d+ at one a second, or off\]/,
      text: `[${Math.round(probes)} dollars a month for seven deployments, ${Math.round(everySecond)} at one a second, or off]`,
    },
    {
      name: 'what use adds',
      place: /In use, metrics add \d+ dollars a month and probes \d+/,
      text: `In use, metrics add ${Math.round(metrics)} dollars a month and probes ${Math.round(probes)}`,
    },
    {
      name: 'the plot',
      place: /Of the pinned calls .*?(?= \(\[in full\])/s,
      text: `Of the pinned calls ${pinned.failed} failed and ${pinned.cut} broke off,\np99 of the first token ${pinned.p99}; of the routed ones ${routed.failed} failed and ${routed.cut} broke off, p99 ${routed.p99};\nwith cut streams continued ${continued} broke off`,
    },
  ];
}

function row(label: string, value: string): ReadmeFigure {
  return {
    name: label,
    place: new RegExp(`^\\| ${label.replaceAll('.', '\\.')} \\| .* \\|$`, 'm'),
    text: `| ${label} | ${value} |`,
  };
}

/** The cells of a table's row, after the first. */
function cells(page: string, label: string): readonly string[] {
  const line = page.split('\n').find((one) => one.startsWith(`| ${label} |`));
  if (line === undefined) {
    throw new Error(`No table has a row "${label}", which the README tells of.`);
  }
  return line
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());
}

function found(page: string, pattern: RegExp): string {
  const [, value] = pattern.exec(page) ?? [];
  if (value === undefined) {
    throw new Error(`No text is like ${pattern}, of which the README tells.`);
  }
  return value;
}

function numberText(digits = ''): string {
  return digits === '0' ? 'none' : digits;
}

interface DemoRow {
  readonly failed: string;
  readonly cut: string;
  readonly p99: string;
}

/** What the plot says of its rows: the pinned one, then the routed one. */
function demoRows(svg: string): readonly [DemoRow, DemoRow] {
  const rows = [
    ...svg.matchAll(/of (\d+) calls (\d+) failed and (\d+) were cut, p99 of the time to first token ([\d.]+) s/g),
  ].map(([, calls, failed, cut, p99]) => ({
    failed: failed === '0' ? 'none' : `${Math.round((100 * Number(failed)) / Number(calls))} %`,
    cut: numberText(cut),
    p99: `${Number(p99).toFixed(1)} s`,
  }));
  const [pinned, routed] = rows;
  if (pinned === undefined || routed === undefined) {
    throw new Error('The plot says nothing of its pinned and its routed calls.');
  }
  return [pinned, routed];
}
