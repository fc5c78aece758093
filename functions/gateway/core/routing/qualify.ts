import type { Deployment } from '../model/gateway-config.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import { missingPrices } from '../model/usage.ts';

/** A vendor's count may be this much smaller than ours: only what is surely too long is kept away. */
const SAFETY = 0.6;

/**
 * Which deployments can serve the request, or why none can. What a vendor's protocol cannot express is found by its encoder. `countsMoney`:
 * the key has a limit of dollars, which what has no price would not count against.
 */
export function qualify(
  deployments: readonly Deployment[],
  facts: Pick<RequestFacts, 'tags' | 'promptTokens'>,
  countsMoney = false,
): { readonly qualified: readonly Deployment[]; readonly unmet: readonly string[] } {
  const tagged = deployments.filter((deployment) => facts.tags.every((tag) => deployment.tags.includes(tag)));
  if (tagged.length === 0) {
    return { qualified: [], unmet: facts.tags.length === 0 ? [] : [`the tags ${shownTags(facts.tags)}`] };
  }
  const priced = tagged.filter((deployment) => !countsMoney || missingPrices(deployment).length === 0);
  if (priced.length === 0) {
    return { qualified: [], unmet: ["a price, which this key's limit of US dollars needs"] };
  }
  const fitting = priced.filter((deployment) => facts.promptTokens * SAFETY <= (deployment.contextWindow ?? Infinity));
  return {
    qualified: fitting,
    unmet: fitting.length === 0 ? [`a context window for about ${facts.promptTokens} tokens`] : [],
  };
}

/** As many tags as an error repeats, and as much of each. */
const MAX_SHOWN = 20;
const MAX_SHOWN_CHARS = 64;

function shownTags(tags: readonly string[]): string {
  const shown = tags.slice(0, MAX_SHOWN).map((tag) => tag.slice(0, MAX_SHOWN_CHARS));
  const more = tags.length > MAX_SHOWN ? ` and ${tags.length - MAX_SHOWN} more` : '';
  return shown.join(', ') + more;
}
