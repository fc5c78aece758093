import type { CacheMark } from '../../model/part.ts';
import { type JsonObject, objectMember, stringMember } from '../../wire/json.ts';

/** The mark up to which the caller wants the prompt cached: the member `cache_control`. */
export function cacheMarkOf(holder: JsonObject): CacheMark | undefined {
  const mark = objectMember(holder, 'cache_control');
  const ttl = stringMember(mark, 'ttl');
  if (mark === undefined) {
    return undefined;
  }
  return ttl === '5m' || ttl === '1h' ? { ttl } : {};
}
