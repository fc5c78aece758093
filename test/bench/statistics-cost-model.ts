import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import type { StatisticsSettings } from '../../functions/gateway/core/model/gateway-config.ts';
import { sampledShare, writtenShares } from '../../functions/gateway/core/statistics/observation-log.ts';
import { USUAL_READ_MS } from '../../functions/gateway/core/statistics/snapshot-reads.ts';
import { PACES } from '../../functions/gateway/core/statistics/sums.ts';

/**
 * The model behind the costs of the shared statistics. On-demand prices of us-east-1; every item below 1 KB, so that an addition is one
 * write unit and an eventually consistent read half a read unit; calls spread evenly over the deployments, which writes most; Lambda,
 * where an instance has one call at a time and its next one as soon as it is free.
 */
export const DOLLARS_PER_MILLION = { writeUnits: 0.625, readUnits: 0.125 };
const UNITS_PER_READ_ITEM = 0.5;
/** How long a call takes. */
export const MEAN_CALL_MS = 5000;
/** Attempts whose first token is late: told in a write of their own. */
export const LATE_SHARE = 0.05;

/** Memories that are read with every snapshot. */
const QUICK_PACES = PACES.length - 1;

/** Of one call on average. */
export interface StatisticsCost {
  readonly writesPerCall: number;
  readonly readUnitsPerCall: number;
  readonly dollarsPerMillionCalls: number;
  /** Of the busiest item, which one partition serves: 3,000 units a second. */
  readonly readUnitsPerItemSecond: number;
}

/** What the statistics of calls at this rate to so many deployments cost. */
export function statisticsCost(
  callsPerSecond: number,
  deployments: number,
  settings: StatisticsSettings,
): StatisticsCost {
  const { quick: share, usual } = writtenShares(callsPerSecond / deployments, settings.writesPerSecond);
  // A call's first token and end are merged: the lasting item is written for either, the recent one for the first token.
  const ofCall = 1 - (1 - share) ** 2 + share;
  const ofLate = LATE_SHARE * share * QUICK_PACES;
  // The usual memory is written for either, and seldom.
  const ofUsual = 1 - (1 - usual) ** 2;
  const writesPerCall = ofCall + ofLate + ofUsual;
  const readsPerCall =
    Math.min(1, MEAN_CALL_MS / settings.refreshMs) * sampledShare(callsPerSecond, settings.readsPerSecond);
  // An ejection, and this epoch and the one before of each memory, of the usual one seldom. A missing item costs as much.
  const usualReads = Math.min(1, Math.max(MEAN_CALL_MS, settings.refreshMs) / USUAL_READ_MS);
  const itemsPerRead = deployments * (1 + 2 * QUICK_PACES + 2 * usualReads);
  const readUnitsPerCall = readsPerCall * itemsPerRead * UNITS_PER_READ_ITEM;
  const { writeUnits, readUnits } = DOLLARS_PER_MILLION;
  return {
    writesPerCall,
    readUnitsPerCall,
    dollarsPerMillionCalls: writesPerCall * writeUnits + readUnitsPerCall * readUnits,
    readUnitsPerItemSecond: callsPerSecond * readsPerCall * UNITS_PER_READ_ITEM,
  };
}

/** The settings of a configuration that names none. */
export function defaultSettings(): StatisticsSettings {
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
