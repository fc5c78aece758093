import type { Clock, Random } from '../../gateway/core/model/clock.ts';
import type { Dial } from '../../gateway/core/model/dial.ts';
import type { Deployment, GatewayConfig, StatisticsSettings } from '../../gateway/core/model/gateway-config.ts';
import type { ProbeRecord } from '../../gateway/core/model/probe-record.ts';
import { MAX_PROBE_MS, type ProbePorts, probe } from '../../gateway/core/probe/probe.ts';
import { modelDirectory } from '../../gateway/core/routing/model-directory.ts';
import { fleetStatistics } from '../../gateway/core/statistics/fleet-statistics.ts';
import type { StatisticsStore } from '../../gateway/core/statistics/statistics-store.ts';
import { chooseProbes, type ProbeChoice, type Skipped, type SkipReason } from './choose-probes.ts';

/** What a run of the prober needs of the world. */
export interface ProberPorts {
  readonly config: GatewayConfig;
  readonly store: StatisticsStore;
  readonly clock: Clock;
  readonly random: Random;
  /** Told of each failure of the store. */
  readonly onStoreError: (operation: string, error: unknown) => void;
}

/** What one run did. Every deployment is in it once: asked or skipped. */
export interface ProbeRun {
  readonly records: readonly ProbeRecord[];
  readonly skipped: readonly Skipped[];
  /** What the store failed at. */
  readonly storeFailures: readonly string[];
  readonly tookMs: number;
}

/** One run over connections of its own. Rejects only for a bug. */
export type Prober = (dial: Dial) => Promise<ProbeRun>;

/** A prober may wait for what a request may not, and longer than its database's client does: a failure is then known to be one. */
const PATIENCE = {
  refreshMs: 0,
  // Even a snapshot of this instant is read anew.
  staleMs: -1,
  // However busy the fleet is.
  readsPerSecond: Infinity,
  readTimeoutMs: 20_000,
} as const satisfies Partial<StatisticsSettings>;

/** Calls in flight at once: a function's share of a processor is small, and handshakes that wait for it would be measured too. */
const LANES = 4;

/** After this long no further probe begins. With the last one's limit it bounds a run. */
const BEGIN_WITHIN_MS = 30_000;

/** The longest that asking takes, without the reads and writes around it. */
export const MAX_ASKING_MS = BEGIN_WITHIN_MS + MAX_PROBE_MS;

/**
 * Finds out how the deployments do that no traffic measures, and tells the fleet by the same sums and rules as the gateway. What it learns
 * it keeps from run to run: three failures in a row are an ejection here too. Its first tokens come after a tiny prompt over a
 * new connection: one makes them sooner, the other later than those of traffic, until traffic tells better.
 */
export function prober({ config, store, clock, random, onStoreError }: ProberPorts): Prober {
  const deployments = modelDirectory(config).deployments;
  const storeFailures: string[] = [];
  const statistics = fleetStatistics({
    deployments: [...deployments.keys()],
    settings: { ...config.statistics, ...PATIENCE },
    ejection: config.ejection,
    store,
    clock,
    random,
    onStoreError: (operation, error) => {
      storeFailures.push(operation);
      onStoreError(operation, error);
    },
  });
  return async (dial) => {
    const startedAtMs = clock.nowMs();
    storeFailures.length = 0;
    await statistics.prepare([...deployments.keys()]);
    const context = { timeouts: config.timeouts, clock, statistics, dial, deployments, startedAtMs };
    const asked = storeFailures.length > 0 ? allUnread(deployments.keys()) : await ask(context);
    await statistics.close();
    return { ...asked, storeFailures: [...storeFailures], tookMs: clock.nowMs() - startedAtMs };
  };
}

interface Asking extends ProbePorts {
  readonly deployments: ReadonlyMap<string, Deployment>;
  readonly startedAtMs: number;
}

type Asked = Pick<ProbeRun, 'records' | 'skipped'>;

/** Without the fleet's sums a run would pay for what traffic measures, and could tell nobody. */
function allUnread(deployments: Iterable<string>): Asked {
  return { records: [], skipped: [...deployments].map((deployment) => ({ deployment, why: 'unread' })) };
}

async function ask(asking: Asking): Promise<Asked> {
  const { chosen, skipped } = chooseProbes([...asking.deployments.keys()], (id) => asking.statistics.look(id));
  const waiting = chosen.values();
  const results: (ProbeRecord | Skipped)[] = [];
  const lane = async (): Promise<void> => {
    for (const choice of waiting) {
      results.push(await askOne(choice, asking));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return {
    records: results.filter((result) => 'totalMs' in result),
    skipped: [...skipped, ...results.filter((result) => 'why' in result)],
  };
}

async function askOne({ deployment: id, ejection }: ProbeChoice, asking: Asking): Promise<ProbeRecord | Skipped> {
  const { clock, statistics, deployments, startedAtMs } = asking;
  const skip = (why: SkipReason): Skipped => ({ deployment: id, why });
  if (clock.nowMs() - startedAtMs >= BEGIN_WITHIN_MS) {
    return skip('out-of-time');
  }
  // As late as possible: the lease is not longer than a call.
  if (ejection !== undefined && !(await statistics.claimProbe(id, ejection))) {
    return skip('probed-by-another');
  }
  const deployment = deployments.get(id);
  return (deployment && (await probe(deployment, asking))) ?? skip('unsupported');
}
