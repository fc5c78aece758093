import { defined } from '../../model/defined.ts';
import type { MediaPart, Source } from '../../model/part.ts';
import type { Prompt } from '../../model/prompt.ts';
import { isJsonObject, type JsonObject } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import { documentText } from '../portable/document-text.ts';
import { documentsOf, type WrittenDocument, withWrittenDocuments } from '../portable/written-documents.ts';
import type { OpenAiRules } from './openai-rules.ts';

/** What stands for the content of a tool's message that had nothing but pictures or files. */
const FOLLOWS = 'The content follows.';

/**
 * Messages in which only users show pictures and files: those of tools and of the assistant follow in a message of the user's, behind the
 * last result of their turn. OpenAI answers 400 to any other ("Image URLs are only allowed for messages with role 'user'"). The very same
 * messages where there are none.
 */
export function mediaOfUsers(messages: readonly JsonObject[]): readonly JsonObject[] {
  if (!messages.some(isShown)) {
    return messages;
  }
  const written: JsonObject[] = [];
  let shown: unknown[] = [];
  for (const message of messages) {
    if (shown.length > 0 && message.role !== 'tool') {
      written.push({ role: 'user', content: shown });
      shown = [];
    }
    written.push(...(isShown(message) ? withoutMedia(message) : [message]));
    shown.push(...mediaOf(message));
  }
  return shown.length === 0 ? written : [...written, { role: 'user', content: shown }];
}

function isShown(message: JsonObject): boolean {
  return mediaOf(message).length > 0;
}

function mediaOf({ role, content }: JsonObject): readonly unknown[] {
  return role !== 'user' && Array.isArray(content) ? content.filter(isMedia) : [];
}

const MEDIA: ReadonlySet<unknown> = new Set([
  ...['image_url', 'input_audio', 'audio_url', 'video_url', 'file', 'document_url', 'file_url'],
]);

function isMedia(part: unknown): boolean {
  return isJsonObject(part) && MEDIA.has(part.type);
}

/** Nothing of a message of the assistant's that only showed. */
function withoutMedia(message: JsonObject): readonly JsonObject[] {
  const { content, role } = message;
  const rest: readonly unknown[] = Array.isArray(content) ? content.filter((part) => !isMedia(part)) : [];
  if (rest.length > 0) {
    return [{ ...message, content: rest }];
  }
  if (role === 'tool') {
    return [{ ...message, content: FOLLOWS }];
  }
  return message.tool_calls === undefined ? [] : [{ ...message, content: null }];
}

type Files = OpenAiRules['files'];

/** The prompt with its documents as the server takes them: text as text, which every server does, and others in the server's own form. */
export function withTakenFiles(prompt: Prompt, { files }: OpenAiRules, notes: EncodingNotes): Prompt {
  return withWrittenDocuments(prompt, {
    dialect: 'openai-chat',
    notes,
    write: (document) => writtenDocument(document, files),
  });
}

/** Whether the chat API takes each document of a prompt. */
export function takesFiles(prompt: Prompt, { files }: OpenAiRules): boolean {
  return documentsOf(prompt).every((document) => writtenDocument(document, files).kind !== 'refused');
}

function writtenDocument({ source, title }: MediaPart, files: Files): WrittenDocument {
  const text = documentText(source);
  return text === undefined
    ? FORMS[files](source, title)
    : part({ type: 'text', text: title === undefined ? text : `${title}\n\n${text}` });
}

function part(value: JsonObject): WrittenDocument {
  return { kind: 'part', part: value };
}

function refused(message: string): WrittenDocument {
  return { kind: 'refused', message };
}

const AS_SENT: WrittenDocument = { kind: 'as-sent' };
const PDF = 'application/pdf';
const NO_FILES = refused('This server takes no files but text: send the text of the file, or its pages as pictures.');
const NO_OTHERS = refused('This server takes files that are text, or a PDF as base64 data: send one of these.');
const NO_ADDRESS = refused('This server takes files as data or by their address: send one of these.');
const NO_DATA = refused(
  'This server takes files that are text or were uploaded to it: send the text of the file, or the id of its upload.',
);

const FORMS: Readonly<Record<Files, (source: Source, title: string | undefined) => WrittenDocument>> = {
  'as-sent': () => AS_SENT,
  none: () => NO_FILES,
  pdf: pdfOf,
  'pdf-or-address': (source, title) => (source.kind === 'url' ? filePart(source.url, title) : pdfOf(source, title)),
  'document-address': (source, title) => {
    const url = addressOf(source);
    return url === undefined
      ? uploaded(source, NO_ADDRESS)
      : part({ type: 'document_url', document_url: url, ...defined({ document_name: title }) });
  },
  'file-address': (source, title) => {
    // Data goes without the head of its URL.
    const url = source.kind === 'base64' ? source.data : addressOf(source);
    return url === undefined
      ? NO_ADDRESS
      : part({ type: 'file_url', file_url: { url }, ...defined({ file_name: title }) });
  },
  uploaded: (source) => uploaded(source, NO_DATA),
};

function pdfOf(source: Source, title: string | undefined): WrittenDocument {
  return source.kind === 'base64' && source.mediaType === PDF
    ? filePart(`data:${PDF};base64,${source.data}`, title)
    : uploaded(source, NO_OTHERS);
}

/** OpenAI wants a name beside data. */
function filePart(data: string, filename = 'document.pdf'): WrittenDocument {
  return part({ type: 'file', file: { filename, file_data: data } });
}

/** The server where it was uploaded knows it; which that is, the caller knows. */
function uploaded(source: Source, otherwise: WrittenDocument): WrittenDocument {
  return source.kind === 'uploaded' && source.dialect !== 'anthropic-messages' ? AS_SENT : otherwise;
}

function addressOf(source: Source): string | undefined {
  if (source.kind === 'url') {
    return source.url;
  }
  return source.kind === 'base64' ? `data:${source.mediaType};base64,${source.data}` : undefined;
}
