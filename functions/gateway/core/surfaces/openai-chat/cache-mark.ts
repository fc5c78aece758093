import type { CacheMark } from '../../model/part.ts';
import { type JsonObject, objectMember, stringMember } from '../../wire/json.ts';

/**
 * The mark up to which the caller wants the prompt cached: Anthropic's `cache_control`, which clients send as an extension, or OpenAI's
 * `prompt_cache_breakpoint`, whose lifetimes (30 minutes and more) are nearest to an hour.
 */
export function cacheMarkOf(holder: JsonObject): CacheMark | undefined {
  const own = objectMember(holder, 'cache_control');
  if (own !== undefined) {
    const ttl = stringMember(own, 'ttl');
    return ttl === '5m' || ttl === '1h' ? { ttl } : {};
  }
  const breakpoint = objectMember(holder, 'prompt_cache_breakpoint');
  if (breakpoint === undefined) {
    return undefined;
  }
  return stringMember(breakpoint, 'ttl') === undefined ? {} : { ttl: '1h' };
}
