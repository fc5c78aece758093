import { type DemoRun, type Percentiles, type RunSummary, runSummary } from './run-summary.ts';

const HEAD = [
  ...['', 'calls', 'failed', 'cut', 'TTFT p50', 'p95', 'p99', 'p50 of all'],
  ...['total p50', 'p95', 'p99', 'failovers', 'hedges'],
];

/** The runs as a table for the terminal, in Markdown so that it can go anywhere. Times in seconds. */
export function demoTable(runs: readonly DemoRun[]): string {
  const rows = [HEAD, ...runs.map((run) => row(`${run.name}: ${run.model}`, runSummary(run)))];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const lines = rows.map((cells) => line(cells.map((cell, column) => pad(cell, widths[column] ?? 0, column))));
  const rule = line(widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)));
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

function row(name: string, summary: RunSummary): readonly string[] {
  const { calls, failed, cut, ttftMs, medianOfAllMs, totalMs, failovers, hedges } = summary;
  const share = calls === 0 ? 0 : (100 * failed) / calls;
  const counts = [String(calls), `${failed} (${share.toFixed(1)} %)`, String(cut)];
  const ttft = [...times(ttftMs), secondsText(medianOfAllMs)];
  return [name, ...counts, ...ttft, ...times(totalMs), String(failovers), String(hedges)];
}

function times({ p50, p95, p99 }: Percentiles): readonly string[] {
  return [p50, p95, p99].map(secondsText);
}

/** Milliseconds as seconds for people; a dash for none. */
export function secondsText(ms: number | undefined): string {
  return ms === undefined ? '-' : `${(ms / 1000).toFixed(2)} s`;
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
