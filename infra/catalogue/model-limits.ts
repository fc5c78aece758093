import type { KnownModel, ModelFacts } from '../../functions/gateway/config/catalogue.ts';

type Limits = Pick<ModelFacts, 'contextWindow' | 'maxOutputTokens'>;

interface LimitLine {
  /** The model's id, or its end after a publisher's or a region's name. */
  readonly match: RegExp;
  readonly limits: Limits;
  readonly source: string;
}

const OPENAI = 'developers.openai.com/api/docs/models, 2026-11';
const GOOGLE = 'ai.google.dev/gemini-api/docs/models, 2026-11';
const DEEPSEEK = 'api-docs.deepseek.com/quick_start/pricing, 2026-11';

/**
 * Windows and largest answers, which lists of prices do not have, of the models that most people call. The first line that matches counts.
 * Claude's largest answers are rules of the protocol (`claude-rules.ts`), since its API asks for them.
 */
export const LIMIT_LINES: readonly LimitLine[] = [
  openai(/gpt-5(?:-mini|-nano|-pro|-codex)?/, { contextWindow: 400_000, maxOutputTokens: 128_000 }),
  openai(/gpt-5\.[12](?:-pro|-codex(?:-max|-mini)?)?/, { contextWindow: 400_000, maxOutputTokens: 128_000 }),
  openai(/gpt-5\.[4-6](?:-mini|-nano|-pro|-luna|-sol|-terra)?/, { maxOutputTokens: 128_000 }),
  openai(/gpt-4\.1(?:-mini|-nano)?/, { contextWindow: 1_047_576, maxOutputTokens: 32_768 }),
  openai(/gpt-4o(?:-mini)?/, { contextWindow: 128_000, maxOutputTokens: 16_384 }),
  openai(/o1|o3|o3-mini|o4-mini/, { contextWindow: 200_000, maxOutputTokens: 100_000 }),
  {
    match: /gemini-2\.5-(?:pro|flash|flash-lite)(?:-\d+|-preview-\d\d-\d{2,4})?$/,
    limits: { contextWindow: 1_048_576, maxOutputTokens: 65_536 },
    source: GOOGLE,
  },
  {
    match: /gemini-2\.0-flash(?:-lite)?(?:-\d+)?$/,
    limits: { contextWindow: 1_048_576, maxOutputTokens: 8_192 },
    source: GOOGLE,
  },
  {
    match: /gemini-3(?:\.\d)?-(?:pro|flash|flash-lite)(?:-preview)?$/,
    limits: { contextWindow: 1_048_576, maxOutputTokens: 65_536 },
    source: GOOGLE,
  },
  { match: /^deepseek-(?:chat|reasoner)$/, limits: { contextWindow: 128_000 }, source: DEEPSEEK },
];

/** What the pages of vendors say of a model; `undefined` for one that is not in the list. */
export function limitedModel(model: string): KnownModel | undefined {
  const found = LIMIT_LINES.find(({ match }) => match.test(model));
  return found && { from: found.source, facts: found.limits };
}

/** OpenAI's models have the day of their making after the name. */
function openai(name: RegExp, limits: Limits): LimitLine {
  return { match: new RegExp(`(?:^|[/.])(?:${name.source})(?:-20\\d\\d-\\d\\d-\\d\\d)?$`), limits, source: OPENAI };
}
