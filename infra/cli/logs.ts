import { defined } from '../../functions/gateway/core/model/defined.ts';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  parseJson,
  stringMember,
} from '../../functions/gateway/core/wire/json.ts';
import { askLogs } from './ask-logs.ts';
import { type Command, optionText, UsageError } from './command.ts';
import { lengthOfTimeMs } from './length-of-time.ts';
import type { DeployedTarget } from './target.ts';

/** CloudWatch reads a bounded part of the log for each answer: so many together. */
const MAX_PAGES = 200;

/** What became of one request: its line and those of its attempts. */
export const logs: Command = {
  works: 'in-aws',
  locally: 'Locally the lines are in nemo-metrics.log: grep REQUEST_ID nemo-metrics.log.',
  summary: 'what became of one request, by the x-nemo-request-id of its answer',
  operands: ['REQUEST_ID'],
  options: { since: { value: 'TIME', help: 'how far back to look, as 2h or 7d; without it: 24h' } },
  run: async ({ operands: [requestId = ''], options, target: find }) => {
    if (!/^[\w.:-]{1,128}$/.test(requestId)) {
      throw new UsageError('A request id has letters, digits and - only: it is the x-nemo-request-id of the answer.');
    }
    const target = await find();
    const backMs = lengthOfTimeMs(optionText(options, 'since') ?? '24h');
    if (backMs === undefined) {
      throw new UsageError('--since takes a length of time as 30m, 24h or 7d.');
    }
    const sinceMs = Date.now() - backMs;
    const lines = await linesOf(target, requestId, sinceMs);
    const text = lines.map(textOf).join('\n') || `No line of ${requestId} since ${new Date(sinceMs).toISOString()}.`;
    return { text, json: lines, isBad: lines.length === 0 };
  },
};

async function linesOf({ aws, names }: DeployedTarget, requestId: string, startTime: number): Promise<JsonObject[]> {
  const lines: JsonObject[] = [];
  const asked = { logGroupName: names.gatewayLogGroup, filterPattern: `{ $.requestId = "${requestId}" }`, startTime };
  let nextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await askLogs(aws, 'FilterLogEvents', {
      ...asked,
      ...defined({ nextToken }),
    });
    lines.push(
      ...arrayMember(answer, 'events')
        .map((event) => parseJson(stringMember(event, 'message') ?? ''))
        .filter(isJsonObject),
    );
    nextToken = stringMember(answer, 'nextToken');
    if (nextToken === undefined) {
      break;
    }
  }
  return lines;
}

/** A line's fields, one below the other; without what is for CloudWatch. */
function textOf({ _aws: _metadata, ...fields }: JsonObject): string {
  const rows = Object.entries(fields).map(
    ([name, value]) => `  ${name.padEnd(18)} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return [String(fields.line ?? 'line'), ...rows, ''].join('\n');
}
