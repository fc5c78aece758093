import type { StrictSubset } from './strict-schema.ts';

/** What an OpenAI-shaped deployment takes. The operator corrects it in the deployment's `rules`. */
export interface OpenAiRules {
  /** Whether it takes `stream_options.include_usage`. Without it a stream may tell no token counts. */
  readonly streamUsage: boolean;
  /** The member that limits the answer's length, where it knows but one. */
  readonly maxTokensMember: 'as-sent' | 'max_tokens' | 'max_completion_tokens';
  /** Members that it refuses and that change quality only: left out and reported. The default temperature and top_p of 1 are kept. */
  readonly refusedSampling: readonly string[];
  /** Members that it refuses and without which the answer would be another: it is not asked for them. `n`: more than one choice. */
  readonly refusedShapes: readonly string[];
  /** The highest temperature that it takes: a higher one is that, and reported. */
  readonly maxTemperature: number;
  /** How many stop sequences it takes. */
  readonly maxStops: number;
  /** Names of members that it knows by another. */
  readonly renamed: Readonly<Record<string, string>>;
  /** Those of OpenAI's own members (`prompt_cache_key`, `service_tier` and their like) that it takes: others are left out. */
  readonly ownMembers: 'all' | readonly string[];
  /** When it takes function tools beside reasoning. */
  readonly toolsWithReasoning: WithReasoning;
  /** When it takes sampling settings and log probabilities beside reasoning. */
  readonly samplingWithReasoning: WithReasoning;
  /**
   * What can be said of calling tools. `any`: all that OpenAI has, custom tools and lists of allowed ones too. `functions`: whether a
   * function is called, and which. `auto`: nothing, the model decides.
   */
  readonly toolChoices: 'any' | 'functions' | 'auto';
  /** When it can be made to call a tool: always, unless thinking is asked for, or only where thinking, which it does by itself, is turned off. */
  readonly forcedTools: 'always' | 'unless-it-thinks' | 'only-without-thinking';
  /**
   * When it is asked over the Responses API in place of chat: `where-chat-refuses`: for tools beside reasoning, and for callers who speak
   * it; `with-tools`: for every tool unless reasoning is turned off. Followed at OpenAI and Azure, and elsewhere where it is configured.
   */
  readonly responses: 'never' | 'where-chat-refuses' | 'with-tools' | 'always';
  /** Values of `reasoning_effort` that it refuses. */
  readonly refusedEfforts: readonly string[];
  /** The forms of answers that it takes: JSON by a schema and JSON of any shape, one of the two, or none. What it does not take is told to the model. */
  readonly answerFormats: 'any' | 'json_schema' | 'json_object' | 'none';
  /** Whether it takes a form for the answer beside tools. */
  readonly formatWithTools: boolean;
  /** Whose subset a strict schema is held to: it is not strict where it cannot be. `as-sent`: nobody's. */
  readonly strictSchemas: StrictSubset | 'as-sent';
  /**
   * Members of messages beside OpenAI's that go out. `keep`: all. A list: those and no others, OpenAI's newest included. `remove` and
   * `keep-prefix` leave out what other vendors invented (all but `prefix`, with which Mistral goes on from an assistant message).
   */
  readonly foreignMembers: 'keep' | 'keep-prefix' | 'remove' | readonly string[];
  /** The member in which it takes back what it reasoned. */
  readonly reasoningMember: 'as-sent' | 'none' | 'reasoning_content' | 'reasoning';
  /** Whether each assistant message must have that member. */
  readonly needsReasoning: boolean;
  /** Whether messages may name who speaks. */
  readonly messageNames: boolean;
  /** The member that says that the answer goes on from the last assistant message. */
  readonly prefillMember: 'none' | 'prefix' | 'partial';
  /**
   * The form in which it takes files that are no text: PDFs as data, those and addresses, Mistral's `document_url`, Perplexity's `file_url`,
   * ids of uploads alone, or none. Text goes as text.
   */
  readonly files: 'as-sent' | 'pdf' | 'pdf-or-address' | 'document-address' | 'file-address' | 'uploaded' | 'none';
  /** The ids of tool calls that it takes. Any other is rewritten, the same in the call and in its result. */
  readonly toolCallIds: 'any' | 'forty-characters' | 'nine-letters-and-digits';
  /** The role that system and developer messages are sent with. */
  readonly instructionRole: 'as-sent' | 'system' | 'developer' | 'user';
  /**
   * `alternating`: one system message and first, the two sides in turn, text as a string, nothing empty. What strict chat templates
   * (Qwen, Gemma, Mistral) want, and what every server takes.
   */
  readonly turns: 'as-sent' | 'alternating';
  /** Whether the user may speak right after a tool's result. */
  readonly userAfterTool: boolean;
}

/** `always`, or only where no effort is asked for, or only where reasoning is turned off. */
type WithReasoning = 'always' | 'unless-effort-is-set' | 'only-without-effort';

/** What a deployment takes over the Responses API, beside what it takes over chat. The operator corrects it in the deployment's `rules`. */
export interface ResponsesRules {
  /**
   * Whether the model reasons. `yes`: its reasoning is asked for in encrypted form, so that it survives without being kept. `no`: it
   * answers 400 to every word about reasoning. `unknown`: as the caller says.
   */
  readonly reasons: 'yes' | 'no' | 'unknown';
}
