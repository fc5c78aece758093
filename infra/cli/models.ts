import { largestAnswer } from '../../functions/gateway/config/largest-answer.ts';
import { targetOf } from '../../functions/gateway/core/attempt/deployment-target.ts';
import { vendorOf } from '../../functions/gateway/core/hosts/vendor-of.ts';
import type { Deployment, GatewayConfig } from '../../functions/gateway/core/model/gateway-config.ts';
import { providerOf } from '../../functions/gateway/core/model/provider-of.ts';
import { isJsonObject, type JsonObject } from '../../functions/gateway/core/wire/json.ts';
import { assumedRules } from './assumed-rules.ts';
import { type Command, UsageError } from './command.ts';
import { textTable } from './text-table.ts';

/** One thing that is assumed of a deployment. */
export interface AssumedFact {
  readonly name: string;
  readonly value: unknown;
  /** `file`, `rule`, `window`, or a catalogue with its date. */
  readonly from: string;
}

/** All that is assumed of one deployment. */
export interface AssumedModel {
  readonly id: string;
  readonly model: string;
  /** Whose servers. */
  readonly vendor: string;
  readonly protocol: string;
  readonly facts: readonly AssumedFact[];
  /** What the protocol assumes the model takes. */
  readonly rules: readonly AssumedFact[];
  /** What nobody says. */
  readonly unknown: readonly string[];
}

/** Says what the gateway takes to be so of each deployment, and who says it. */
export const models: Command = {
  works: 'anywhere',
  summary: 'say what is assumed of each deployment, and whence: the file, the catalogue or a rule',
  operands: ['[DEPLOYMENT]'],
  options: { rules: { help: 'also what the protocol assumes that the model takes' } },
  run: async ({ operands: [asked], options, target }) => {
    const { config } = await target();
    const known = Object.keys(config.deployments);
    if (asked !== undefined && !known.includes(asked)) {
      throw new UsageError(`There is no deployment ${JSON.stringify(asked)}. There are: ${known.join(', ')}.`);
    }
    const shown = assumedModels(config).filter(({ id }) => asked === undefined || id === asked);
    const text = shown.map((model) => paragraph(model, options.rules === true)).join('\n\n');
    return { text, json: shown };
  },
};

function assumedModels(config: GatewayConfig): readonly AssumedModel[] {
  return Object.entries(config.deployments).flatMap(([id, settings]) => {
    const provider = config.providers[settings.provider];
    if (provider === undefined) {
      return [];
    }
    const deployment = { ...settings, id, providerSettings: providerOf(provider, settings) };
    const rules = assumedRules(deployment, targetOf(deployment));
    const facts = factsOf(deployment);
    return [
      {
        id,
        model: settings.model,
        vendor: vendorOf(deployment.providerSettings),
        protocol: deployment.providerSettings.protocol,
        facts,
        rules: Object.entries(rules).map(([name, value]) => ({ name, value, from: ruleSource(name, settings.rules) })),
        unknown: WANTED.filter((name) => !facts.some((fact) => fact.name === name) && !isNeedless(name, deployment)),
      },
    ];
  });
}

const NAMES = [
  ...(['contextWindow', 'maxOutputTokens', 'inputPrice', 'outputPrice', 'cachedInputPrice'] as const),
  ...(['cacheWritePrice', 'cacheWrite1hPrice', 'reasoningPrice', 'priceTiers'] as const),
];
const WANTED: readonly string[] = ['contextWindow', 'maxOutputTokens', 'inputPrice', 'outputPrice'];

function isNeedless(name: string, { kind }: Deployment): boolean {
  return kind === 'embeddings' && (name === 'outputPrice' || name === 'maxOutputTokens');
}

function factsOf(deployment: Deployment): readonly AssumedFact[] {
  const { assumed = [] } = deployment;
  const told = NAMES.flatMap((name) => {
    const value = deployment[name];
    const source = assumed.find(({ members }) => members.includes(name))?.from ?? 'file';
    return value === undefined ? [] : [{ name, value, from: source }];
  });
  const largest = deployment.kind === 'chat' ? largestAnswer(deployment, deployment.providerSettings) : undefined;
  return largest === undefined || largest.from === 'file or catalogue'
    ? told
    : [...told, { name: 'maxOutputTokens', value: largest.tokens, from: largest.from }];
}

function ruleSource(name: string, corrections: JsonObject | undefined): string {
  return isJsonObject(corrections) && name in corrections ? 'file' : 'rule';
}

function paragraph({ id, model, vendor, protocol, facts, rules, unknown }: AssumedModel, withRules: boolean): string {
  const rows = [
    ...facts,
    ...unknown.map((name) => ({ name, value: '-', from: 'nobody says it' })),
    ...(withRules ? rules : []),
  ].map(({ name, value, from }) => [`  ${name}`, typeof value === 'string' ? value : JSON.stringify(value), from]);
  return `${id}: ${model} at ${vendor}, spoken to in ${protocol}\n${textTable([['  ASSUMED', 'VALUE', 'FROM'], ...rows])}`;
}
