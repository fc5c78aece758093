import { isJsonObject } from '../../functions/gateway/core/wire/json.ts';
import type { Command, CommandOutput } from './command.ts';
import { credentialProblem } from './credential-form.ts';
import { readSecret, type SecretState } from './environment-secret.ts';
import type { DeployedTarget, LocalTarget, Target } from './target.ts';
import { textTable } from './text-table.ts';
import { wantedCredentials } from './wanted-credentials.ts';

/** One credential that the configuration wants, or that nobody wants. Never its value. */
export interface CredentialCheck {
  readonly name: string;
  /** The providers that want it. */
  readonly providers: readonly string[];
  /** `unclean`: of another form than its provider takes, as with a line end. */
  readonly state: 'present' | 'missing' | 'empty' | 'unclean' | 'extra';
  /** Characters. */
  readonly length?: number;
}

/** Says of every credential that the configuration names whether it is there. */
export const secretsCheck: Command = {
  works: 'anywhere',
  summary: 'say which credentials are there and which are missing; never a value',
  operands: [],
  options: {},
  run: async (input) => {
    const target = await input.target();
    return target.kind === 'local' ? checkLocal(target) : checkDeployed(target);
  },
};

async function checkDeployed(target: DeployedTarget): Promise<CommandOutput> {
  const secret = await readSecret(target.aws, target.names.secret);
  const checks = credentialChecks(target, secret);
  const isBad = checks.some(({ state }) => state !== 'present' && state !== 'extra');
  const changed = secret.changedAt === undefined ? 'It has no value yet.' : `Last changed ${secret.changedAt}.`;
  const head = `The secret ${target.names.secret} in ${target.aws.region}. ${changed}`;
  const shape =
    secret.kind === 'no-object' ? ['', 'Its value is no JSON object, so that no credential is found in it.'] : [];
  const mend = isBad ? ['', ...mending(target, checks)] : [];
  const text = [head, ...shape, '', tableOf(checks), ...mend].join('\n');
  return { text, json: { secret: target.names.secret, changedAt: secret.changedAt, credentials: checks }, isBad };
}

/** What the secret has of what the configuration wants, by name, and then what nobody wants. */
function credentialChecks(target: Target, secret: SecretState): readonly CredentialCheck[] {
  const wanted = wantedCredentials(target);
  const fields = secret.kind === 'fields' ? secret.fields : new Map<string, unknown>();
  const checks = [...wanted].map(([name, providers]) => ({
    name,
    providers,
    ...stateOf(target, name, fields.get(name)),
  }));
  const extra = [...fields.keys()].filter((name) => !wanted.has(name)).sort();
  return [...checks, ...extra.map((name) => ({ name, providers: [], state: 'extra' as const }))];
}

function stateOf({ config }: Target, name: string, field: unknown): Pick<CredentialCheck, 'state' | 'length'> {
  const value = isJsonObject(field) ? JSON.stringify(field) : field;
  if (typeof value !== 'string') {
    return { state: 'missing' };
  }
  if (value.trim() === '') {
    return { state: 'empty' };
  }
  const isGood = credentialProblem(config, name, value) === undefined;
  return { state: isGood ? 'present' : 'unclean', length: value.length };
}

function tableOf(checks: readonly CredentialCheck[]): string {
  if (checks.length === 0) {
    return 'The configuration names no credential.';
  }
  const rows = checks.map(({ name, providers, state, length }) => [
    name,
    providers.join(', ') || '-',
    state === 'extra' ? 'extra: no provider wants it' : state,
    length === undefined ? '-' : String(length),
  ]);
  return textTable([['CREDENTIAL', 'FOR', 'STATE', 'CHARACTERS'], ...rows]);
}

function mending({ name }: DeployedTarget, checks: readonly CredentialCheck[]): readonly string[] {
  const bad = checks.filter(({ state }) => state !== 'present' && state !== 'extra');
  return [
    'To mend it (each asks for its value, which no history of the shell keeps):',
    '',
    ...bad.map((check) => `npm run nemo -- secrets set ${check.name} --env ${name}`),
    '',
    'Running instances take a new value when a provider refuses the old one, and after five minutes in any case.',
  ];
}

async function checkLocal(target: LocalTarget): Promise<CommandOutput> {
  const { origin, description } = target;
  const wanted = [...wantedCredentials(target)];
  const checks = wanted.map(([name, providers]): CredentialCheck => {
    const isThere = Object.hasOwn(description.credentials, name) && description.credentials[name] === true;
    return { name, providers, state: isThere ? 'present' : 'missing' };
  });
  const missing = checks.filter(({ state }) => state === 'missing').map(({ name }) => name);
  const mend = ['', `To mend it, set ${missing.join(', ')} in the shell that runs npm start, and start it again.`];
  const text = [
    `The environment variables of the system at ${origin}.`,
    '',
    tableOf(checks),
    ...(missing.length > 0 ? mend : []),
  ];
  return { text: text.join('\n'), json: { origin, credentials: checks }, isBad: missing.length > 0 };
}
