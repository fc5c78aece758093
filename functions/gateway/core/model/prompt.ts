import type { JsonObject } from '../wire/json.ts';
import type { Dialect, Native } from './dialect.ts';
import type { CacheMark, Part } from './part.ts';

/** What the caller asks of a model, whichever API it was asked in. */
export interface Prompt {
  /** As the caller named it: a route, a deployment or a vendor's model. */
  readonly model: string;
  readonly turns: readonly Turn[];
  readonly tools: readonly Tool[];
  /** Absent: the caller says nothing of it. */
  readonly toolUse?: ToolUse;
  /** Whether the model may call several tools at once; absent: the vendor's default. */
  readonly parallelToolCalls?: boolean;
  readonly format: AnswerFormat;
  readonly reasoning?: Reasoning;
  readonly sampling: Sampling;
  readonly limits: AnswerLimits;
  /** Log probabilities of the answer's tokens. `top`: of so many alternatives each. */
  readonly logprobs?: { readonly top: number };
  readonly stream: boolean;
  /** Who asks, as an opaque id. */
  readonly user?: string;
  /** In OpenAI's words: `auto`, `default`, `flex`, `priority`. */
  readonly serviceTier?: string;
  /** The caller's own labels. */
  readonly metadata?: JsonObject;
  /** The same for all requests that share a beginning. */
  readonly cacheKey?: string;
  /** Members of the request that have no place above, by the caller's name for them. */
  readonly native: ReadonlyMap<string, Native>;
  /** What the caller calls each setting: for error texts and for what is named as dropped. */
  readonly names: SettingNames;
  /** Set where the model is to go on with an answer that another has begun. */
  readonly begun?: BegunAnswer;
  /** The request as the caller sent it. An encoder of the same dialect starts from it. */
  readonly original: { readonly dialect: Dialect; readonly body: JsonObject };
}

/** One side's words at a time. Neighbours may be of the same side: encoders merge where their vendor wants it. */
export interface Turn {
  readonly role: 'instructions' | 'user' | 'assistant';
  readonly parts: readonly Part[];
  /** Where the caller wrote it, as `messages[3]`. */
  readonly path: string;
}

/** What the parts of a conversation are beside text, and `cache-mark` where one of them carries a mark. */
export type PartKind = Exclude<Part['kind'], 'text'> | 'cache-mark';

const WORDS_ALONE: ReadonlySet<PartKind> = new Set();
/** So few turns of text are looked at once more in less time than it takes to remember what they are. */
const FEW_TURNS = 8;
const KINDS = new WeakMap<readonly Turn[], ReadonlySet<PartKind>>();

/**
 * The kinds of the parts of a conversation beside text, those within results of tools too. Looked at once: whoever would go over all parts
 * in search of one kind asks this first.
 */
export function kindsOf(turns: readonly Turn[]): ReadonlySet<PartKind> {
  const isShort = turns.length <= FEW_TURNS;
  if (isShort && turns.every(({ parts }) => parts.every(({ kind, cache }) => kind === 'text' && cache === undefined))) {
    return WORDS_ALONE;
  }
  const known = KINDS.get(turns);
  if (known !== undefined) {
    return known;
  }
  const kinds = new Set<PartKind>();
  for (const { parts } of turns) {
    addKinds(kinds, parts);
  }
  KINDS.set(turns, kinds);
  return kinds;
}

function addKinds(kinds: Set<PartKind>, parts: readonly Part[]): void {
  for (const part of parts) {
    if (part.kind !== 'text') {
      kinds.add(part.kind);
    }
    if (part.cache !== undefined) {
      kinds.add('cache-mark');
    }
    if (part.kind === 'tool-result') {
      addKinds(kinds, part.parts);
    }
  }
}

/** A tool that the model may call. */
export type Tool = FunctionTool | NativeTool;

/** A function that the caller runs. */
export interface FunctionTool {
  readonly kind: 'function';
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments; absent: it takes none. */
  readonly schema?: JsonObject;
  /** Whether the arguments must follow the schema; absent: the vendor's default. */
  readonly strict?: boolean;
  readonly cache?: CacheMark;
  readonly path: string;
  /** Where the caller wrote its name. */
  readonly namePath: string;
}

/** A tool that only one dialect has: a custom tool, a server's own. */
export interface NativeTool {
  readonly kind: 'native';
  /** The dialect's name for its type. */
  readonly what: string;
  readonly native: Native;
  readonly path: string;
}

/** Whether the model may, must or must not call a tool, and which. */
export type ToolUse =
  /** `only`: the names of the tools that may be called, where the caller restricts them. */
  | { readonly mode: 'auto' | 'none' | 'required'; readonly only?: readonly string[] }
  | { readonly mode: 'one'; readonly name: string }
  /** A choice that only one dialect knows. */
  | { readonly mode: 'native'; readonly native: Native };

/** The form that the answer's text must have. */
export type AnswerFormat =
  | { readonly kind: 'text' }
  /** Some JSON object. */
  | { readonly kind: 'json' }
  | {
      readonly kind: 'schema';
      readonly name: string;
      readonly description?: string;
      readonly schema?: JsonObject;
      readonly strict?: boolean;
    }
  | { readonly kind: 'native'; readonly what: string; readonly native: Native };

/** How much the model reasons before it answers, and what of it is shown. */
export interface Reasoning {
  /** `none`, `minimal`, `low`, `medium`, `high`, `xhigh` or `max`; a word beyond these is the vendor's to judge. */
  readonly effort?: string;
  readonly budgetTokens?: number;
  /** Whether and how reasoning text is shown. */
  readonly show?: 'none' | 'summary' | 'all';
}

/** How the next token is drawn. An absent member is the vendor's default. */
export interface Sampling {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly seed?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
}

/** How long an answer may be, where it stops, and how many are asked for. */
export interface AnswerLimits {
  readonly outputTokens?: number;
  /** At least 1. */
  readonly choices: number;
  readonly stop: readonly string[];
}

/** The beginning of an answer that broke off, which another model continues. */
export interface BegunAnswer {
  /** Without white space at its end; may be empty. */
  readonly text: string;
  /** About how many tokens have been used of `limits.outputTokens`. */
  readonly tokens: number;
}

/** The settings of a prompt that an encoder may have to leave out or refuse. */
export type Setting =
  | 'turns'
  | 'tools'
  | 'toolUse'
  | 'parallelToolCalls'
  | 'strict'
  | 'format'
  | 'formatType'
  | 'schema'
  | 'reasoning'
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'seed'
  | 'frequencyPenalty'
  | 'presencePenalty'
  | 'outputTokens'
  | 'choices'
  | 'stop'
  | 'logprobs'
  | 'topLogprobs'
  | 'user'
  | 'serviceTier'
  | 'metadata'
  | 'cacheMark'
  | 'cacheKey';

/** The caller's names of the settings, as `max_completion_tokens`. */
export type SettingNames = Readonly<Record<Setting, string>>;
