import { USUAL_PROMPT_TOKENS } from '../../../functions/gateway/core/statistics/estimate.ts';

/** What the vendors' prompt caches hold while one policy is played: they depend on where it has sent each conversation. */
export interface VendorCaches {
  /** What a call that begins now meets, and leaves behind where it is answered. */
  readonly read: (deployment: number, prompt: CachedPrompt, atMs: number) => CachedRead;
}

export interface CachedPrompt {
  readonly conversation: number;
  readonly promptTokens: number;
}

export interface CachedRead {
  readonly cachedTokens: number;
  /** How many times as long the first token takes as after a prompt of the usual size. */
  readonly factor: number;
  readonly dollars: number;
  /** Call where the vendor has read the prompt. */
  readonly keep: () => void;
}

export interface CacheSettings {
  /** By deployment: uncached tokens after which the first token takes twice as long as after none. 0: size does not count. */
  readonly doublingTokens: readonly number[];
  /** By deployment: whether it caches. */
  readonly caches: readonly boolean[];
}

/** Of a prompt whose size is no matter of the world that it is asked in. */
export const PLAIN_PROMPT_TOKENS = USUAL_PROMPT_TOKENS;

/** As OpenAI documents: prefixes from 1,024 tokens on, in steps of 128, kept for minutes. */
const LEAST_TOKENS = 1024;
const STEP_TOKENS = 128;
const KEPT_MS = 300_000;
const DOLLARS_PER_TOKEN = 2.5e-6;
const CACHED_PRICE_SHARE = 0.1;

export function vendorCaches({ doublingTokens, caches }: CacheSettings): VendorCaches {
  const held = new Map<string, { readonly tokens: number; readonly untilMs: number }>();
  return {
    read: (deployment, { conversation, promptTokens }, atMs) => {
      const key = `${deployment} ${conversation}`;
      const known = held.get(key);
      const warm = caches[deployment] === true && known !== undefined && known.untilMs > atMs ? known.tokens : 0;
      const whole = Math.floor(Math.min(warm, promptTokens) / STEP_TOKENS) * STEP_TOKENS;
      const cachedTokens = whole < LEAST_TOKENS ? 0 : whole;
      const uncached = promptTokens - cachedTokens;
      return {
        cachedTokens,
        factor: slowness(uncached, doublingTokens[deployment] ?? 0),
        dollars: (uncached + cachedTokens * CACHED_PRICE_SHARE) * DOLLARS_PER_TOKEN,
        keep: () => held.set(key, { tokens: promptTokens, untilMs: atMs + KEPT_MS }),
      };
    },
  };
}

function slowness(tokens: number, doubling: number): number {
  return doubling === 0 ? 1 : (doubling + tokens) / (doubling + USUAL_PROMPT_TOKENS);
}

/** Vendors for which neither the prompt's size nor a cache counts. */
export const NO_CACHES: CacheSettings = { doublingTokens: [], caches: [] };
