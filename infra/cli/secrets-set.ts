import { nearestName } from '../../functions/gateway/config/nearest-name.ts';
import { type Command, UsageError } from './command.ts';
import { credentialProblem } from './credential-form.ts';
import { readSecret, writeSecret } from './environment-secret.ts';
import { wantedCredentials } from './wanted-credentials.ts';

/** Puts one credential into the environment's secret and leaves the others as they are. */
export const secretsSet: Command = {
  works: 'in-aws',
  locally: 'Locally credentials are environment variables: set it in the shell that runs npm start.',
  summary: 'put one credential, read from standard input, beside the others: no history of the shell keeps it',
  operands: ['NAME'],
  options: {},
  run: async (input) => {
    const [name = ''] = input.operands;
    const target = await input.target();
    const wanted = [...wantedCredentials(target).keys()];
    if (!wanted.includes(name)) {
      const nearest = nearestName(name, wanted);
      const advice = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
      throw new UsageError(
        `${target.name} wants no credential ${JSON.stringify(name)}.${advice} It wants: ${wanted.join(', ')}.`,
      );
    }
    const value = await input.readInput(`${name}: `);
    const problem = credentialProblem(target.config, name, value);
    if (problem !== undefined) {
      throw new UsageError(`The value ${problem}. Nothing was changed.`);
    }
    const secret = await readSecret(target.aws, target.names.secret);
    if (secret.kind === 'no-object') {
      throw new UsageError(
        `The secret ${target.names.secret} holds something else than a JSON object. Put {} there first; nothing was changed.`,
      );
    }
    const fields = new Map(secret.kind === 'fields' ? secret.fields : []).set(name, value);
    await writeSecret(target.aws, target.names.secret, fields);
    const missing = wanted.filter((one) => !fields.has(one));
    const rest = missing.length === 0 ? 'All are there.' : `Still missing: ${missing.join(', ')}.`;
    return {
      text: `${name} is set, ${value.length} characters. ${rest}`,
      json: { secret: target.names.secret, name, length: value.length, missing },
    };
  },
};
