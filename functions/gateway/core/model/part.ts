import type { Dialect, Native } from './dialect.ts';

/** One piece of what was said, in the order in which it was said. */
export type Part = TextPart | MediaPart | ToolCallPart | ToolResultPart | ReasoningPart | RefusalPart | OpaquePart;

interface PartBase {
  /** Where the caller wrote it, as `messages[2].content[0]`: for error texts. */
  readonly path: string;
  /** Set where the caller asks for a prompt cache up to and with this part. */
  readonly cache?: CacheMark;
  /** Members that only one dialect knows. */
  readonly native?: Native;
}

/** The caller's wish that the vendor caches the prompt up to here. */
export interface CacheMark {
  /** How long the cache is kept; absent: the vendor's default. */
  readonly ttl?: '5m' | '1h';
}

/** Text, with the sources that it cites. */
export interface TextPart extends PartBase {
  readonly kind: 'text';
  readonly text: string;
  readonly citations?: readonly Citation[];
}

/** What is no text: shown, played or attached. */
export interface MediaPart extends PartBase {
  readonly kind: 'media';
  readonly media: 'image' | 'audio' | 'video' | 'document';
  readonly source: Source;
  /** A file's name or a document's title. */
  readonly title?: string;
  /** Whether the answer is to cite the document. */
  readonly cite?: boolean;
}

/** Where the content of a media part is. */
export type Source =
  | { readonly kind: 'url'; readonly url: string }
  /** `mediaType` in lower case. `data` is base64, unchecked. */
  | { readonly kind: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly kind: 'text'; readonly text: string }
  /** A file that was uploaded to the vendor of the dialect. */
  | { readonly kind: 'uploaded'; readonly dialect: Dialect; readonly id: string }
  /** Nothing that anybody could fetch or read, as an image without an address. */
  | { readonly kind: 'none' };

/** A call that the model made. */
export interface ToolCallPart extends PartBase {
  readonly kind: 'tool-call';
  readonly id: string;
  readonly name: string;
  /** The JSON text of the arguments (may be `""` for none), or the text of a custom tool's input. */
  readonly input: string;
  /** Whether the tool takes text and no JSON: OpenAI's custom tools. */
  readonly isCustom?: true;
  /** Where the caller wrote the input. */
  readonly inputPath: string;
}

/** What a tool answered. In a user turn. */
export interface ToolResultPart extends PartBase {
  readonly kind: 'tool-result';
  /** The caller's id of the call, as sent. */
  readonly id: string;
  /** Where the caller wrote the id. */
  readonly idPath: string;
  readonly parts: readonly Part[];
  readonly isError: boolean;
}

/** The model's reasoning, with what proves it to its vendor. */
export interface ReasoningPart extends PartBase {
  readonly kind: 'reasoning';
  /** May be empty where the vendor shows none. */
  readonly text: string;
  /** Signature, redacted or encrypted content: only its own dialect can check it. Claude's is in the words of `anthropic-messages` on every host. */
  readonly proof?: Native;
}

/** The model's words for refusing. */
export interface RefusalPart extends PartBase {
  readonly kind: 'refusal';
  readonly text: string;
}

/** What has no neutral form: a server's tools and their results, compaction, computer use, a part of an unknown type. */
export interface OpaquePart extends PartBase {
  readonly kind: 'opaque';
  /** The dialect's own name for it. */
  readonly what: string;
  readonly native: Native;
}

/** A source that the text before it relies on. */
export interface Citation {
  readonly url?: string;
  readonly title?: string;
  /** The words that are relied on. */
  readonly quoted?: string;
  /** The citing text, in UTF-16 units of the whole text of its choice: from `begin` up to but without `end`. */
  readonly begin?: number;
  readonly end?: number;
  /** The vendor's own citation, whole. */
  readonly native: Native;
}
