import { type FakeProvider, startFakeProvider } from '../../support/fake-provider.ts';
import { type RunningLambda, type RunningLambdaOptions, runningLambda } from './running-lambda.ts';

/** The gateway under Lambda's runtime with two vendors behind it: `all` tries `first/model`, then `second/model`. */
export interface LambdaOverFakes extends RunningLambda {
  readonly first: FakeProvider;
  readonly second: FakeProvider;
}

export interface LambdaOverFakesOptions extends Omit<RunningLambdaOptions, 'config'> {
  /** More of the configuration file. */
  readonly config?: object;
}

/** The vendors' API key, as it stands in the secret. */
export const VENDOR_KEY = 'key-of-the-vendor';

export async function lambdaOverFakes(options: LambdaOverFakesOptions = {}): Promise<LambdaOverFakes> {
  const [first, second] = await Promise.all([startFakeProvider('openai'), startFakeProvider('anthropic')]);
  const lambda = await runningLambda({
    ...options,
    config: {
      providers: {
        first: { protocol: 'openai', baseUrl: first.baseUrl, apiKey: 'VENDOR_KEY' },
        second: { protocol: 'anthropic', baseUrl: second.baseUrl, apiKey: 'VENDOR_KEY' },
      },
      deployments: {
        'first/model': { provider: 'first', model: 'model', inputPrice: 1, outputPrice: 4 },
        'second/model': { provider: 'second', model: 'model', inputPrice: 1, outputPrice: 4 },
      },
      routes: { all: { strategy: 'ordered', deployments: ['first/model', 'second/model'] } },
      ...options.config,
    },
  });
  lambda.aws.setSecret(JSON.stringify({ VENDOR_KEY }));
  return {
    ...lambda,
    first,
    second,
    close: async () => {
      await lambda.close();
      await Promise.all([first.close(), second.close()]);
    },
  };
}

/** A question for the route. */
export function question(more: object = {}): object {
  return { model: 'all', messages: [{ role: 'user', content: 'Hello?' }], ...more };
}
