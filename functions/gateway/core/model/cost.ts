import type { BegunPart } from './answer-event.ts';
import type { DeploymentSettings } from './gateway-config.ts';
import type { PriceName, Prices } from './prices.ts';
import type { Prompt } from './prompt.ts';
import type { Usage } from './usage.ts';
import type { Vendor } from './vendor.ts';

/** What an hour's cache costs beyond one of minutes: Anthropic writes the one at 2 and the other at 1.25 times the input price. */
const HOUR_TO_MINUTES = 1.6;

/**
 * Dollars for one attempt's tokens by the configured prices; `undefined` where there are none at all. A price that is missing counts as 0 for
 * itself alone. Cached tokens cost the input price and reasoning the output price, unless priced apart. `priceFactor`: of a dearer tier.
 */
export function costUsd(usage: Usage | undefined, settings: DeploymentSettings, priceFactor = 1): number | undefined {
  if (usage === undefined || PRICES.every((name) => settings[name] === undefined)) {
    return undefined;
  }
  const prices = settings.priceTiers === undefined ? settings : pricesAt(settings, usage.input);
  const { inputPrice = 0, outputPrice = 0 } = prices;
  const { cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0, reasoning = 0 } = usage;
  const writePrice = prices.cacheWritePrice ?? inputPrice;
  const hourPrice = prices.cacheWrite1hPrice ?? writePrice * HOUR_TO_MINUTES;
  const input = Math.max(0, usage.input - cacheRead - cacheWrite5m - cacheWrite1h) * inputPrice;
  const cache =
    cacheRead * (prices.cachedInputPrice ?? inputPrice) + cacheWrite5m * writePrice + cacheWrite1h * hourPrice;
  const output = Math.max(0, usage.output - reasoning) * outputPrice;
  const usd = (input + cache + output + reasoning * (prices.reasoningPrice ?? outputPrice)) / 1_000_000;
  return usd * priceFactor;
}

const PRICES = [
  'inputPrice',
  'outputPrice',
  'cachedInputPrice',
  'cacheWritePrice',
  'cacheWrite1hPrice',
  'reasoningPrice',
] as const satisfies readonly (keyof DeploymentSettings)[];

/** The prices of a request whose prompt has so many tokens, cached ones among them: those of every tier that it is above, the longest last. */
export function pricesAt(prices: Prices, inputTokens: number): Readonly<Partial<Record<PriceName, number>>> {
  const { priceTiers } = prices;
  const met = priceTiers?.filter(({ aboveInputTokens }) => inputTokens > aboveInputTokens) ?? [];
  if (met.length === 0) {
    return prices;
  }
  const { priceTiers: _, ...base } = prices;
  const ordered = met.toSorted((a, b) => a.aboveInputTokens - b.aboveInputTokens);
  return Object.assign({}, base, ...ordered);
}

/** The prices that a deployment lacks and without which its answers cost nothing, or too little. 0 is a price. */
export function missingPrices({
  kind,
  inputPrice,
  outputPrice,
}: Prices & { readonly kind: 'chat' | 'embeddings' }): readonly ('inputPrice' | 'outputPrice')[] {
  return [
    ...(inputPrice === undefined ? (['inputPrice'] as const) : []),
    ...(outputPrice === undefined && kind === 'chat' ? (['outputPrice'] as const) : []),
  ];
}

interface FeeLine {
  /** The tool's name begins so. */
  readonly match: RegExp;
  readonly usd: number;
}

/** Dollars that vendors ask for beside tokens, at the most: they are charged so that a limit of dollars holds. Each with who says so. */
export const FEE_LINES: readonly FeeLine[] = [
  // OpenAI's and Anthropic's pricing pages: 10 to 25 dollars a thousand, 2026-11.
  { match: /^web_search/, usd: 0.025 },
  // OpenAI's pricing page: 2.50 dollars a thousand, 2026-11.
  { match: /^file_search/, usd: 0.0025 },
  // OpenAI's pricing page: 0.03 dollars a container, 2026-11.
  { match: /^(?:code_interpreter|code_execution|bash_code_execution|shell|container)/, usd: 0.03 },
  // OpenAI's pricing page: the dearest picture, 2026-11.
  { match: /^image_generation/, usd: 0.25 },
];

/** Of a chat whose model searches the web before it answers. Source: OpenAI's pricing page, up to 50 dollars a thousand, 2026-11. */
const FEE_OF_SEARCH_OPTIONS = 0.05;
/** Of a request to Perplexity. Source: its pricing page, 6 to 14 dollars a thousand, 2026-11. */
const FEE_OF_PERPLEXITY = 0.014;

/** For one use of a tool that the vendor itself carries out. `dialect`: in whose words the answer is. */
export function toolFeeUsd(begins: BegunPart, dialect: string): number {
  if (begins.kind === 'media') {
    return dialect === 'openai-responses' ? feeOf('image_generation') : 0;
  }
  if (begins.kind !== 'opaque' || begins.what.endsWith('_result')) {
    return 0;
  }
  const { name } = begins.native.value;
  return feeOf(begins.what === 'server_tool_use' && typeof name === 'string' ? name : begins.what);
}

/** For one request, whatever comes of it. */
export function requestFeeUsd(body: object, vendor: Vendor | undefined, choices: number): number {
  const ofSearch = 'web_search_options' in body ? FEE_OF_SEARCH_OPTIONS * choices : 0;
  return Math.max(ofSearch, vendor === 'perplexity' ? FEE_OF_PERPLEXITY : 0);
}

/**
 * What a prompt asks for that is paid beside tokens, whoever serves it: a search before each answer, and one use of each tool that a vendor
 * carries out itself. How often a model uses one is not known before. `undefined`: nothing.
 */
export function promptFeesUsd({ tools, limits, original }: Prompt): number | undefined {
  const ofTools = tools.reduce((sum, tool) => sum + (tool.kind === 'native' ? feeOf(tool.what) : 0), 0);
  return ofTools + requestFeeUsd(original.body, undefined, limits.choices) || undefined;
}

function feeOf(tool: string): number {
  return FEE_LINES.find(({ match }) => match.test(tool))?.usd ?? 0;
}
