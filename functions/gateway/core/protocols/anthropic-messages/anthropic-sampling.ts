import type { ChatRequest } from '../../model/chat-request.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { AnthropicRules } from './anthropic-rules.ts';
import type { EncodingNotes } from './encoding-notes.ts';

/** OpenAI's temperature goes to 2, Anthropic's to 1. */
const MAX_TEMPERATURE = 1;

/** The least `top_p` that goes together with reasoning. */
const MIN_TOP_P_WITH_THINKING = 0.95;

interface Sampling {
  readonly temperature?: number | undefined;
  readonly top_p?: number | undefined;
  readonly top_k?: number | undefined;
}

/** `temperature`, `top_p` and `top_k` as far as the model takes them; what it does not take is noted as dropped. */
export function samplingFields(
  request: ChatRequest,
  rules: AnthropicRules,
  isThinking: boolean,
  notes: EncodingNotes,
): JsonObject {
  const { top_p, top_k } = request;
  const temperature = request.temperature === undefined ? undefined : Math.min(MAX_TEMPERATURE, request.temperature);
  const asked = { temperature, top_p, top_k };
  const kept = isThinking ? besideThinking(asked, rules) : compatible(asked, rules);
  for (const field of ['temperature', 'top_p', 'top_k'] as const) {
    if (kept[field] === undefined && !isWithoutEffect(field, asked[field])) {
      notes.drop(field);
    }
  }
  return { ...kept };
}

function besideThinking(asked: Sampling, rules: AnthropicRules): Sampling {
  const { top_p } = asked;
  return rules.sampling === 'none' || (top_p ?? 0) < MIN_TOP_P_WITH_THINKING ? {} : { top_p };
}

function compatible(asked: Sampling, rules: AnthropicRules): Sampling {
  switch (rules.sampling) {
    case 'none':
      return {};
    case 'one':
      return asked.temperature === undefined ? asked : { ...asked, top_p: undefined };
    case 'all':
      return asked;
  }
}

/** A temperature or `top_p` of 1 changes nothing, so that leaving it out is no loss. */
function isWithoutEffect(field: keyof Sampling, value: number | undefined): boolean {
  return value === undefined || (value === 1 && field !== 'top_k');
}
