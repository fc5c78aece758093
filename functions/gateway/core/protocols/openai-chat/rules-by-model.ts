import type { Vendor } from '../../model/vendor.ts';
import type { JsonObject } from '../../wire/json.ts';
import { type ModelRule, modelRules } from '../model-rules.ts';
import { HOST_LINES } from './host-lines.ts';
import { MODEL_LINES } from './model-lines.ts';
import type { OpenAiRules, ResponsesRules } from './openai-rules.ts';

/** The rules of one model at one vendor. */
export function openAiRules(model: string, configured: JsonObject | undefined, vendor?: Vendor): OpenAiRules {
  return modelRules(TABLE, model, configured, vendor);
}

const LINES = [...HOST_LINES, ...MODEL_LINES];

/** What holds for a server of which nothing is known: what every server takes. Members that nobody here knows go out: whoever sends them knows it. */
const DEFAULTS: OpenAiRules = {
  streamUsage: true,
  maxTokensMember: 'as-sent',
  refusedSampling: [],
  refusedShapes: [],
  maxTemperature: Number.POSITIVE_INFINITY,
  maxStops: Number.POSITIVE_INFINITY,
  renamed: {},
  ownMembers: [],
  toolsWithReasoning: 'always',
  samplingWithReasoning: 'always',
  toolChoices: 'functions',
  forcedTools: 'always',
  responses: 'never',
  refusedEfforts: [],
  answerFormats: 'any',
  formatWithTools: true,
  strictSchemas: 'as-sent',
  foreignMembers: [],
  reasoningMember: 'none',
  needsReasoning: false,
  messageNames: true,
  prefillMember: 'none',
  files: 'as-sent',
  toolCallIds: 'any',
  instructionRole: 'system',
  turns: 'alternating',
  userAfterTool: true,
};

const TABLE = { defaults: DEFAULTS, lines: LINES };

/** The rules of one model over the Responses API. */
export function responsesRules(model: string, configured: JsonObject | undefined): ResponsesRules {
  return modelRules(RESPONSES_TABLE, model, configured);
}

/** Each line with its source. */
export const RESPONSES_LINES: readonly ModelRule<ResponsesRules>[] = [
  // the API's 400s, "Encrypted content is not supported with this model", "Unsupported parameter: 'reasoning.effort'", 2026-11
  {
    match: /^(?:openai\/)?(?:ft:)?(?:gpt-(?:3\.5|4)|chatgpt-)/,
    rules: { reasons: 'no' },
  },
  // OpenAI's guide "Reasoning models", "Encrypted reasoning items", 2026-11
  {
    match: /^(?:ft:)?(?:o\d|codex-|gpt-(?:[5-9]|\d{2,}))(?!.*chat)/,
    rules: { reasons: 'yes' },
  },
];

const RESPONSES_TABLE = { defaults: { reasons: 'unknown' }, lines: RESPONSES_LINES } as const;
