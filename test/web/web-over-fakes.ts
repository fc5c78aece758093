import { configOverFakes, type Form, type FormOverFakes } from '../forms/form-over-fakes.ts';
import { startFakeProvider } from '../support/fake-provider.ts';
import { startWeb } from './running-web.ts';

/** The form `web`: the bundle as a process of its own, with two vendors behind it. */
async function webOverFakes(): Promise<FormOverFakes> {
  const [first, second] = await Promise.all([startFakeProvider('openai'), startFakeProvider('anthropic')]);
  const web = await startWeb({ config: configOverFakes({ first, second }) });
  const ends = () => [web.ended()];
  return {
    ...web,
    first,
    second,
    ends,
    settled: async () => {
      if (web.ended() !== undefined) {
        throw new Error(`The process ended: ${web.ended()}`);
      }
    },
    close: async () => {
      await web.close();
      await Promise.all([first.close(), second.close()]);
    },
  };
}

/** For the suites that every form has to pass. */
export const webForm: Form = { where: 'of the Web Function bundle', start: webOverFakes };
