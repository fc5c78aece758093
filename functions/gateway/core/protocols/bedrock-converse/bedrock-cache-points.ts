import { defined } from '../../model/defined.ts';
import type { CacheMark } from '../../model/part.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import type { BedrockTask } from './bedrock-task.ts';

/** Converse takes this many in a request. Source: Amazon Bedrock user guide, "Prompt caching", 2026-11. */
const MAX_CACHE_POINTS = 4;

/** The cache point that belongs after what carries `mark`, where the caller set one and the model takes one there. */
export function cachePointAfter(
  mark: CacheMark | undefined,
  place: 'message' | 'tool',
  task: BedrockTask,
): readonly JsonObject[] {
  if (mark === undefined) {
    return [];
  }
  const { cachePoints } = task.rules;
  if (cachePoints === 'none' || (cachePoints === 'no-tools' && place === 'tool')) {
    task.notes.drop('cacheMark');
    return [];
  }
  return [{ cachePoint: { type: 'default', ...defined({ ttl: mark.ttl }) } }];
}

/** The lists of blocks of one request, in the order in which the prompt is cached: tools, system, messages. */
export type BlockLists = readonly (readonly JsonObject[])[];

/** The lists with at most four cache points: of more, the last ones stay, since each covers everything before it. */
export function limitCachePoints(lists: BlockLists, notes: EncodingNotes): BlockLists {
  let excess = lists.flat().filter(isCachePoint).length - MAX_CACHE_POINTS;
  if (excess <= 0) {
    return lists;
  }
  notes.drop('cacheMark');
  return lists.map((blocks) =>
    blocks.filter((block) => {
      const isExcess = excess > 0 && isCachePoint(block);
      excess -= isExcess ? 1 : 0;
      return !isExcess;
    }),
  );
}

function isCachePoint(block: JsonObject): boolean {
  return Object.hasOwn(block, 'cachePoint');
}
