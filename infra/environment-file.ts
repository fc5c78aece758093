import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AwsSettings } from '../functions/gateway/config/aws-settings.ts';
import { problemLine } from '../functions/gateway/config/config-problem.ts';
import { nearestName } from '../functions/gateway/config/nearest-name.ts';
import { parseConfig } from '../functions/gateway/config/parse-config.ts';
import type { GatewayConfig } from '../functions/gateway/core/model/gateway-config.ts';
import { parseJson } from '../functions/gateway/core/wire/json.ts';
import { catalogueOf } from './catalogue/catalogue.ts';

/** One file of `infra/environments/`, valid and with its defaults filled in. */
export interface Environment {
  readonly name: string;
  readonly config: GatewayConfig;
  readonly aws: AwsSettings;
}

/** An environment, or what to tell the operator. */
export type EnvironmentFile =
  | { readonly kind: 'read'; readonly environment: Environment }
  | { readonly kind: 'invalid'; readonly message: string };

const FOLDER = new URL('environments/', import.meta.url);

/** Names become parts of resource names; Lambda's have 64 characters. */
export const NAME = /^[a-z][a-z0-9-]{0,31}$/;

/** Reads and checks the file of the environment `name`, which an operator gave on the command line. */
export function readEnvironment(name: unknown, folder: URL = FOLDER): EnvironmentFile {
  const known = environmentNames(folder);
  if (typeof name !== 'string' || name === '') {
    return invalid(`Say which environment: -c env=${known[0] ?? 'dev'}. There are: ${known.join(', ')}.`);
  }
  if (!known.includes(name)) {
    const nearest = nearestName(name, known);
    const advice = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
    return invalid(
      `There is no environment ${JSON.stringify(name)}.${advice} There are: ${known.join(', ')}. ` +
        'Each is a file infra/environments/NAME.json; a name has at most 32 lower-case letters, digits and dashes.',
    );
  }
  return parsed(name, fileURLToPath(new URL(`${name}.json`, folder)));
}

function environmentNames(folder: URL): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .filter((name) => NAME.test(name))
    .sort();
}

function parsed(name: string, path: string): EnvironmentFile {
  const json = parseJson(readFileSync(path, 'utf8'));
  if (json === undefined) {
    return invalid(`${path} is not valid JSON.`);
  }
  const result = parseConfig(json, catalogueOf(new Date()));
  if (result.kind === 'invalid') {
    return invalid(
      [`${path} has errors:`, ...result.problems.map((problem) => `  ${problemLine(problem)}`)].join('\n'),
    );
  }
  return { kind: 'read', environment: { name, config: result.config, aws: result.aws } };
}

function invalid(message: string): EnvironmentFile {
  return { kind: 'invalid', message };
}
