import { setTimeout as sleep } from 'node:timers/promises';
import { arrayMember, stringMember } from '../../functions/gateway/core/wire/json.ts';
import { askLogs } from './ask-logs.ts';
import { type Command, optionText, UsageError } from './command.ts';
import { readKeys } from './keys-table.ts';
import type { DeployedTarget } from './target.ts';
import { textTable } from './text-table.ts';

const GROUPS = ['key', 'team', 'route'] as const;
type Group = (typeof GROUPS)[number];

const PAUSE_MS = 500;
/** Logs Insights ends a query by itself after an hour. */
const MAX_WAIT_MS = 300_000;

/** What was spent at the providers in a month, by callers' keys, by the teams that keys have now, or by routes, from the log lines. */
export const costs: Command = {
  works: 'in-aws',
  locally: 'Locally no costs are kept.',
  summary: 'dollars spent at the providers, by key, team or route, in a month; Logs Insights charges what it reads',
  operands: [],
  options: {
    by: { value: 'WHAT', help: 'key, team or route; without it: key' },
    month: { value: 'YYYY-MM', help: 'the month, in UTC; without it: this one' },
  },
  run: async ({ options, target: find }) => {
    const by = groupOf(optionText(options, 'by') ?? 'key');
    const month = monthOf(optionText(options, 'month') ?? new Date().toISOString().slice(0, 7));
    const target = await find();
    const rows = by === 'team' ? await rowsOfTeams(target, month) : await rowsOf(target, by, month);
    const sum = rows.reduce((total, { dollars }) => total + dollars, 0);
    const cells = rows.map(({ name, dollars, calls }) => [name, dollars.toFixed(2), String(calls)]);
    const text = textTable([[by.toUpperCase(), 'DOLLARS', 'CALLS'], ...cells, ['together', sum.toFixed(2), '']]);
    const lost = lostPart(month, target.settings.logRetentionDays);
    return { text: `${month.name}\n\n${text}${lost}`, json: { month: month.name, by, rows, dollars: sum } };
  },
};

function groupOf(text: string): Group {
  const group = GROUPS.find((one) => one === text);
  if (group === undefined) {
    throw new UsageError(`--by takes ${GROUPS.join(', ')}; it is ${JSON.stringify(text)}.`);
  }
  return group;
}

interface Month {
  readonly name: string;
  readonly fromSeconds: number;
  readonly untilSeconds: number;
}

function monthOf(text: string): Month {
  const [, year, month] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text) ?? [];
  if (year === undefined || month === undefined) {
    throw new UsageError(`--month takes a month as 2026-11; it is ${JSON.stringify(text)}.`);
  }
  const at = (index: number): number => Date.UTC(Number(year), index, 1) / 1000;
  return { name: text, fromSeconds: at(Number(month) - 1), untilSeconds: at(Number(month)) - 1 };
}

/** A sentence where the log does not reach back to the month's beginning. */
function lostPart({ fromSeconds }: Month, logRetentionDays: number): string {
  const keptFromMs = Date.now() - logRetentionDays * 86_400_000;
  return fromSeconds * 1000 >= keptFromMs
    ? ''
    : `\n\nNot the whole month: the log is kept for ${logRetentionDays} days (aws.logRetentionDays), since ${new Date(keptFromMs).toISOString().slice(0, 10)}.`;
}

interface CostRow {
  readonly name: string;
  readonly dollars: number;
  readonly calls: number;
}

/** A key that has no team, or that the table does not know any more, stands under `-`. */
async function rowsOfTeams(target: DeployedTarget, month: Month): Promise<readonly CostRow[]> {
  const keys = await readKeys(target, month.name);
  // Oldest first: of a name that was given again the newest key says whose it is.
  const teams = new Map(keys.map(({ name, team }) => [name, team ?? '-']));
  const sums = new Map<string, CostRow>();
  for (const { name: key, dollars, calls } of await rowsOf(target, 'key', month)) {
    const name = teams.get(key) ?? '-';
    const sum = sums.get(name);
    sums.set(name, { name, dollars: dollars + (sum?.dollars ?? 0), calls: calls + (sum?.calls ?? 0) });
  }
  return [...sums.values()].sort((a, b) => b.dollars - a.dollars);
}

async function rowsOf(
  { aws, names }: DeployedTarget,
  by: Exclude<Group, 'team'>,
  month: Month,
): Promise<readonly CostRow[]> {
  const started = await askLogs(aws, 'StartQuery', {
    logGroupName: names.gatewayLogGroup,
    startTime: month.fromSeconds,
    endTime: month.untilSeconds,
    queryString: [
      'filter line = "request" and costUsd > 0',
      `stats sum(costUsd) as dollars, count(*) as calls by ${by}`,
      'sort dollars desc',
    ].join(' | '),
  });
  const queryId = stringMember(started, 'queryId');
  for (let waited = 0; waited < MAX_WAIT_MS; waited += PAUSE_MS) {
    const answer = await askLogs(aws, 'GetQueryResults', { queryId });
    const status = stringMember(answer, 'status');
    if (status === 'Complete') {
      return arrayMember(answer, 'results').map((row) => rowOf(row, by));
    }
    if (status !== 'Running' && status !== 'Scheduled') {
      throw new Error(`Logs Insights did not finish: ${status}.`);
    }
    await sleep(PAUSE_MS);
  }
  throw new Error('Logs Insights has not finished in five minutes. Ask for a shorter time in the console.');
}

/** A row of Logs Insights is a list of fields with values as texts. */
function rowOf(row: unknown, by: string): CostRow {
  const fields = Array.isArray(row) ? row : [];
  const values = new Map(fields.map((field) => [stringMember(field, 'field'), stringMember(field, 'value')]));
  return {
    name: values.get(by) ?? '-',
    dollars: Number(values.get('dollars') ?? 0),
    calls: Number(values.get('calls') ?? 0),
  };
}
