import type { AnswerEvent, BegunPart, PartEnd, PartStart } from '../../model/answer-event.ts';
import { nativeValue } from '../../model/dialect.ts';
import { foreignSignature } from '../../model/foreign-signature.ts';
import type { Citation } from '../../model/part.ts';
import { type JsonObject, stringMember } from '../../wire/json.ts';

/** An event that belongs to one choice. */
export type ChoiceEvent = Extract<AnswerEvent, { readonly choice: number }>;

/** Writes the parts of an answer as content blocks, which never overlap: one is open at a time, under the next index. */
export interface BlockWriter {
  /** Which kinds of parts have been written. */
  readonly written: ReadonlySet<BegunPart['kind']>;
  readonly write: (event: ChoiceEvent) => readonly JsonObject[];
  /** Ends what is open. */
  readonly end: () => readonly JsonObject[];
}

/** The part that is being written. A block of words begins with its first words, since an empty one may not be sent back. */
interface OpenPart {
  readonly kind: BegunPart['kind'];
  state: 'waiting' | 'begun' | 'hidden';
}

interface Writing {
  readonly written: Set<BegunPart['kind']>;
  readonly isHidden: (begins: BegunPart) => boolean;
  index: number;
  open: OpenPart | undefined;
}

/** A writer for one answer. `isHidden`: whether a part is told elsewhere. */
export function blockWriter(isHidden: (begins: BegunPart) => boolean): BlockWriter {
  const writing: Writing = { written: new Set(), isHidden, index: 0, open: undefined };
  return {
    written: writing.written,
    write: (event) => written(writing, event),
    end: () => endBlock(writing),
  };
}

function written(writing: Writing, event: ChoiceEvent): readonly JsonObject[] {
  switch (event.type) {
    case 'part-start':
      return [...endBlock(writing), ...startPart(writing, event)];
    case 'part-delta':
      return pieceEvents(writing, event.text);
    case 'part-end':
      return endPart(writing, event);
    case 'citations':
      return citationEvents(writing, event.citations);
    case 'native':
      return nativeEvents(writing, nativeValue(event.native, 'anthropic-messages'));
    case 'logprobs':
    case 'finish':
      return [];
  }
}

function startPart(writing: Writing, { begins }: PartStart): readonly JsonObject[] {
  writing.open = { kind: begins.kind, state: writing.isHidden(begins) ? 'hidden' : 'waiting' };
  switch (begins.kind) {
    case 'text':
    case 'refusal':
    case 'reasoning':
      return [];
    case 'tool-call':
      return startCall(writing, begins);
    case 'opaque':
    case 'media':
      return startOther(writing, begins);
  }
}

/** A signature of Gemini's for a call has no place in Anthropic's: it goes before it, as a thought without words. */
function startCall(writing: Writing, call: Extract<BegunPart, { kind: 'tool-call' }>): readonly JsonObject[] {
  const { id, name, native } = call;
  const block = { ...nativeValue(native, 'anthropic-messages'), type: 'tool_use', id, name, input: {} };
  if (native?.dialect !== 'gemini') {
    return startBlock(writing, block);
  }
  const signature = foreignSignature(native);
  const thought = [...startBlock(writing, THINKING), delta(writing, { type: 'signature_delta', signature })];
  const ended = endBlock(writing);
  writing.open = { kind: 'tool-call', state: 'waiting' };
  return [...thought, ...ended, ...startBlock(writing, block)];
}

const THINKING = { type: 'thinking', thinking: '', signature: '' };

const EMPTY_BLOCKS: Readonly<Partial<Record<BegunPart['kind'], JsonObject>>> = {
  text: { type: 'text', text: '' },
  refusal: { type: 'text', text: '' },
  reasoning: THINKING,
};

/** What another vendor's own tools do, and pictures, have no block here. */
function startOther(writing: Writing, begins: BegunPart): readonly JsonObject[] {
  const own = begins.kind === 'opaque' ? nativeValue(begins.native, 'anthropic-messages') : undefined;
  if (own === undefined) {
    writing.open = { kind: begins.kind, state: 'hidden' };
    return [];
  }
  return startBlock(writing, own);
}

function startBlock(writing: Writing, block: JsonObject): readonly JsonObject[] {
  if (writing.open !== undefined) {
    writing.open.state = 'begun';
    writing.written.add(writing.open.kind);
  }
  return [{ type: 'content_block_start', index: writing.index, content_block: block }];
}

function delta({ index }: Writing, members: JsonObject): JsonObject {
  return { type: 'content_block_delta', index, delta: members };
}

/** Begins a block of words where there is none yet. */
function begun(writing: Writing): readonly JsonObject[] {
  const block = writing.open?.state === 'waiting' ? EMPTY_BLOCKS[writing.open.kind] : undefined;
  return block === undefined ? [] : startBlock(writing, block);
}

function pieceEvents(writing: Writing, text: string): readonly JsonObject[] {
  const { open } = writing;
  if (open === undefined || open.state === 'hidden') {
    return [];
  }
  const piece = pieceOf(open.kind, text);
  return open.state === 'waiting' ? [...begun(writing), delta(writing, piece)] : [delta(writing, piece)];
}

function pieceOf(kind: BegunPart['kind'], text: string): JsonObject {
  switch (kind) {
    case 'text':
    case 'refusal':
      return { type: 'text_delta', text };
    case 'reasoning':
      return { type: 'thinking_delta', thinking: text };
    case 'tool-call':
    case 'opaque':
    case 'media':
      return { type: 'input_json_delta', partial_json: text };
  }
}

/** A text stays open until the next part: some vendors tell its sources after it. */
function endPart(writing: Writing, event: PartEnd): readonly JsonObject[] {
  if (writing.open?.kind === 'text') {
    return citationEvents(writing, event.citations ?? []);
  }
  const proved = writing.open?.kind === 'reasoning' ? proofEvents(writing, event) : [];
  return [...proved, ...endBlock(writing)];
}

function proofEvents(writing: Writing, { proof }: PartEnd): readonly JsonObject[] {
  const own = nativeValue(proof, 'anthropic-messages');
  if (own?.type === 'redacted_thinking') {
    return writing.open?.state === 'waiting' ? startBlock(writing, own) : [];
  }
  const foreign = proof === undefined ? '' : foreignSignature(proof);
  const signature = own === undefined ? foreign : (stringMember(own, 'signature') ?? '');
  return signature === '' ? [] : [...begun(writing), delta(writing, { type: 'signature_delta', signature })];
}

function citationEvents(writing: Writing, citations: readonly Citation[]): readonly JsonObject[] {
  return writing.open?.kind === 'text' && writing.open.state === 'begun'
    ? citations.map((citation) => delta(writing, { type: 'citations_delta', citation: citationOf(citation) }))
    : [];
}

/** Another vendor's source as that of a search of the web: the only kind with an address. */
function citationOf({ native, url, title, quoted }: Citation): JsonObject {
  return (
    nativeValue(native, 'anthropic-messages') ?? {
      type: 'web_search_result_location',
      url: url ?? '',
      title: title ?? null,
      cited_text: quoted ?? '',
      encrypted_index: '',
    }
  );
}

function nativeEvents(writing: Writing, own: JsonObject | undefined): readonly JsonObject[] {
  return own === undefined || writing.open?.state !== 'begun' ? [] : [delta(writing, own)];
}

function endBlock(writing: Writing): readonly JsonObject[] {
  const isBegun = writing.open?.state === 'begun';
  writing.open = undefined;
  if (!isBegun) {
    return [];
  }
  const stop = { type: 'content_block_stop', index: writing.index };
  writing.index += 1;
  return [stop];
}
