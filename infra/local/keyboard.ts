import type { Condition } from './simulated/condition.ts';
import type { SimulatedProviders } from './simulated/simulated-providers.ts';

/** What each further press of a vendor's key does. */
const CYCLE: readonly Condition[] = [{ kind: 'healthy' }, { kind: 'slow', factor: 10 }, { kind: 'down' }];

/** Lets keys 1, 2 and 3 slow a simulated vendor down, take it out and bring it back. Does nothing where there is no terminal. */
export function listenToKeys(providers: SimulatedProviders, stop: () => void): void {
  const { stdin } = process;
  if (!stdin.isTTY) {
    return;
  }
  stdin.setRawMode(true);
  stdin.on('data', (data) => {
    const key = data.toString();
    const vendor = providers.vendors[Number(key) - 1];
    if (key === '\u0003' || key === 'q') {
      stop();
    } else if (vendor !== undefined) {
      const now = CYCLE.findIndex(({ kind }) => kind === providers.condition(vendor.name).kind);
      const next = CYCLE[(now + 1) % CYCLE.length] ?? { kind: 'healthy' };
      providers.setCondition(vendor.name, next);
      console.log(`-- ${vendor.name} is now ${next.kind}`);
    }
  });
}
