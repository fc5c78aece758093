import OpenAI from 'openai';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import type { GatewayConfig } from '../../functions/gateway/core/model/gateway-config.ts';
import { startLocalSystem } from '../../infra/local/local-system.ts';
import { type RecordedVendors, startRecordedVendors } from './recorded-vendors.ts';
import type { Recording } from './recording.ts';

/** The running gateway with a deployment for each recording, and the official client. */
export interface ReplayedGateway {
  readonly client: OpenAI;
  /** The `model` that stands for a recording. `cut`: its bytes come in random small pieces. */
  readonly model: (index: number, form: 'whole' | 'cut') => string;
  readonly close: () => Promise<void>;
}

const KEY = 'nemo_key-of-the-replay';

export async function startReplayedGateway(recordings: readonly Recording[]): Promise<ReplayedGateway> {
  const vendors = await startRecordedVendors(recordings);
  const system = await startLocalSystem({
    config: configFor(recordings, vendors),
    key: KEY,
    port: 0,
    credentials: async () => 'key-of-the-vendor',
    sign: async () => ({}),
    onRecord: () => undefined,
    onStoreError: () => undefined,
  });
  return {
    // A vendor's answer is there at once: what takes seconds hangs.
    client: new OpenAI({ baseURL: system.baseUrl, apiKey: KEY, maxRetries: 0, timeout: 20_000 }),
    model: nameOf,
    close: async () => {
      await system.close();
      vendors.close();
    },
  };
}

function nameOf(index: number, form: 'whole' | 'cut'): string {
  return `${form}-${index}`;
}

/** One attempt only: what is replayed is one answer. */
function configFor(recordings: readonly Recording[], vendors: RecordedVendors): GatewayConfig {
  const used = recordings.flatMap(({ use }, index) => (use.kind === 'skipped' ? [] : [{ use, index }]));
  const forms = (['whole', 'cut'] as const).flatMap((form) => used.map((one) => ({ ...one, form })));
  const parsed = parseConfig({
    maxAttempts: 1,
    providers: Object.fromEntries(
      forms.map(({ use, index, form }) => [
        nameOf(index, form),
        {
          protocol: use.protocol,
          baseUrl: vendors.baseUrl(index, form),
          apiKey: 'KEY_OF_THE_VENDOR',
          ...(use.protocol === 'bedrock' ? { region: 'us-east-1' } : {}),
        },
      ]),
    ),
    deployments: Object.fromEntries(
      forms.map(({ use, index, form }) => [
        nameOf(index, form),
        { provider: nameOf(index, form), model: use.model, kind: use.kind },
      ]),
    ),
    routes: {},
  });
  if (parsed.kind === 'invalid') {
    throw new Error(`The replay's configuration is wrong: ${JSON.stringify(parsed.problems)}`);
  }
  return parsed.config;
}
