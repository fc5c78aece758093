import type { JsonObject } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import type { ChatBody } from './chat-body.ts';
import type { OpenAiRules } from './openai-rules.ts';
import { isRefusedBeside } from './reasoning-effort.ts';

/**
 * OpenAI's own members that others refuse, by whether leaving one out is told. What they ask for, the gateway does itself or nobody need.
 * Source: OpenAI API reference, "Create chat completion", and the 400s and 422s of others in public bug reports, 2026-11.
 */
const OWN_MEMBERS: ReadonlyMap<string, 'told' | 'quiet'> = new Map([
  ['prompt_cache_key', 'quiet'],
  ['store', 'quiet'],
  ['metadata', 'quiet'],
  ['modalities', 'quiet'],
  ['prompt_cache_retention', 'told'],
  ['prompt_cache_options', 'told'],
  ['safety_identifier', 'told'],
  ['service_tier', 'told'],
  ['verbosity', 'told'],
  ['prediction', 'told'],
  ['moderation', 'told'],
  ['web_search_options', 'told'],
]);

/** Members that are written elsewhere. */
const WRITTEN: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens'],
  ...['tools', 'tool_choice', 'parallel_tool_calls', 'response_format'],
]);

/** The members of a request that are settings and nothing else, for a model with these rules. */
export function settingMembers(request: ChatBody, rules: OpenAiRules, notes: EncodingNotes): JsonObject {
  const kept = Object.entries(request).filter(([name, value]) => {
    const isKept = !(WRITTEN.has(name) || isEmptyList(value));
    return isKept && isTaken(name, value, { request, rules, notes });
  });
  return Object.fromEntries(
    kept.map(([name, value]) => [nameAt(name, rules.renamed), within(name, value, rules, notes)]),
  );
}

/** What a server that has renamed these calls a member. A caller may call one `constructor`, which every object seems to have. */
export function nameAt(name: string, renamed: OpenAiRules['renamed']): string {
  return Object.hasOwn(renamed, name) ? (renamed[name] ?? name) : name;
}

/** A temperature beyond the server's range is its highest: the nearest to what is asked for. */
function within(name: string, value: unknown, { maxTemperature }: OpenAiRules, notes: EncodingNotes): unknown {
  if (name !== 'temperature' || typeof value !== 'number' || value <= maxTemperature) {
    return value;
  }
  notes.drop('temperature');
  return maxTemperature;
}

/** A list of nothing is a 400 at OpenAI, and says nothing. */
function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** What decides whether a setting goes out. */
interface SettingOf {
  readonly request: ChatBody;
  readonly rules: OpenAiRules;
  readonly notes: EncodingNotes;
}

function isTaken(name: string, value: unknown, { request, rules, notes }: SettingOf): boolean {
  if (isRefused(name, value, request, rules)) {
    noteRefused(name, value, notes);
    return false;
  }
  const own = OWN_MEMBERS.get(name);
  if (own === undefined || rules.ownMembers === 'all' || rules.ownMembers.includes(name) || isSpoken(name, value)) {
    return true;
  }
  if (own === 'told' && !USUAL.has(value)) {
    notes.dropMember(name);
  }
  return false;
}

/** Where nothing is to be thought, nothing is lost. */
function noteRefused(name: string, value: unknown, notes: EncodingNotes): void {
  if (name !== 'reasoning_effort') {
    notes.dropMember(name);
  } else if (value !== 'none') {
    notes.drop('reasoning');
  }
}

/** Values that ask for what is done anyway. */
const USUAL: ReadonlySet<unknown> = new Set(['auto', 'default']);

/** Whether an answer in another form than text is asked for: that is the server's to refuse. */
function isSpoken(name: string, value: unknown): boolean {
  return name === 'modalities' && Array.isArray(value) && value.some((modality) => modality !== 'text');
}

/** A temperature or top_p of 1 is what a model does anyway, and it takes that. */
function isRefused(name: string, value: unknown, request: ChatBody, rules: OpenAiRules): boolean {
  if (DEFAULT_ONE.has(name) && value === 1) {
    return false;
  }
  return rules.refusedSampling.includes(name) || isForeign(name, rules) || isRefusedBeside(name, request, rules);
}

const DEFAULT_ONE: ReadonlySet<string> = new Set(['temperature', 'top_p']);

/** OpenAI's own API does not know it. */
function isForeign(name: string, { foreignMembers }: OpenAiRules): boolean {
  return name === 'top_k' && typeof foreignMembers === 'string' && foreignMembers !== 'keep';
}
