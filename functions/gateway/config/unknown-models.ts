import { defined } from '../core/model/defined.ts';
import type { DeploymentSettings, GatewayConfig } from '../core/model/gateway-config.ts';
import { type ConfigProblem, pathText } from './config-problem.ts';
import { largestAnswer } from './largest-answer.ts';

/** What will not work with deployments of which neither the file nor the catalogue says enough. */
export function unknownModels({
  providers,
  deployments,
}: Pick<GatewayConfig, 'providers' | 'deployments'>): readonly ConfigProblem[] {
  return Object.entries(deployments).flatMap(([id, settings]) => {
    const provider = providers[settings.provider];
    const largest = provider === undefined ? undefined : largestAnswer(settings, provider)?.tokens;
    const deployment = { ...settings, ...defined({ maxOutputTokens: largest }) };
    const lacks = LACKS.filter(({ names }) => missingOf(deployment, names).length > 0);
    if (lacks.length === 0) {
      return [];
    }
    const names = lacks.flatMap((lack) => missingOf(deployment, lack.names));
    const message = `has no ${names.join(', ')}, which the catalogue does not say of ${JSON.stringify(deployment.model)}: ${lacks.map(({ means }) => means).join('; ')}`;
    const example = `{ ${names.map((name) => `"${name}": ${EXAMPLES[name]}`).join(', ')}, ... }`;
    return [{ path: pathText(['deployments', id]), message, example }];
  });
}

type Name = 'contextWindow' | 'maxOutputTokens' | 'inputPrice' | 'outputPrice';

interface Lack {
  readonly names: readonly Name[];
  /** What does not work without. */
  readonly means: string;
}

const LACKS: readonly Lack[] = [
  { names: ['contextWindow'], means: 'prompts that do not fit are sent there and refused' },
  {
    names: ['maxOutputTokens'],
    means: "a caller's limit that is above what it gives goes out as it is, and may be refused",
  },
  {
    names: ['inputPrice', 'outputPrice'],
    means: '`cost-based` asks it last, and it serves no key with `usdPerMonth`',
  },
];

const EXAMPLES: Readonly<Record<Name, number>> = {
  contextWindow: 128_000,
  maxOutputTokens: 16_000,
  inputPrice: 1,
  outputPrice: 4,
};

/** Embeddings have no output that costs or is limited. */
const OF_CHAT: readonly Name[] = ['outputPrice', 'maxOutputTokens'];

function missingOf(deployment: DeploymentSettings, names: readonly Name[]): readonly Name[] {
  const isEmbeddings = deployment.kind === 'embeddings';
  return names.filter((name) => deployment[name] === undefined && !(isEmbeddings && OF_CHAT.includes(name)));
}
