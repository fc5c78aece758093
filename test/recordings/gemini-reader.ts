import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  member,
  numberMember,
  objectMember,
  parseJson,
  stringMember,
} from '../../functions/gateway/core/wire/json.ts';
import { type DraftChoice, draftChoice, expectedChoice } from './draft-choice.ts';
import { type Expectation, type ExpectedUsage, UPSTREAM_FAILED } from './expectation.ts';
import { expectedFailure } from './failure-reader.ts';
import { serverSentEvents } from './raw-events.ts';
import type { RecordedResponse } from './recorded-response.ts';

/** A candidate, and the call whose arguments still come. */
interface Candidate extends DraftChoice {
  /** Pictures, code and such: the model did something, though it said nothing. */
  hasOther: boolean;
  open: { args: Record<string, unknown> } | undefined;
}

/** Reads an answer of generateContent: one body, server-sent events or a JSON array. */
export function readGeminiAnswer(response: RecordedResponse, framing: string): Expectation {
  const chunks = chunksOf(response, framing);
  const candidates = new Map<number, Candidate>();
  for (const chunk of chunks) {
    const trouble = troubleIn(chunk, candidates);
    if (trouble !== undefined) {
      return trouble;
    }
    for (const [position, candidate] of arrayMember(chunk, 'candidates').entries()) {
      const index = numberMember(candidate, 'index') ?? position;
      const known = candidates.get(index) ?? { ...draftChoice(), hasOther: false, open: undefined };
      candidates.set(index, known);
      addTo(known, candidate);
    }
  }
  const usage = chunks.map((chunk) => objectMember(chunk, 'usageMetadata')).findLast((found) => found !== undefined);
  return concluded([...candidates.values()], usage);
}

function chunksOf({ bytes }: RecordedResponse, framing: string): readonly unknown[] {
  if (framing !== 'json' && framing !== 'json-array-stream') {
    return serverSentEvents(bytes).map(({ json }) => json);
  }
  const json = parseBytes(bytes);
  return Array.isArray(json) ? json : [json];
}

function parseBytes(bytes: Uint8Array): unknown {
  return parseJson(new TextDecoder().decode(bytes));
}

function troubleIn(chunk: unknown, candidates: ReadonlyMap<number, Candidate>): Expectation | undefined {
  if (isJsonObject(member(chunk, 'error'))) {
    return expectedFailure({ body: chunk });
  }
  const feedback = objectMember(chunk, 'promptFeedback');
  const isBlocked = feedback?.blockReason !== undefined || feedback?.blockReasonMessage !== undefined;
  if (!isBlocked || arrayMember(chunk, 'candidates').length > 0) {
    return undefined;
  }
  for (const candidate of candidates.values()) {
    candidate.finish ||= 'SAFETY';
  }
  return candidates.size === 0 ? PROMPT_BLOCKED : undefined;
}

const PROMPT_BLOCKED: Expectation = {
  kind: 'failure',
  status: 400,
  type: 'invalid_request_error',
  code: 'content_filter',
};

function addTo(candidate: Candidate, json: unknown): void {
  for (const part of arrayMember(member(json, 'content'), 'parts')) {
    const text = stringMember(part, 'text') ?? '';
    if (member(part, 'thought') === true) {
      candidate.reasoning += text;
    } else {
      candidate.content += text;
    }
    const call = objectMember(part, 'functionCall');
    candidate.hasOther ||= OTHER_PARTS.some((kind) => member(part, kind) !== undefined);
    if (call !== undefined) {
      addCall(candidate, call);
    }
  }
  candidate.finish = stringMember(json, 'finishReason') ?? candidate.finish;
}

const OTHER_PARTS = ['inlineData', 'fileData', 'executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse'];

/** A part with a name begins a call; parts without one bring values of the last call's arguments, each with its path. */
function addCall(candidate: Candidate, call: JsonObject): void {
  const name = stringMember(call, 'name') ?? '';
  if (name !== '') {
    candidate.open = { args: { ...objectMember(call, 'args') } };
    candidate.calls.push({ id: stringMember(call, 'id') || undefined, name, arguments: '' });
  }
  const last = candidate.calls.at(-1);
  if (candidate.open === undefined || last === undefined) {
    return;
  }
  for (const value of arrayMember(call, 'partialArgs')) {
    setValue(candidate.open.args, value);
  }
  last.arguments = JSON.stringify(candidate.open.args);
}

function setValue(args: Record<string, unknown>, value: unknown): void {
  const path = stringMember(value, 'jsonPath') ?? '';
  const keys = [...path.matchAll(/[^$.[\]'"]+/g)].map(([key]) => key);
  const last = keys.pop();
  let at: Record<string, unknown> = args;
  for (const [depth, key] of keys.entries()) {
    const isList = /^\d+$/.test(keys[depth + 1] ?? last ?? '');
    at[key] ??= isList ? [] : {};
    at = at[key] as Record<string, unknown>;
  }
  if (last === undefined) {
    return;
  }
  const text = stringMember(value, 'stringValue');
  const before = at[last];
  const other = member(value, 'numberValue') ?? member(value, 'boolValue') ?? null;
  at[last] = text === undefined ? other : (typeof before === 'string' ? before : '') + text;
}

function concluded(candidates: readonly Candidate[], usage: JsonObject | undefined): Expectation {
  const count = (name: string): number | undefined => numberMember(usage, name);
  const isSilent = candidates.every(isEmpty) && (count('candidatesTokenCount') ?? 0) === 0;
  const isUnfinished = candidates.some(({ finish }) => finish === '');
  if (candidates.length === 0 || isUnfinished || isSilent || candidates.some(({ finish }) => BROKEN.has(finish))) {
    return UPSTREAM_FAILED;
  }
  return {
    kind: 'answer',
    choices: candidates.map(({ open: _, hasOther: __, ...draft }) => expectedChoice(draft, finishOf(draft))),
    usage: usage === undefined ? undefined : usageOf(count),
  };
}

/** An answer that says nothing and gives no reason is no answer. */
function isEmpty(candidate: Candidate): boolean {
  const { content, reasoning, calls, hasOther } = candidate;
  return content + reasoning === '' && calls.length === 0 && !hasOther && finishOf(candidate) === 'stop';
}

const BROKEN = new Set([
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MISSING_THOUGHT_SIGNATURE',
]);

function finishOf({ finish, calls }: DraftChoice): string {
  if (finish === 'MAX_TOKENS') {
    return 'length';
  }
  if (/SAFETY|RECITATION|LANGUAGE|BLOCKLIST|PROHIBITED|SPII|MODEL_ARMOR/.test(finish)) {
    return 'content_filter';
  }
  return calls.length > 0 ? 'tool_calls' : 'stop';
}

function usageOf(count: (name: string) => number | undefined): ExpectedUsage | undefined {
  if (count('promptTokenCount') === undefined && count('totalTokenCount') === undefined) {
    return undefined;
  }
  const prompt = (count('promptTokenCount') ?? 0) + (count('toolUsePromptTokenCount') ?? 0);
  const reasoning = count('thoughtsTokenCount');
  const completion = (count('candidatesTokenCount') ?? 0) + (reasoning ?? 0);
  const total = count('totalTokenCount') ?? prompt + completion;
  return { prompt, completion, total, cached: count('cachedContentTokenCount'), reasoning };
}
