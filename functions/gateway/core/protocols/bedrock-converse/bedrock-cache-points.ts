import { type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import { cacheMark } from '../anthropic-messages/cache-marks.ts';
import type { EncodingNotes } from '../anthropic-messages/encoding-notes.ts';
import type { BedrockTask } from './bedrock-task.ts';

/** Converse takes this many in a request. Source: Amazon Bedrock user guide, "Prompt caching". */
const MAX_CACHE_POINTS = 4;

/** The cache point that belongs after what `marked` became, where the caller marked it and the model takes one there. */
export function cachePointAfter(
  marked: JsonObject,
  place: 'message' | 'tool',
  task: BedrockTask,
): readonly JsonObject[] {
  const mark = objectMember(cacheMark(marked), 'cache_control');
  if (mark === undefined) {
    return [];
  }
  const { cachePoints } = task.rules;
  if (cachePoints === 'none' || (cachePoints === 'no-tools' && place === 'tool')) {
    task.notes.drop('cache_control');
    return [];
  }
  const ttl = stringMember(mark, 'ttl');
  return [{ cachePoint: { type: 'default', ...(ttl === undefined ? {} : { ttl }) } }];
}

/** The lists of blocks of one request, in the order in which the prompt is cached: tools, system, messages. */
export type BlockLists = readonly (readonly JsonObject[])[];

/** The lists with at most four cache points: of more, the last ones stay, since each covers everything before it. */
export function limitCachePoints(lists: BlockLists, notes: EncodingNotes): BlockLists {
  let excess = lists.flat().filter(isCachePoint).length - MAX_CACHE_POINTS;
  if (excess <= 0) {
    return lists;
  }
  notes.drop('cache_control');
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
