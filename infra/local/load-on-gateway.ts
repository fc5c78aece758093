import { systemClock } from '../../functions/gateway/adapters/system-clock.ts';
import { loadCall } from './load-call.ts';
import { type SteadyLoad, steadyLoad } from './load-steady.ts';

export interface LoadedGateway {
  /** With `/v1`; told when it listens. */
  readonly baseUrl: Promise<string>;
  readonly key: string;
  /** The route that is called. */
  readonly model: string;
}

/** A steady load on the gateway of this process, made through its socket with the official client, which is loaded when first needed. */
export function loadOnGateway({ baseUrl, key, model }: LoadedGateway): SteadyLoad {
  const connect = async (): Promise<Parameters<typeof loadCall>[0]['openai']> => {
    const { default: OpenAI } = await import('openai');
    return new OpenAI({ baseURL: await baseUrl, apiKey: key, maxRetries: 0 });
  };
  let openai: ReturnType<typeof connect> | undefined;
  return steadyLoad({
    clock: systemClock,
    random: Math.random,
    call: async (index) => {
      openai ??= connect();
      await loadCall({ openai: await openai, clock: systemClock, model, question: `Question ${index}: what is new?` });
    },
  });
}
