import { configOverFakes, type Form, type FormOverFakes } from '../../forms/form-over-fakes.ts';
import { startFakeProvider } from '../../support/fake-provider.ts';
import { type RunningLambda, type RunningLambdaOptions, runningLambda } from './running-lambda.ts';

/** The form `event`: the gateway under Lambda's runtime, behind a Function URL, with two vendors behind it. */
export interface LambdaOverFakes extends RunningLambda, Pick<FormOverFakes, 'first' | 'second' | 'ends'> {}

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
    config: { ...configOverFakes({ first, second }), ...options.config },
  });
  lambda.aws.setSecret(JSON.stringify({ VENDOR_KEY }));
  return {
    ...lambda,
    first,
    second,
    ends: () => lambda.instances.map((instance) => instance.ended()),
    close: async () => {
      await lambda.close();
      await Promise.all([first.close(), second.close()]);
    },
  };
}

/** For the suites that every form has to pass. */
export const lambdaForm: Form = { where: "under Lambda's runtime", start: () => lambdaOverFakes() };
