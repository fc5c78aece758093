import { type ModelRule, modelRules } from '../model-rules.ts';
import type { RuledModel } from '../protocol.ts';

/** What a Gemini model accepts. The operator may correct any of these in a deployment's `rules`. */
export interface GeminiRules {
  /** How the depth of thought is asked for: not at all, in tokens (2.5), or by name (3 and later). Never both: 400. */
  readonly thinking: 'none' | 'budget' | 'level';
  /** The levels that the model takes, from the lowest. Any other is a 400. */
  readonly thinkingLevels: readonly ThinkingLevel[];
  /** Thinking budget in tokens. A minimum above 0 means that thinking cannot be switched off. */
  readonly minThinkingBudget: number;
  readonly maxThinkingBudget: number;
  /** Whether `temperature`, `top_p` and `top_k` have an effect. */
  readonly sampling: boolean;
  /** Whether frequency and presence penalties are accepted. */
  readonly penalties: boolean;
  /** Whether it gives more than one answer to a call. */
  readonly multipleCandidates: boolean;
  /** Whether a JSON answer can be asked for beside functions. */
  readonly jsonWithTools: boolean;
  /** Whether the conversation may end with the model's own words, to be gone on from. */
  readonly prefill: boolean;
  /** Whether a function call of the current turn must carry a thought signature. */
  readonly needsSignatures: boolean;
  /** Whether calls and their results carry ids. */
  readonly callIds: boolean;
  /** Whether a service tier can be asked for in the body. */
  readonly serviceTier: boolean;
  /** How many inputs one request for embeddings may have. */
  readonly embeddingsBatch: number;
  /** The largest `maxOutputTokens`; `undefined`: not known. */
  readonly maxOutputTokens: number | undefined;
}

/** A value of Gemini's `thinkingLevel`, the least first. */
export type ThinkingLevel = 'MINIMAL' | 'LOW' | 'MEDIUM' | 'HIGH';

/** The rules of `target`'s model. */
export function geminiRules(target: RuledModel): GeminiRules {
  return modelRules({ defaults: DEFAULTS, lines: GEMINI_LINES }, target.model, target.rules, target.vendor);
}

/** For a model that no line knows (as the moving `gemini-flash-latest`): what Gemini 3 has in common. */
const DEFAULTS: GeminiRules = {
  thinking: 'level',
  thinkingLevels: ['LOW', 'MEDIUM', 'HIGH'],
  minThinkingBudget: 0,
  maxThinkingBudget: 24_576,
  sampling: true,
  penalties: true,
  multipleCandidates: true,
  jsonWithTools: true,
  prefill: true,
  needsSignatures: true,
  callIds: true,
  serviceTier: true,
  embeddingsBatch: 100,
  maxOutputTokens: undefined,
};

/** Each line with its source. */
export const GEMINI_LINES: readonly ModelRule<GeminiRules>[] = [
  // ai.google.dev/gemini-api/docs/structured-output, 2026-11
  {
    match: /gemini-[12]|gemma|learnlm/,
    rules: { needsSignatures: false, jsonWithTools: false },
  },
  // ai.google.dev/gemini-api/docs/models, 2026-11
  { match: /gemini-1|gemini-2\.0|gemma|learnlm/, rules: { thinking: 'none', maxOutputTokens: 8192 } },
  // ai.google.dev/gemini-api/docs/thinking, 2026-11
  { match: /gemini-2\.5/, rules: { thinking: 'budget', penalties: false } },
  // ai.google.dev/gemini-api/docs/thinking, 2026-11
  { match: /gemini-2\.5-pro/, rules: { minThinkingBudget: 128, maxThinkingBudget: 32_768 } },
  // ai.google.dev/gemini-api/docs/models, 2026-11
  { match: /gemini-2\.5|gemini-([3-9]|\d\d)/, rules: { maxOutputTokens: 65_536 } },
  // the API's 400, "Penalty is not enabled for", 2026-11
  {
    match: /gemini-([3-9]|\d\d)/,
    rules: { penalties: false, multipleCandidates: false },
  },
  // ai.google.dev/gemini-api/docs/thinking, 2026-11
  { match: /gemini-3-pro/, rules: { thinkingLevels: ['LOW', 'HIGH'] } },
  // ai.google.dev/gemini-api/docs/thinking, 2026-11
  {
    match: /gemini-3(\.[1-6])?-flash/,
    rules: { thinkingLevels: ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'] },
  },
  // ai.google.dev/gemini-api/docs/whats-new-gemini-3.6, 2026-11
  {
    match: /gemini-(3\.[6-9]|3\.\d\d|3\.5-flash-lite|[4-9]|\d\d)/,
    rules: { sampling: false, prefill: false },
  },
  // ai.google.dev/gemini-api/docs/thought-signatures, 2026-11
  { match: /-image/, rules: { thinking: 'none', needsSignatures: false, maxOutputTokens: 32_768 } },
  // Google Cloud, "Text embeddings API": 20,000 tokens a call, 2026-11
  {
    match: /^/,
    vendors: ['vertex'],
    rules: { embeddingsBatch: 16 },
  },
  // Google Cloud, "Text embeddings API": one text a call, 2026-11
  {
    match: /gemini-embedding/,
    vendors: ['vertex'],
    rules: { embeddingsBatch: 1 },
  },
  // cloud.google.com/vertex-ai, "GenerateContentRequest", 2026-11
  {
    match: /publishers\//,
    rules: { serviceTier: false },
  },
];
