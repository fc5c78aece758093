import { byId } from './element.ts';
import { loadButton } from './load-button.ts';
import { providerControls } from './provider-controls.ts';

/** What a visitor of `npm start` can do to the simulated providers. `path` is where the local server takes orders; empty: it takes none. */
export function simulation(path: string): { readonly refresh: () => Promise<void> } {
  if (path === '') {
    return { refresh: async () => undefined };
  }
  byId('simulation').hidden = false;
  const parts = [providerControls(`${path}/providers`), loadButton(`${path}/load`)];
  return {
    refresh: async () => {
      await Promise.all(parts.map((part) => part.refresh()));
    },
  };
}
