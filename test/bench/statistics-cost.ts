import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import type { StatisticsSettings } from '../../functions/gateway/core/config/gateway-config.ts';
import { PACES } from '../../functions/gateway/core/statistics/paced-sums.ts';
import { sampledShare, writtenShare } from '../../functions/gateway/core/statistics/sampled-share.ts';

/*
 * What the shared statistics cost in DynamoDB, in US dollars per million calls, from the default settings. `npm run bench:cost`.
 *
 * Assumptions: on-demand prices of us-east-1, dollars per million request units; every item below 1 KB, so that an addition is one write
 * unit and an eventually consistent read half a read unit; calls spread evenly over the deployments, which writes most; Lambda, where an
 * instance has one call at a time and its next one as soon as it is free.
 */
const DOLLARS_PER_MILLION = { writeUnits: 0.625, readUnits: 0.125 };
const UNITS_PER_READ_ITEM = 0.5;
const MEAN_CALL_MS = 5000;
/** Attempts whose first token is late: told in a write of their own. */
const LATE_SHARE = 0.05;
const CALLS_PER_SECOND = [1, 100, 10_000];
const DEPLOYMENTS = [3, 10];

interface Cost {
  readonly writesPerCall: number;
  readonly readUnitsPerCall: number;
  readonly dollarsPerMillionCalls: number;
  /** Of the busiest item, which one partition serves: 3,000 units a second. */
  readonly readUnitsPerItemSecond: number;
}

function costOf(callsPerSecond: number, deployments: number, settings: StatisticsSettings): Cost {
  const share = writtenShare(callsPerSecond / deployments, settings.writesPerSecond);
  // A call's first token and end are merged: the lasting item is written for either, the recent one for the first token.
  const ofCall = 1 - (1 - share) ** 2 + share;
  const ofLate = LATE_SHARE * share * PACES.length;
  const writesPerCall = ofCall + ofLate;
  const readsPerCall =
    Math.min(1, MEAN_CALL_MS / settings.refreshMs) * sampledShare(callsPerSecond, settings.readsPerSecond);
  // An ejection, and this epoch and the one before of each memory. A missing item costs as much.
  const itemsPerRead = deployments * (1 + 2 * PACES.length);
  const readUnitsPerCall = readsPerCall * itemsPerRead * UNITS_PER_READ_ITEM;
  const { writeUnits, readUnits } = DOLLARS_PER_MILLION;
  return {
    writesPerCall,
    readUnitsPerCall,
    dollarsPerMillionCalls: writesPerCall * writeUnits + readUnitsPerCall * readUnits,
    readUnitsPerItemSecond: callsPerSecond * readsPerCall * UNITS_PER_READ_ITEM,
  };
}

function defaultSettings(): StatisticsSettings {
  const parsed = parseConfig({
    providers: { vendor: { protocol: 'openai', baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'VENDOR_KEY' } },
    deployments: { 'vendor/model': { provider: 'vendor', model: 'model' } },
    routes: { all: { strategy: 'latency-based', deployments: ['vendor/model'] } },
  });
  if (parsed.kind === 'invalid') {
    throw new Error(`The configuration is wrong: ${JSON.stringify(parsed.problems)}`);
  }
  return parsed.config.statistics;
}

const settings = defaultSettings();
const { writeUnits, readUnits } = DOLLARS_PER_MILLION;
const rows = DEPLOYMENTS.flatMap((deployments) =>
  CALLS_PER_SECOND.map((calls) => {
    const cost = costOf(calls, deployments, settings);
    const writeDollars = cost.writesPerCall * writeUnits;
    const readDollars = cost.readUnitsPerCall * readUnits;
    const cells = [
      deployments,
      calls.toLocaleString('en'),
      cost.writesPerCall.toFixed(3),
      cost.readUnitsPerCall.toFixed(1),
      writeDollars.toFixed(2),
      readDollars.toFixed(2),
      cost.dollarsPerMillionCalls.toFixed(2),
      cost.readUnitsPerItemSecond.toLocaleString('en'),
    ];
    return `| ${cells.join(' | ')} |`;
  }),
);

process.stdout.write(
  [
    `DynamoDB for the shared statistics. Settings: ${JSON.stringify(settings)}; a call takes ${MEAN_CALL_MS} ms; ${LATE_SHARE * 100} % late.`,
    '',
    '| deployments | calls a second | write units a call | read units a call | $ writes | $ reads | $ per million calls | read units a second of one item |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n'),
);
