import { type Native, nativeValue } from '../../model/dialect.ts';
import type { AnswerFormat, Prompt, Setting } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import type { AskedForm } from './answer-tool.ts';
import type { GeminiRules } from './gemini-rules.ts';
import { geminiSchema } from './gemini-schema.ts';
import { thinkingConfig } from './gemini-thinking.ts';
import { presentMembers } from './present-members.ts';

/** What is known of the deployment. */
interface Limits {
  readonly rules: GeminiRules;
  readonly form: AskedForm;
  /** The model's largest answer in tokens, where it is known. */
  readonly maxOutputTokens: number | undefined;
}

/** The `generationConfig` of a prompt; `undefined` where it says nothing. Source: ai.google.dev/api/generate-content#GenerationConfig, 2026-11. */
export function generationConfig(prompt: Prompt, limits: Limits, notes: EncodingNotes): JsonObject | undefined {
  const { rules } = limits;
  const { seed } = prompt.sampling;
  return presentMembers({
    ...sampling(prompt, rules, notes),
    ...penalties(prompt, rules, notes),
    ...answerShape(prompt, rules, notes),
    ...(limits.form.kind === 'config' && responseFormat(prompt, rules, notes)),
    ...(limits.form.kind === 'words' && limits.form.isJson && { responseMimeType: 'application/json' }),
    maxOutputTokens: maxOutputTokens(prompt, limits.maxOutputTokens),
    stopSequences: stopSequences(prompt, notes),
    // Gemini's seed has 32 bits, OpenAI's 64. The same seed must stay the same.
    seed: seed === undefined ? undefined : seed | 0,
    thinkingConfig: thinkingConfig(prompt.reasoning, rules, notes),
  });
}

function sampling({ sampling: asked }: Prompt, rules: GeminiRules, notes: EncodingNotes): JsonObject {
  const { temperature, topP, topK } = asked;
  if (rules.sampling) {
    return { temperature, topP, topK };
  }
  dropGiven({ temperature, topP, topK }, notes);
  return {};
}

/** A penalty of 0 is no penalty: some clients always send it. */
function penalties({ sampling: asked }: Prompt, rules: GeminiRules, notes: EncodingNotes): JsonObject {
  const { frequencyPenalty, presencePenalty } = asked;
  if (rules.penalties) {
    return { frequencyPenalty, presencePenalty };
  }
  dropGiven({ frequencyPenalty: frequencyPenalty || undefined, presencePenalty: presencePenalty || undefined }, notes);
  return {};
}

function dropGiven(settings: Readonly<Partial<Record<Setting, unknown>>>, notes: EncodingNotes): void {
  for (const [setting, value] of Object.entries(settings)) {
    if (value !== undefined) {
      // The keys are those of the argument.
      notes.drop(setting as Setting);
    }
  }
}

function answerShape({ limits, logprobs }: Prompt, rules: GeminiRules, notes: EncodingNotes): JsonObject {
  const many = limits.choices > 1;
  if (many && !rules.multipleCandidates) {
    const name = notes.names.choices;
    notes.refuseSetting('choices', `This Gemini model gives one answer to a call: leave out ${name} or set it to 1.`);
  }
  return {
    candidateCount: many ? limits.choices : undefined,
    responseLogprobs: logprobs === undefined ? undefined : true,
    // Absent means none beside the chosen token, as OpenAI's 0 does.
    logprobs: logprobs?.top || undefined,
  };
}

function responseFormat({ format, tools }: Prompt, rules: GeminiRules, notes: EncodingNotes): JsonObject {
  if (format.kind === 'text') {
    return {};
  }
  if (format.kind === 'native') {
    return nativeFormat(format.native, notes);
  }
  if (!rules.jsonWithTools && tools.length > 0) {
    const { format: name, tools: list } = notes.names;
    const message = `This Gemini model cannot combine a JSON ${name} with ${list}: leave out one of them.`;
    notes.refuseSetting('format', message);
  }
  return { responseMimeType: 'application/json', responseJsonSchema: schemaOf(format) };
}

/** Google's own members of the configuration, word for word. */
function nativeFormat(native: Native, notes: EncodingNotes): JsonObject {
  const own = nativeValue(native, 'gemini');
  if (own === undefined && native.ifForeign === 'refuse') {
    notes.refuseSetting('format', 'Gemini answers in text, json_object or json_schema: use one of these.');
  } else if (own === undefined && native.ifForeign === 'drop') {
    notes.drop('format');
  }
  return own ?? {};
}

function schemaOf(format: AnswerFormat): JsonObject | undefined {
  return format.kind === 'schema' && format.schema !== undefined ? geminiSchema(format.schema) : undefined;
}

/** More than the model can give is a 400, though the answer would be the same. */
function maxOutputTokens({ limits, begun }: Prompt, largest: number | undefined): number | undefined {
  const { outputTokens } = limits;
  if (outputTokens === undefined) {
    return undefined;
  }
  return Math.min(Math.max(1, outputTokens - (begun?.tokens ?? 0)), largest ?? outputTokens);
}

/** The vendor's limit, one above OpenAI's. */
const MAX_STOP_SEQUENCES = 5;

function stopSequences({ limits }: Prompt, notes: EncodingNotes): readonly string[] | undefined {
  const sequences = limits.stop.filter((sequence) => sequence !== '');
  if (sequences.length > MAX_STOP_SEQUENCES) {
    const message = `Gemini takes at most ${MAX_STOP_SEQUENCES} stop sequences; got ${sequences.length}.`;
    notes.refuseSetting('stop', message);
  }
  return sequences.length === 0 ? undefined : sequences;
}
