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
const GROQ = 'console.groq.com/docs/models, 2026-11';
const ZAI = 'docs.z.ai/guides/llm, "Input Modalities" and "Maximum Output Tokens", 2026-11';
const ALIBABA = 'alibabacloud.com/help/en/model-studio/models, 2026-11';
const NOVA = 'docs.aws.amazon.com/nova/latest/userguide/what-is-nova.html, 2026-11';
const BEDROCK = 'Amazon Bedrock user guide, "Supported models and model features", 2026-11';
const MISTRAL = 'docs.mistral.ai/getting-started/models, 2026-11';
const DEEPSEEK = 'api-docs.deepseek.com/quick_start/pricing, 2026-11';

/**
 * Windows and largest answers, which lists of prices do not have, of the models that most people call. The first line that matches counts.
 * Claude's largest answers are rules of the protocol (`claude-rules.ts`), since its API asks for them.
 */
export const LIMIT_LINES: readonly LimitLine[] = [
  openai(/gpt-5(?:-mini|-nano|-pro|-codex)?/, { contextWindow: 400_000, maxOutputTokens: 128_000 }),
  openai(/gpt-5\.[1-3](?:-pro|-codex(?:-max|-mini)?)?/, { contextWindow: 400_000, maxOutputTokens: 128_000 }),
  openai(/gpt-5\.[4-6](?:-mini|-nano|-pro|-luna|-sol|-terra)?/, { maxOutputTokens: 128_000 }),
  openai(/gpt-4\.1(?:-mini|-nano)?/, { contextWindow: 1_047_576, maxOutputTokens: 32_768 }),
  openai(/gpt-4o(?:-mini)?/, { contextWindow: 128_000, maxOutputTokens: 16_384 }),
  openai(/gpt-4-turbo|gpt-4-1106-preview|gpt-4-0125-preview/, { contextWindow: 128_000, maxOutputTokens: 4_096 }),
  openai(/gpt-3\.5-turbo(?:-\d{4})?/, { contextWindow: 16_385, maxOutputTokens: 4_096 }),
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
  {
    match: /^deepseek-(?:chat|reasoner|flash|pro|v4-(?:flash|pro)(?:-.+)?)$/,
    limits: { contextWindow: 1_000_000, maxOutputTokens: 384_000 },
    source: DEEPSEEK,
  },
  {
    match: /^llama-3\.3-70b-versatile$/,
    limits: { contextWindow: 131_072, maxOutputTokens: 32_768 },
    source: GROQ,
  },
  { match: /^llama-3\.1-8b-instant$/, limits: { contextWindow: 131_072, maxOutputTokens: 131_072 }, source: GROQ },
  {
    match: /^openai\/gpt-oss-(?:20b|120b)$/,
    limits: { contextWindow: 131_072, maxOutputTokens: 65_536 },
    source: GROQ,
  },
  { match: /^qwen\/qwen3-32b$/, limits: { contextWindow: 131_072, maxOutputTokens: 40_960 }, source: GROQ },
  {
    match: /^moonshotai\/kimi-k2-instruct-0905$/,
    limits: { contextWindow: 262_144, maxOutputTokens: 16_384 },
    source: GROQ,
  },
  { match: /^glm-4\.5(?:-air|-x|-flash)?$/, limits: { contextWindow: 131_072, maxOutputTokens: 98_304 }, source: ZAI },
  { match: /^glm-(?:4\.[67]|5)$/, limits: { contextWindow: 202_752, maxOutputTokens: 131_072 }, source: ZAI },
  { match: /^qwen3-max(?:-.+)?$/, limits: { contextWindow: 262_144, maxOutputTokens: 65_536 }, source: ALIBABA },
  {
    match: /^qwen-(?:plus|flash)(?:-latest)?$/,
    limits: { contextWindow: 1_000_000, maxOutputTokens: 32_768 },
    source: ALIBABA,
  },
  { match: /^qwen-max(?:-latest)?$/, limits: { contextWindow: 32_768, maxOutputTokens: 8_192 }, source: ALIBABA },
  { match: /amazon\.nova-(?:micro|lite|pro|premier)-v1/, limits: { maxOutputTokens: 10_000 }, source: NOVA },
  {
    match: /amazon\.nova-2-(?:lite|pro)-v1/,
    limits: { contextWindow: 1_000_000, maxOutputTokens: 65_536 },
    source: NOVA,
  },
  { match: /meta\.llama(?:3-[123]|4)-/, limits: { maxOutputTokens: 8_192 }, source: BEDROCK },
  {
    match: /mistral\.mistral-large-24(?:02|07)-v1/,
    limits: { contextWindow: 128_000, maxOutputTokens: 8_192 },
    source: BEDROCK,
  },
  { match: /deepseek\.r1-v1/, limits: { contextWindow: 128_000, maxOutputTokens: 32_768 }, source: BEDROCK },
  {
    match: /openai\.gpt-oss-(?:20b|120b)/,
    limits: { contextWindow: 128_000, maxOutputTokens: 16_384 },
    source: BEDROCK,
  },
  { match: /^mistral-large-(?:latest|2512)$/, limits: { contextWindow: 262_144 }, source: MISTRAL },
  {
    match:
      /^(?:mistral-(?:medium|small)|magistral-(?:medium|small)|devstral-(?:medium|small)|pixtral-large)-(?:latest|25\d\d)$/,
    limits: { contextWindow: 131_072 },
    source: MISTRAL,
  },
  {
    match: /(?:^|\/)(?:meta-llama\/|meta\/)?llama-3\.[13]-(?:8b|70b|405b)-instruct(?:-turbo)?$/i,
    limits: { contextWindow: 131_072 },
    source: 'github.com/meta-llama/llama-models, model cards, 2026-11',
  },
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
