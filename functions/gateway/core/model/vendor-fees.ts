import type { BegunPart } from './answer-event.ts';
import type { Vendor } from './vendor.ts';

/**
 * Dollars that vendors ask for beside tokens, at the most: they are charged so that a limit of dollars holds. Sources: the pricing pages of
 * OpenAI (web search 10 to 50 dollars a thousand, file search 2.50, a container 0.03), Anthropic (web search 10 a thousand) and Perplexity
 * (6 to 14 dollars a thousand requests), 2026-11.
 */
const FEES_OF_TOOLS: readonly (readonly [tool: RegExp, usd: number])[] = [
  [/^web_search/, 0.025],
  [/^file_search/, 0.0025],
  [/^(?:code_interpreter|code_execution|bash_code_execution|shell|container)/, 0.03],
  [/^image_generation/, 0.25],
];

/** Of a chat whose model searches the web before it answers. */
const FEE_OF_SEARCH_OPTIONS = 0.05;
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

function feeOf(tool: string): number {
  return FEES_OF_TOOLS.find(([known]) => known.test(tool))?.[1] ?? 0;
}
