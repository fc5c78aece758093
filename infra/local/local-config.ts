import { readFileSync } from 'node:fs';
import type { CorsSettings } from '../../functions/gateway/adapters/cors.ts';
import { problemLine } from '../../functions/gateway/config/config-problem.ts';
import { type ParsedConfig, parseConfig } from '../../functions/gateway/config/parse-config.ts';
import type { GatewayConfig } from '../../functions/gateway/core/model/gateway-config.ts';
import { catalogueOf } from '../catalogue/catalogue.ts';
import type { SimulatedVendor } from './simulated/simulated-providers.ts';

/** A configuration that cannot be used. The message says what to change. */
export class ConfigError extends Error {}

/** What a configuration file says to a laptop. */
export interface LocalConfig {
  readonly config: GatewayConfig;
  /** Its `aws.cors`, which holds here too. */
  readonly cors?: CorsSettings;
}

/** Reads a configuration file. Throws `ConfigError`. */
export function configFromFile(file: string): LocalConfig {
  const { config, aws } = parsed(jsonOf(file), file);
  return aws.cors === undefined ? { config } : { config, cors: aws.cors };
}

function jsonOf(file: string): unknown {
  // Some editors begin a file with a byte-order mark.
  const text = textOf(file).replace(/^\uFEFF/, '');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What is found in the environment: the vendors whose credential is there, each with a model that its key most likely opens. */
export function configFromEnvironment(environment: NodeJS.ProcessEnv): GatewayConfig | undefined {
  const found = VENDORS.filter((vendor) => vendor.credentials.some((name) => (environment[name] ?? '') !== ''));
  if (found.length === 0) {
    return undefined;
  }
  const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? 'us-east-1';
  const providers = found.map((vendor) => [vendor.name, vendor.provider(environment, region)]);
  const deployments = found.map((vendor) => [
    `${vendor.name}/${vendor.model}`,
    { provider: vendor.name, model: vendor.model },
  ]);
  return checked(
    withRoutes(Object.fromEntries(providers), Object.fromEntries(deployments), embeddingsOf(found)),
    'the environment',
  );
}

interface Vendor {
  readonly name: string;
  /** Any one of these makes it usable. */
  readonly credentials: readonly string[];
  readonly provider: (environment: NodeJS.ProcessEnv, region: string) => object;
  readonly model: string;
  readonly embeddingModel?: string;
}

const VENDORS: readonly Vendor[] = [
  {
    name: 'openai',
    credentials: ['OPENAI_API_KEY'],
    provider: () => ({ protocol: 'openai', apiKey: 'OPENAI_API_KEY' }),
    model: 'gpt-5-mini',
    embeddingModel: 'text-embedding-3-small',
  },
  {
    name: 'anthropic',
    credentials: ['ANTHROPIC_API_KEY'],
    provider: () => ({ protocol: 'anthropic', apiKey: 'ANTHROPIC_API_KEY' }),
    model: 'claude-haiku-4-5',
  },
  {
    name: 'google',
    credentials: ['GEMINI_API_KEY'],
    provider: () => ({ protocol: 'gemini', apiKey: 'GEMINI_API_KEY' }),
    model: 'gemini-2.5-flash',
    embeddingModel: 'gemini-embedding-001',
  },
  {
    name: 'bedrock',
    credentials: ['AWS_BEARER_TOKEN_BEDROCK', 'AWS_ACCESS_KEY_ID', 'AWS_PROFILE'],
    provider: (environment, region) => ({
      protocol: 'bedrock',
      region,
      ...(environment.AWS_BEARER_TOKEN_BEDROCK ? { apiKey: 'AWS_BEARER_TOKEN_BEDROCK' } : {}),
    }),
    model: 'us.amazon.nova-lite-v1:0',
  },
];

/** The three simulated vendors as providers. Their keys are no secrets, and are not in the environment: `simulatedCredentials` knows them. */
export function configFromSimulation(vendors: readonly SimulatedVendor[]): GatewayConfig {
  const providers = vendors.map(({ name, protocol, baseUrl }) => [
    name,
    { protocol, baseUrl, apiKey: credentialOf(name) },
  ]);
  const deployments = vendors.map(({ name, model }) => [
    `${name}/${model}`,
    { provider: name, model, contextWindow: 128_000, maxOutputTokens: 16_000, inputPrice: 1, outputPrice: 4 },
  ]);
  return checked(
    withRoutes(Object.fromEntries(providers), Object.fromEntries(deployments), embeddingsOf(vendors)),
    'the simulation',
  );
}

export function simulatedCredentials(vendors: readonly SimulatedVendor[]): ReadonlyMap<string, string> {
  return new Map(vendors.map(({ name, apiKey }) => [credentialOf(name), apiKey]));
}

function credentialOf(vendor: string): string {
  return `SIMULATED_${vendor.toUpperCase()}_KEY`;
}

const ROUTES = {
  'nemo/latency-optimized': 'latency-based',
  'nemo/cost-optimized': 'cost-based',
  'nemo/least-busy': 'least-busy',
  'nemo/usage-based': 'usage-based',
  'nemo/shuffle': 'simple-shuffle',
  'nemo/ordered': 'ordered',
} as const;

function withRoutes(providers: object, deployments: object, embeddings: object): object {
  const routes = Object.entries(ROUTES).map(([name, strategy]) => [
    name,
    { strategy, deployments: Object.keys(deployments) },
  ]);
  const [embedding] = Object.keys(embeddings);
  if (embedding !== undefined) {
    routes.push(['nemo/embeddings', { strategy: 'ordered', deployments: [embedding] }]);
  }
  return { providers, deployments: { ...deployments, ...embeddings }, routes: Object.fromEntries(routes) };
}

/** The embeddings deployment of the first vendor that has one. Others would make vectors that cannot be compared with its own. */
function embeddingsOf(vendors: readonly { readonly name: string; readonly embeddingModel?: string }[]): object {
  for (const { name, embeddingModel } of vendors) {
    if (embeddingModel !== undefined) {
      const settings = { kind: 'embeddings', contextWindow: 8_192, inputPrice: 0.02 };
      return { [`${name}/${embeddingModel}`]: { provider: name, model: embeddingModel, ...settings } };
    }
  }
  return {};
}

function checked(json: unknown, source: string): GatewayConfig {
  return parsed(json, source).config;
}

function parsed(json: unknown, source: string): Extract<ParsedConfig, { kind: 'parsed' }> {
  const result = parseConfig(json, catalogueOf(new Date()));
  if (result.kind === 'invalid') {
    throw new ConfigError(`${source} cannot be used:\n${result.problems.map(problemLine).join('\n')}`);
  }
  return result;
}
