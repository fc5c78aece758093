import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** A query for CloudWatch Logs Insights: its commands in order. Each field in it is one of `LOG-FIELDS.md`. */
type SavedQuery = readonly [first: string, ...rest: string[]];

/** What is asked when something is wrong, by the name under which the console lists it. */
export const SAVED_QUERIES = {
  'Failed requests': [
    'filter line = "request" and Errors = 1',
    'stats count(*) as requests, latest(requestId) as newest by code, status, route, version',
    'sort requests desc',
  ],
  'Lost state': [
    'filter line = "state"',
    'stats count(*) as failures, latest(error) as newest by message',
    'sort failures desc',
  ],
  'Lines of no request': [
    'fields @timestamp, @message',
    'filter not ispresent(line)',
    'sort @timestamp desc',
    'limit 50',
  ],
  'Slowest calls': [
    'fields @timestamp, requestId, key, asked, servedBy, routing, ttftMs, totalMs, overheadMs, traceId',
    'filter line = "request" and Attempts > 0',
    'sort totalMs desc',
    'limit 50',
  ],
  'Slowest first tokens': [
    'fields @timestamp, requestId, key, asked, servedBy, routing, ttftMs, attempts.0.deployment as first, attempts.0.reason as why, traceId',
    'filter line = "request" and ispresent(ttftMs)',
    'sort ttftMs desc',
    'limit 50',
  ],
  'Most failed over': [
    'fields @timestamp, requestId, key, asked, servedBy, ending, Attempts, attempts.0.deployment as first, attempts.0.reason as why, attempts.1.deployment as second, attempts.1.reason as whySecond, totalMs',
    'filter line = "request" and Failovers = 1',
    'sort Attempts desc, totalMs desc',
    'limit 50',
  ],
  'Calls by key': [
    'filter line = "request" and ispresent(key)',
    'stats count(*) as calls, sum(Errors) as failed, sum(Throttles) as throttled, sum(Failovers) as failedOver, pct(ttftMs, 50) as ttftP50, pct(ttftMs, 99) as ttftP99, pct(totalMs, 99) as totalP99, sum(InputTokenCount) as inputTokens, sum(OutputTokenCount) as outputTokens by key',
    'sort calls desc',
  ],
  'Busiest keys': [
    'filter line = "request" and ispresent(key)',
    'stats count(*) as calls, sum(totalMs) as tookMs by key',
    'sort tookMs desc',
  ],
  'Cost by key': [
    'filter line = "request" and costUsd > 0',
    'stats sum(costUsd) as dollars, count(*) as calls, avg(costUsd) as dollarsPerCall by key, route',
    'sort dollars desc',
  ],
  'Failed attempts by reason': [
    'filter line = "attempt" and ispresent(reason)',
    'stats count(*) as calls, max(@timestamp) as last by deployment, reason, detail, vendorCode',
    'sort calls desc',
  ],
  'Refusals in unknown words': [
    'filter line = "attempt" and ispresent(unknownWords)',
    'stats count(*) as calls, latest(requestId) as newest by provider, vendorStatus, vendorCode, unknownWords',
    'sort calls desc',
  ],
  'Deployments compared': [
    'filter line = "attempt"',
    'stats count(*) as calls, sum(Errors) as failed, sum(Throttles) as throttled, pct(ttftMs, 50) as ttftP50, pct(ttftMs, 95) as ttftP95, pct(ttftMs, 99) as ttftP99, sum(costUsd) as dollars by deployment',
    'sort ttftP99 desc',
  ],
  'Rate limits by deployment': [
    'filter line = "attempt"',
    'stats count(*) as calls, sum(Throttles) as throttled by deployment',
    'sort throttled desc',
  ],
  'Stream cuts': [
    'fields @timestamp, requestId, deployment, reason, detail, ttftMs, totalMs, vendorRequestId, traceId',
    'filter line = "attempt" and StreamCuts = 1',
    'sort @timestamp desc',
    'limit 50',
  ],
  'One request by its id': [
    'fields @timestamp, line, deployment, outcome, reason, detail, startedAfterMs, ttftMs, totalMs, spanId, @message',
    'filter requestId = "paste the x-nemo-request-id here"',
    'sort startedAfterMs asc',
  ],
  'One trace by its id': [
    'fields @timestamp, line, requestId, spanId, parentSpanId, deployment, outcome, reason, startedAfterMs, ttftMs, totalMs',
    'filter traceId = "paste the trace id here" or xrayTraceId = "paste the trace id here"',
    'sort @timestamp asc, startedAfterMs asc',
  ],
} as const satisfies Readonly<Record<string, SavedQuery>>;

/** The same of what the prober writes. */
export const PROBER_QUERIES = {
  'Runs of the prober': [
    'filter line = "probes" or not ispresent(line)',
    'fields @timestamp, probed, failed, totalMs, storeFailures.0 as storeFailure, @message',
    'sort @timestamp desc',
    'limit 50',
  ],
  'Calls from outside': [
    'filter line = "canary"',
    'stats count(*) as calls, max(totalMs) as slowestMs, max(@timestamp) as last by status, problem, note',
    'sort last desc',
  ],
} as const satisfies Readonly<Record<string, SavedQuery>>;

/** The name of a query that is saved. */
export type SavedQueryName = keyof typeof SAVED_QUERIES | keyof typeof PROBER_QUERIES;

/** A query as it is run, and whose log it looks into. */
export interface RunnableQuery {
  readonly of: 'gateway' | 'prober';
  readonly text: string;
}

export function savedQuery(name: SavedQueryName): RunnableQuery {
  const commands: SavedQuery = { ...SAVED_QUERIES, ...PROBER_QUERIES }[name];
  return { of: name in SAVED_QUERIES ? 'gateway' : 'prober', text: commands.join('\n| ') };
}

export interface SavedQueriesProps {
  readonly gateway: LogGroup;
  /** Absent where there is no prober. */
  readonly prober: LogGroup | undefined;
  /** The console's folder for them. */
  readonly folder: string;
}

/** The queries in the console of Logs Insights, ready to run. */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, { gateway, prober, folder }: SavedQueriesProps) {
    super(scope, id);
    const queries = { ...SAVED_QUERIES, ...(prober === undefined ? {} : PROBER_QUERIES) };
    for (const name of Object.keys(queries) as SavedQueryName[]) {
      const { of, text } = savedQuery(name);
      const { logGroupName } = (of === 'prober' ? prober : undefined) ?? gateway;
      new CfnQueryDefinition(this, name.replaceAll(' ', ''), {
        name: `${folder}/${name}`,
        logGroupNames: [logGroupName],
        queryString: text,
      });
    }
  }
}
