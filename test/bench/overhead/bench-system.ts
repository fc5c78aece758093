import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../../infra/constructs/function-bundle.ts';
import { type Target, target } from './bench-call.ts';
import { type BundledGateway, bundledGateway } from './bundled-gateway.ts';
import { type MeasuredProcess, startMeasured } from './measured-process.ts';

/** The provider, and what stands in front of it, each in a process of its own. */
export interface BenchSystem {
  readonly direct: Target;
  readonly proxy: Target;
  readonly gateway: Target;
  /** The gateway of another checkout. */
  readonly other?: Target;
  readonly close: () => Promise<void>;
}

export interface BenchSystemOptions {
  /** How many the gateway is configured with. @default 2 */
  readonly deployments?: number;
  /** How many others may call it. @default 0 */
  readonly keys?: number;
  /** The folder of another checkout, whose gateway is measured beside. */
  readonly checkout?: string | undefined;
  /** Whether gateways run from their sources, file by file, for profiles that tell whose time it is. @default bundled, as they are deployed */
  readonly isFromSources?: boolean;
}

/** The provider has one model, and streams it where it is asked to. */
const ONE = { streaming: 'one', whole: 'one' };
const ROUTES = { streaming: 'fast', whole: 'whole' };

/** Starts everything. */
export async function startBenchSystem(options: BenchSystemOptions = {}): Promise<BenchSystem> {
  const { deployments = 2, keys = 0, checkout } = options;
  const [provider, database] = await Promise.all([
    startMeasured<number>('./provider.ts'),
    startMeasured('./database.ts'),
  ]);
  const port = String(provider.place);
  const proxy = await startMeasured<string>('./bare-proxy.ts', port);
  const place = JSON.stringify(database.place);
  const startGateway = async (root?: string): Promise<MeasuredProcess<string>> => {
    const { url, remove } = await (options.isFromSources === true ? sources(root) : bundledGateway(root));
    const started = await startMeasured<string>(url, port, place, String(deployments), String(keys));
    await remove();
    return started;
  };
  const gateway = await startGateway();
  const other = checkout === undefined ? undefined : await startGateway(checkout);
  const targets = {
    direct: target('direct', `http://127.0.0.1:${port}`, ONE),
    proxy: target('bare proxy', proxy.place, ONE, proxy),
    gateway: target('gateway', gateway.place, ROUTES, gateway),
    ...(other && { other: target('other checkout', other.place, ROUTES, other) }),
  };
  return {
    ...targets,
    close: async () => {
      await Promise.all(Object.values(targets).map(({ pool }) => pool.destroy()));
      for (const process of [gateway, proxy, provider, database, ...(other ? [other] : [])]) {
        process.stop();
      }
    },
  };
}

function sources(checkout = ROOT): BundledGateway {
  const file = join(resolve(checkout), 'test/bench/overhead/gateway.ts');
  return { url: pathToFileURL(file).href, remove: async () => undefined };
}
