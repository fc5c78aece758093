import type { JsonObject } from '../../wire/json.ts';
import { type ModelRule, modelRules } from '../model-rules.ts';

/** What an OpenAI-shaped deployment takes. The operator corrects it in the deployment's `rules`. */
export interface OpenAiRules {
  /** Whether it takes `stream_options.include_usage`. Without it a stream may tell no token counts. */
  readonly streamUsage: boolean;
  /** The member that limits the answer's length, where it knows but one. */
  readonly maxTokensMember: 'as-sent' | 'max_tokens' | 'max_completion_tokens';
  /** Members that it refuses and that change quality only: left out and reported. The default temperature and top_p of 1 are kept. */
  readonly refusedSampling: readonly string[];
  /** Members that it refuses and without which the answer would be another: it is not asked for them. */
  readonly refusedShapes: readonly string[];
  /** When it takes function tools beside reasoning. */
  readonly toolsWithReasoning: 'always' | 'unless-effort-is-set' | 'only-without-effort';
  /**
   * When it is asked over the Responses API in place of chat: `where-chat-refuses`: for tools beside reasoning, and for callers who speak
   * it; `with-tools`: for every tool unless reasoning is turned off. Followed at OpenAI and Azure, and elsewhere where it is configured.
   */
  readonly responses: 'never' | 'where-chat-refuses' | 'with-tools' | 'always';
  /** Values of `reasoning_effort` that it refuses. */
  readonly refusedEfforts: readonly string[];
  /**
   * Whether members that other vendors invented go out, as `thinking_blocks` and `cache_control`. OpenAI refuses unknown members, and
   * Mistral all but `prefix`, with which an assistant message is gone on from.
   */
  readonly foreignMembers: 'keep' | 'keep-prefix' | 'remove';
  /** The ids of tool calls that it takes. Any other is rewritten, the same in the call and in its result. */
  readonly toolCallIds: 'any' | 'forty-characters' | 'nine-letters-and-digits';
  /** The role that system and developer messages are sent with. */
  readonly instructionRole: 'as-sent' | 'system' | 'developer' | 'user';
}

/** The rules of one model. */
export function openAiRules(model: string, configured: JsonObject | undefined): OpenAiRules {
  return modelRules({ defaults: DEFAULTS, lines: LINES }, model, configured);
}

/** What holds for a server of which nothing is known: it gets what the caller sent. */
const DEFAULTS: OpenAiRules = {
  streamUsage: true,
  maxTokensMember: 'as-sent',
  refusedSampling: [],
  refusedShapes: [],
  toolsWithReasoning: 'always',
  responses: 'never',
  refusedEfforts: [],
  foreignMembers: 'keep',
  toolCallIds: 'any',
  instructionRole: 'as-sent',
};

const SAMPLING: readonly string[] = ['temperature', 'top_p', 'presence_penalty', 'frequency_penalty', 'logit_bias'];

/** To a reasoning model's log probabilities OpenAI answers 403, as to a missing right, which would eject the deployment for long. */
const LOGPROBS: readonly string[] = ['logprobs', 'top_logprobs'];

/**
 * OpenAI's own models, by the ids that api.openai.com and Azure give them; `openai/` is how proxies name them, but gpt-oss is open and
 * served by anyone. Source: OpenAI's model pages and the 400s of its API. From gpt-5.1 on sampling is allowed where there is no reasoning,
 * so that it is left to the caller.
 */
const LINES: readonly ModelRule<OpenAiRules>[] = [
  {
    match: /^(?:ft:)?(?:gpt-(?!oss)|chatgpt-|o\d)/,
    rules: { foreignMembers: 'remove', toolCallIds: 'forty-characters' },
  },
  { match: /^(?:openai\/)?(?:o\d|gpt-(?:[5-9]|\d{2,}))/, rules: { maxTokensMember: 'max_completion_tokens' } },
  { match: /^(?:openai\/)?o\d/, rules: { refusedSampling: SAMPLING, refusedShapes: LOGPROBS } },
  { match: /^(?:openai\/)?(?:o3(?!-mini)|o4)/, rules: { refusedShapes: [...LOGPROBS, 'stop'] } },
  {
    match: /^(?:openai\/)?gpt-5(?:-mini|-nano|-pro|-codex)?(?:-\d{4}-\d{2}-\d{2})?$/,
    rules: { refusedSampling: SAMPLING, refusedShapes: [...LOGPROBS, 'stop'] },
  },
  { match: /^(?:openai\/)?o1-(?:mini|preview)/, rules: { instructionRole: 'user' } },
  { match: /^(?:openai\/)?gpt-5\.[45]/, rules: { toolsWithReasoning: 'unless-effort-is-set' } },
  {
    match: /^(?:openai\/)?gpt-5\.6/,
    rules: { toolsWithReasoning: 'only-without-effort', refusedEfforts: ['minimal'] },
  },
  // Which models are at `/v1/responses`, and which nowhere else. Source: the endpoints on OpenAI's model pages.
  { match: /^(?:ft:)?(?:gpt-(?!oss)|chatgpt-|o\d|codex-)/, rules: { responses: 'where-chat-refuses' } },
  { match: /^gpt-(?:5\.[7-9]|[6-9]|\d{2,})/, rules: { responses: 'with-tools' } },
  {
    match: /^(?:gpt-\d.*(?:-pro|codex)|codex-|o\d.*(?:-pro|deep-research)|computer-use)/,
    rules: { responses: 'always' },
  },
  { match: /^gpt-.*(?:audio|realtime|search-preview)/, rules: { responses: 'never' } },
  // Mistral's own API says "Extra inputs are not permitted" and, as servers with its tokenizer do, "Tool call id was ... but must be a-z,
  // A-Z, 0-9, with a length of 9".
  {
    match: /^(?:mistralai\/)?(?:open-)?(?:mistral|mixtral|ministral|magistral|codestral|devstral|pixtral|voxtral)/i,
    rules: { foreignMembers: 'keep-prefix', maxTokensMember: 'max_tokens', toolCallIds: 'nine-letters-and-digits' },
  },
];
