import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Target, target } from './bench-call.ts';
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

/** Starts everything. `deployments`: how many the gateway is configured with. `checkout`: the folder of another one, to be measured beside. */
export async function startBenchSystem(deployments = 2, checkout?: string): Promise<BenchSystem> {
  const [provider, database] = await Promise.all([
    startMeasured<number>('./provider.ts'),
    startMeasured('./database.ts'),
  ]);
  const port = String(provider.place);
  const proxy = await startMeasured<string>('./bare-proxy.ts', port);
  const place = JSON.stringify(database.place);
  const startGateway = (file: string): Promise<MeasuredProcess<string>> =>
    startMeasured(file, port, place, String(deployments));
  const gateway = await startGateway('./gateway.ts');
  const other = checkout && (await startGateway(`${pathToFileURL(resolve(checkout))}/test/bench/overhead/gateway.ts`));
  const targets = {
    direct: target('direct', `http://127.0.0.1:${port}`, 'one'),
    proxy: target('bare proxy', proxy.place, 'one', proxy),
    gateway: target('gateway', gateway.place, 'fast', gateway),
    ...(other && { other: target('other checkout', other.place, 'fast', other) }),
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
