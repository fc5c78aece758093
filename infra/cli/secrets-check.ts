import type { GatewayConfig } from '../../functions/gateway/core/model/gateway-config.ts';
import type { Command } from './command.ts';
import { readSecret, type SecretState } from './environment-secret.ts';
import type { DeployedTarget, LocalTarget } from './target.ts';
import { textTable } from './text-table.ts';

/** One credential that the configuration wants, or that nobody wants. Never its value. */
export interface CredentialCheck {
  readonly name: string;
  /** The providers that want it. */
  readonly providers: readonly string[];
  /** `unclean`: with a space or a line end around it, which no provider takes. */
  readonly state: 'present' | 'missing' | 'empty' | 'unclean' | 'extra';
  /** Characters. */
  readonly length?: number;
}

/** Says of every credential that the configuration names whether it is there. */
export const secretsCheck: Command = {
  summary: 'say which credentials are there and which are missing; never a value',
  operands: [],
  options: {},
  run: async (input) => {
    const target = await input.target();
    return target.kind === 'local' ? checkLocal(target) : checkDeployed(target);
  },
};

async function checkDeployed(target: DeployedTarget): Promise<Awaited<ReturnType<Command['run']>>> {
  const secret = await readSecret(target.aws, target.names.secret);
  const checks = credentialChecks(target.config, secret);
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
function credentialChecks(config: GatewayConfig, secret: SecretState): readonly CredentialCheck[] {
  const wanted = wantedCredentials(config);
  const fields = secret.kind === 'fields' ? secret.fields : new Map<string, unknown>();
  const checks = [...wanted].map(([name, providers]) => ({ name, providers, ...stateOf(fields.get(name)) }));
  const extra = [...fields.keys()].filter((name) => !wanted.has(name)).sort();
  return [...checks, ...extra.map((name) => ({ name, providers: [], state: 'extra' as const }))];
}

function wantedCredentials({ providers }: GatewayConfig): ReadonlyMap<string, readonly string[]> {
  const pairs = Object.entries(providers).flatMap(([provider, { apiKey }]) =>
    apiKey === undefined ? [] : [{ provider, apiKey }],
  );
  const byName = [...Map.groupBy(pairs, ({ apiKey }) => apiKey)].sort(([a], [b]) => a.localeCompare(b));
  return new Map(byName.map(([name, of]) => [name, of.map(({ provider }) => provider)]));
}

function stateOf(value: unknown): Pick<CredentialCheck, 'state' | 'length'> {
  if (typeof value !== 'string') {
    return { state: 'missing' };
  }
  if (value.trim() === '') {
    return { state: 'empty' };
  }
  return { state: /^[\x21-\x7e]+$/.test(value) ? 'present' : 'unclean', length: value.length };
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

/** All fields at once: Secrets Manager knows the secret as one text, and a value that is put replaces the whole. */
function mending({ names, aws, name }: DeployedTarget, checks: readonly CredentialCheck[]): readonly string[] {
  const fields = checks.filter(({ state }) => state !== 'extra').map((check) => `  "${check.name}": "..."`);
  return [
    'To mend it, write all of them to a file, put that, and delete the file:',
    '',
    `{\n${fields.join(',\n')}\n}`,
    '',
    `aws secretsmanager put-secret-value --region ${aws.region} --secret-id ${names.secret} --secret-string file://credentials.json`,
    `npm run nemo -- secrets check --env ${name}`,
    '',
    'Running instances take a new value when a provider refuses the old one, and after five minutes in any case.',
  ];
}

async function checkLocal({ origin, description, config }: LocalTarget): Promise<Awaited<ReturnType<Command['run']>>> {
  const wanted = [...wantedCredentials(config)];
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
