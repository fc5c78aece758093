import type OpenAI from 'openai';
import type { JsonObject } from '../../functions/gateway/core/wire/json.ts';
import type { FakeProvider, FakeRequest } from '../support/fake-provider.ts';
import type { Step } from '../support/fake-provider-step.ts';
import { deploymentId, runningGateway } from '../support/running-gateway.ts';
import { VENDOR_NAMES, VENDORS, type Vendor } from './vendors.ts';

/** The running gateway over a fake of each vendor. */
export interface ConformanceBench {
  readonly client: OpenAI;
  /** What a request's `model` is for a vendor. */
  readonly model: (vendor: Vendor) => string;
  readonly embeddingsModel: (vendor: Vendor) => string;
  /** Sends a chat request, whose answer is one body. `step`: what the vendor does. */
  readonly chat: (vendor: Vendor, members: JsonObject, step?: Step) => Promise<Exchange>;
  readonly embed: (vendor: Vendor, members: JsonObject) => Promise<Exchange>;
  readonly fake: (vendor: Vendor) => FakeProvider;
  readonly close: () => Promise<void>;
}

/** What the caller got, and what the vendor was asked. */
export interface Exchange {
  readonly status: number;
  readonly body: unknown;
  /** The caller's fields that were left out. */
  readonly dropped: readonly string[];
  /** `undefined` where the vendor was not asked. */
  readonly asked: FakeRequest | undefined;
}

type Fakes = Vendor | `${Vendor}-embeddings`;

export async function startConformanceBench(): Promise<ConformanceBench> {
  const gateway = await runningGateway<Fakes>({
    fakes: fakes(),
    deployments: deployments(),
    config: { maxAttempts: 1, routes: {} },
  });
  const send = async (name: Fakes, path: string, body: JsonObject): Promise<Exchange> => {
    const { requests } = gateway.fakes[name];
    const before = requests.length;
    const response = await gateway.fetch(path, { method: 'POST', body: JSON.stringify(body) });
    const dropped = response.headers.get('x-nemo-dropped-params');
    return {
      status: response.status,
      body: await response.json(),
      dropped: dropped === null ? [] : dropped.split(', '),
      asked: requests[before],
    };
  };
  return {
    client: gateway.openai(),
    model: deploymentId,
    embeddingsModel: (vendor) => deploymentId(`${vendor}-embeddings`),
    chat: (vendor, members, step) => {
      gateway.fakes[vendor].script(...(step === undefined ? [] : [step]));
      const greeting = [{ role: 'user', content: 'Hello' }];
      return send(vendor, '/v1/chat/completions', { model: deploymentId(vendor), messages: greeting, ...members });
    },
    embed: (vendor, members) => {
      const name: Fakes = `${vendor}-embeddings`;
      return send(name, '/v1/embeddings', { model: deploymentId(name), ...members });
    },
    fake: (vendor) => gateway.fakes[vendor],
    close: gateway.close,
  };
}

function fakes(): Parameters<typeof runningGateway<Fakes>>[0]['fakes'] {
  const entries = VENDOR_NAMES.flatMap((name) => [
    [name, VENDORS[name].protocol],
    [`${name}-embeddings`, VENDORS[name].embeddings === undefined ? 'openai' : VENDORS[name].protocol],
  ]);
  // Every vendor's two names are there.
  return Object.fromEntries(entries) as Parameters<typeof runningGateway<Fakes>>[0]['fakes'];
}

function deployments(): Partial<Record<Fakes, object>> {
  return Object.fromEntries(
    VENDOR_NAMES.flatMap((name) => {
      const { model, embeddings = 'none' } = VENDORS[name];
      return [
        [name, { model }],
        [`${name}-embeddings`, { model: embeddings, kind: 'embeddings' }],
      ];
    }),
  );
}
