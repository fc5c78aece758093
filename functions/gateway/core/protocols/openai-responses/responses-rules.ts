import type { JsonObject } from '../../wire/json.ts';
import { type ModelRule, modelRules } from '../model-rules.ts';

/** What a deployment takes over the Responses API, beside what it takes over chat. The operator corrects it in the deployment's `rules`. */
export interface ResponsesRules {
  /**
   * Whether the model reasons. `yes`: its reasoning is asked for in encrypted form, so that it survives without being kept. `no`: it
   * answers 400 to every word about reasoning. `unknown`: as the caller says.
   */
  readonly reasons: 'yes' | 'no' | 'unknown';
}

/** The rules of one model. */
export function responsesRules(model: string, configured: JsonObject | undefined): ResponsesRules {
  return modelRules(RULES, model, configured);
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

const RULES = { defaults: { reasons: 'unknown' }, lines: RESPONSES_LINES } as const;
