import type { DeploymentSettings, GatewayConfig } from '../core/model/gateway-config.ts';
import { type ConfigProblem, pathText } from './config-problem.ts';

/** What will not work with deployments of which neither the file nor the catalogue says enough. */
export function unknownModels({ deployments }: Pick<GatewayConfig, 'deployments'>): readonly ConfigProblem[] {
  return Object.entries(deployments).flatMap(([id, deployment]) => {
    const lacks = LACKS.filter(({ names }) => missingOf(deployment, names).length > 0);
    if (lacks.length === 0) {
      return [];
    }
    const names = lacks.flatMap((lack) => missingOf(deployment, lack.names));
    const message = `has no ${names.join(', ')}, and the catalogue does not know ${JSON.stringify(deployment.model)}: ${lacks.map(({ means }) => means).join('; ')}`;
    const example = `{ ${names.map((name) => `"${name}": ${EXAMPLES[name]}`).join(', ')}, ... }`;
    return [{ path: pathText(['deployments', id]), message, example }];
  });
}

type Name = 'contextWindow' | 'inputPrice' | 'outputPrice';

interface Lack {
  readonly names: readonly Name[];
  /** What does not work without. */
  readonly means: string;
}

const LACKS: readonly Lack[] = [
  { names: ['contextWindow'], means: 'prompts that do not fit are sent there and refused' },
  {
    names: ['inputPrice', 'outputPrice'],
    means: '`cost-based` asks it last, and its calls count against no `usdPerMonth` of a key',
  },
];

const EXAMPLES: Readonly<Record<Name, number>> = { contextWindow: 128_000, inputPrice: 1, outputPrice: 4 };

/** Embeddings have no output that costs. */
function missingOf(deployment: DeploymentSettings, names: readonly Name[]): readonly Name[] {
  const isEmbeddings = deployment.kind === 'embeddings';
  return names.filter((name) => deployment[name] === undefined && !(isEmbeddings && name === 'outputPrice'));
}
