import { defined } from '../../model/defined.ts';
import type { Sampling } from '../../model/prompt.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import type { ClaudeRules } from './claude-rules.ts';

/** OpenAI's temperature goes to 2, Claude's to 1, and so does Nova's: a higher one is that, and is noted as dropped. */
const MAX_TEMPERATURE = 1;

/** The least top-p that goes together with reasoning. */
const MIN_TOP_P_WITH_THINKING = 0.95;

/** The settings of `Sampling` that Claude ever took. Keys are there only where they are sent. */
export type ClaudeSampling = Pick<Sampling, (typeof SETTINGS)[number]>;

const SETTINGS = ['temperature', 'topP', 'topK'] as const;

/** Temperature, top-p and top-k as far as the model takes them; what it does not take is noted as dropped. */
export function claudeSampling(
  sampling: Sampling,
  rules: ClaudeRules,
  isThinking: boolean,
  notes: EncodingNotes,
): ClaudeSampling {
  const { temperature, topP, topK } = sampling;
  const asked: ClaudeSampling = {
    ...(temperature !== undefined && { temperature: Math.min(MAX_TEMPERATURE, temperature) }),
    ...defined({ topP, topK }),
  };
  const kept = isThinking ? besideThinking(asked, rules) : compatible(asked, rules);
  if (temperature !== undefined && temperature > MAX_TEMPERATURE) {
    notes.drop('temperature');
  }
  for (const setting of SETTINGS) {
    if (kept[setting] === undefined && !isWithoutEffect(setting, asked[setting])) {
      notes.drop(setting);
    }
  }
  return kept;
}

function besideThinking({ topP }: ClaudeSampling, rules: ClaudeRules): ClaudeSampling {
  return rules.sampling === 'none' || topP === undefined || topP < MIN_TOP_P_WITH_THINKING ? {} : { topP };
}

function compatible(asked: ClaudeSampling, rules: ClaudeRules): ClaudeSampling {
  switch (rules.sampling) {
    case 'none':
      return {};
    case 'one':
      return asked.temperature === undefined ? asked : withoutTopP(asked);
    case 'all':
      return asked;
  }
}

function withoutTopP({ topP: _, ...others }: ClaudeSampling): ClaudeSampling {
  return others;
}

/** A temperature or top-p of 1 changes nothing, so that leaving it out is no loss. */
function isWithoutEffect(setting: keyof ClaudeSampling, value: number | undefined): boolean {
  return value === undefined || (value === 1 && setting !== 'topK');
}
