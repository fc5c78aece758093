import { defined } from '../../model/defined.ts';
import type { Dialect } from '../../model/dialect.ts';
import type { MediaPart, Part } from '../../model/part.ts';
import { kindsOf, type Prompt, type Turn } from '../../model/prompt.ts';
import { changedItems, isJsonObject, type JsonObject } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';

/** What becomes of a document at a server. */
export type WrittenDocument =
  | { readonly kind: 'as-sent' }
  /** A part in the server's dialect: its text, or a form of the server's own. */
  | { readonly kind: 'part'; readonly part: JsonObject }
  /** The server takes none of its kind. */
  | { readonly kind: 'refused'; readonly message: string };

/** How a server is told of documents. */
export interface DocumentWriting {
  readonly dialect: Dialect;
  readonly write: (document: MediaPart) => WrittenDocument;
  readonly notes: EncodingNotes;
}

/**
 * The prompt with its documents as a server takes them, those in results of tools too, and the caller's own body with the same. What it does
 * not take is refused, so that another deployment serves. The very same prompt where all stay as they were sent, as nearly always.
 */
export function withWrittenDocuments(prompt: Prompt, writing: DocumentWriting): Prompt {
  const { original } = prompt;
  if (!kindsOf(prompt.turns).has('media')) {
    return prompt;
  }
  const written = new Map<string, JsonObject>();
  const turns = changedItems(prompt.turns, (turn) => writtenTurn(turn, writing, written));
  if (turns === prompt.turns) {
    return prompt;
  }
  const isOwn = original.dialect === writing.dialect;
  return { ...prompt, turns, original: isOwn ? { ...original, body: writtenBody(original.body, written) } : original };
}

/** The documents of a prompt, those in results of tools too. */
export function documentsOf({ turns }: Prompt): readonly MediaPart[] {
  const of = (parts: readonly Part[]): readonly MediaPart[] =>
    parts.flatMap((part) => {
      if (part.kind === 'tool-result') {
        return of(part.parts);
      }
      return isDocument(part) ? [part] : [];
    });
  return kindsOf(turns).has('media') ? turns.flatMap(({ parts }) => of(parts)) : [];
}

function isDocument(part: Part): part is MediaPart {
  return part.kind === 'media' && part.media === 'document';
}

type Written = Map<string, JsonObject>;

function writtenTurn(turn: Turn, writing: DocumentWriting, written: Written): Turn {
  const parts = changedItems(turn.parts, (part) => writtenPart(part, writing, written));
  return parts === turn.parts ? turn : { ...turn, parts };
}

function writtenPart(part: Part, writing: DocumentWriting, written: Written): Part {
  if (part.kind === 'tool-result') {
    const parts = changedItems(part.parts, (inner) => writtenPart(inner, writing, written));
    return parts === part.parts ? part : { ...part, parts };
  }
  const form = isDocument(part) ? writing.write(part) : AS_SENT;
  switch (form.kind) {
    case 'as-sent':
      return part;
    case 'refused':
      writing.notes.refuse(part.path, form.message);
      return part;
    case 'part':
      written.set(part.path, form.part);
      return asPart(form.part, part, writing.dialect);
  }
}

const AS_SENT: WrittenDocument = { kind: 'as-sent' };

function asPart(value: JsonObject, { path, cache }: Part, dialect: Dialect): Part {
  const place = { path, ...defined({ cache }) };
  return typeof value.text === 'string'
    ? { ...place, kind: 'text', text: value.text }
    : { ...place, kind: 'opaque', what: 'file', native: { dialect, value, ifForeign: 'refuse' } };
}

function writtenBody(body: JsonObject, written: Written): JsonObject {
  const messages = contentOf(body.messages, 'messages', written);
  return messages === body.messages ? body : { ...body, messages };
}

/** Items by their paths, as `messages[1].content[0].content[2]`. */
function contentOf(items: unknown, path: string, written: Written): unknown {
  return Array.isArray(items)
    ? changedItems<unknown>(items, (item, index) => itemOf(item, `${path}[${index}]`, written))
    : items;
}

function itemOf(item: unknown, path: string, written: Written): unknown {
  const form = written.get(path);
  if (!isJsonObject(item)) {
    return item;
  }
  if (form !== undefined) {
    return item.cache_control === undefined ? form : { ...form, cache_control: item.cache_control };
  }
  const content = contentOf(item.content, `${path}.content`, written);
  return content === item.content ? item : { ...item, content };
}
