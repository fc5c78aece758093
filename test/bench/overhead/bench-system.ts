import { type Target, target } from './bench-call.ts';
import { startMeasured } from './measured-process.ts';

/** The provider, and what stands in front of it, each in a process of its own. */
export interface BenchSystem {
  readonly direct: Target;
  readonly proxy: Target;
  readonly gateway: Target;
  readonly close: () => Promise<void>;
}

/** Starts everything. `deployments`: how many the gateway is configured with. */
export async function startBenchSystem(deployments = 2): Promise<BenchSystem> {
  const [provider, database] = await Promise.all([
    startMeasured<number>('./provider.ts'),
    startMeasured('./database.ts'),
  ]);
  const port = String(provider.place);
  const proxy = await startMeasured<string>('./bare-proxy.ts', port);
  const place = JSON.stringify(database.place);
  const gateway = await startMeasured<string>('./gateway.ts', port, place, String(deployments));
  const targets = {
    direct: target('direct', `http://127.0.0.1:${port}`, 'one'),
    proxy: target('bare proxy', proxy.place, 'one', proxy),
    gateway: target('gateway', gateway.place, 'fast', gateway),
  };
  return {
    ...targets,
    close: async () => {
      await Promise.all(Object.values(targets).map(({ pool }) => pool.destroy()));
      for (const process of [gateway, proxy, provider, database]) {
        process.stop();
      }
    },
  };
}
