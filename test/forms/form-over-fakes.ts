import type { FakeProvider } from '../support/fake-provider.ts';

/**
 * The gateway as it is deployed, in one of its forms, with two vendors behind it: the route `all` tries `first/model`, then `second/model`.
 * What the suites of this folder need of it.
 */
export interface FormOverFakes {
  /** Without a trailing slash. */
  readonly origin: string;
  /** A key that stands in the keys table. */
  readonly key: string;
  readonly first: FakeProvider;
  readonly second: FakeProvider;
  /** A request with the key: `path` as `/v1/models`. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** A chat completion with the key. */
  readonly chat: (body: object) => Promise<Response>;
  /** Resolves when nothing is under way any more. Rejects where a process has died. */
  readonly settled: () => Promise<void>;
  /** The ends of its processes so far, in the order of their starts: the signal or the exit code, `undefined` of one that runs. */
  readonly ends: () => readonly (string | undefined)[];
  readonly close: () => Promise<void>;
}

/** One form, by name, and how it is started. */
export interface Form {
  /** Ends the names of its tests, as `under Lambda's runtime`. */
  readonly where: string;
  readonly start: () => Promise<FormOverFakes>;
}

/** The providers, deployments and the route of such a gateway, as they stand in its file. */
export function configOverFakes({ first, second }: Pick<FormOverFakes, 'first' | 'second'>): object {
  return {
    providers: {
      first: { protocol: 'openai', baseUrl: first.baseUrl, apiKey: 'VENDOR_KEY' },
      second: { protocol: 'anthropic', baseUrl: second.baseUrl, apiKey: 'VENDOR_KEY' },
    },
    deployments: {
      'first/model': { provider: 'first', model: 'model', inputPrice: 1, outputPrice: 4 },
      'second/model': { provider: 'second', model: 'model', inputPrice: 1, outputPrice: 4 },
    },
    routes: { all: { strategy: 'ordered', deployments: ['first/model', 'second/model'] } },
    // A probe would take the step of a script that is meant for the call.
    probes: 'off',
  };
}

/** A question for the route. */
export function question(more: object = {}): object {
  return { model: 'all', messages: [{ role: 'user', content: 'Hello?' }], ...more };
}
