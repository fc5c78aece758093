import { type Native, nativeValue } from '../../model/dialect.ts';
import type { MediaPart, Part, ToolCallPart, ToolResultPart } from '../../model/part.ts';
import type { Turn } from '../../model/prompt.ts';
import { arrayMember, type JsonObject } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import { THOUGHT_BLOCKS } from './thought-blocks.ts';

/** Turns of another dialect as messages. Instructions have the role `system`, which every server knows. */
export function chatMessages(turns: readonly Turn[], notes: EncodingNotes): readonly JsonObject[] {
  return turns.flatMap((turn) => messagesOf(turn, notes));
}

function messagesOf(turn: Turn, notes: EncodingNotes): readonly JsonObject[] {
  switch (turn.role) {
    case 'instructions':
      return filledMessage('system', contentOf(turn.parts, notes));
    case 'user':
      return userMessages(turn, notes);
    case 'assistant':
      return assistantMessages(turn, notes);
  }
}

/** Results of tools are messages of their own, and come before what the user says beside them: they answer the calls. */
function userMessages(turn: Turn, notes: EncodingNotes): readonly JsonObject[] {
  const results = turn.parts.filter((part) => part.kind === 'tool-result');
  const others = turn.parts.filter((part) => part.kind !== 'tool-result');
  return [...results.map((result) => resultMessage(result, notes)), ...filledMessage('user', contentOf(others, notes))];
}

function resultMessage({ id, parts }: ToolResultPart, notes: EncodingNotes): JsonObject {
  return { role: 'tool', tool_call_id: id, content: contentOf(parts, notes) };
}

function filledMessage(role: string, content: string | readonly JsonObject[]): readonly JsonObject[] {
  return content.length === 0 ? [] : [{ role, content }];
}

/** Reasoning is told as `reasoning_content`: servers that do not read it have a rule that takes it out. */
function assistantMessages(turn: Turn, notes: EncodingNotes): readonly JsonObject[] {
  const calls = turn.parts.filter((part) => part.kind === 'tool-call').map(callOf);
  const reasoning = turn.parts.flatMap((part) => (part.kind === 'reasoning' ? part.text : [])).join('');
  const words = contentOf(
    turn.parts.filter(({ kind }) => kind !== 'tool-call' && kind !== 'reasoning'),
    notes,
  );
  if (words.length === 0 && calls.length === 0) {
    return [];
  }
  return [
    {
      role: 'assistant',
      content: words.length === 0 ? null : words,
      ...(reasoning !== '' && { reasoning_content: reasoning }),
      ...thoughtMembers(turn.parts),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
  ];
}

/** Signed or encrypted thoughts, as their server takes them back: others have a rule that takes them out. */
function thoughtMembers(parts: readonly Part[]): JsonObject {
  const proofs = parts.flatMap((part) => (part.kind === 'reasoning' ? thoughtsOf(part.proof) : []));
  const names = THOUGHT_BLOCKS.filter((name) => proofs.some((proof) => arrayMember(proof, name).length > 0));
  return Object.fromEntries(names.map((name) => [name, proofs.flatMap((proof) => arrayMember(proof, name))]));
}

function thoughtsOf(proof: Native | undefined): readonly JsonObject[] {
  const own = nativeValue(proof, 'openai-chat');
  const block = nativeValue(proof, 'anthropic-messages');
  return [...(own === undefined ? [] : [own]), ...(block === undefined ? [] : [{ thinking_blocks: [block] }])];
}

function callOf({ id, name, input, isCustom }: ToolCallPart): JsonObject {
  return isCustom === true
    ? { id, type: 'custom', custom: { name, input } }
    : { id, type: 'function', function: { name, arguments: input } };
}

/** Text alone is a string, which every server takes. */
function contentOf(parts: readonly Part[], notes: EncodingNotes): string | readonly JsonObject[] {
  const content = parts.flatMap((part) => contentPart(part, notes));
  const texts = content.flatMap((part) => (part.type === 'text' && typeof part.text === 'string' ? part.text : []));
  return texts.length === content.length ? texts.join('\n\n') : content;
}

function contentPart(part: Part, notes: EncodingNotes): readonly JsonObject[] {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }];
    case 'media':
      return mediaPart(part, notes);
    case 'opaque':
      return opaquePart(part, notes);
    case 'reasoning':
    case 'tool-call':
    case 'tool-result':
      return [];
  }
}

/** What only another dialect has: a call of a server's own tool, its result. */
function opaquePart(
  { what, path, native }: Extract<Part, { kind: 'opaque' }>,
  notes: EncodingNotes,
): readonly JsonObject[] {
  if (native.dialect === 'openai-chat') {
    return [native.value];
  }
  if (native.ifForeign === 'refuse') {
    notes.refuse(path, `An OpenAI-shaped model takes no part of type "${what}".`);
  } else if (native.ifForeign === 'drop') {
    notes.dropMember(what);
  }
  return [];
}

function mediaPart(part: MediaPart, notes: EncodingNotes): readonly JsonObject[] {
  const { source, media, title, path } = part;
  if (source.kind === 'text') {
    return [{ type: 'text', text: title === undefined ? source.text : `${title}\n\n${source.text}` }];
  }
  const content = source.kind === 'uploaded' ? uploadedPart(source) : MEDIA_PARTS[media](part);
  if (content === undefined) {
    notes.refuse(
      path,
      `An OpenAI-shaped model cannot be sent this ${media}: send it as base64 data, or an image as an https URL.`,
    );
    return [];
  }
  return [content];
}

function uploadedPart(source: Extract<MediaPart['source'], { kind: 'uploaded' }>): JsonObject | undefined {
  return source.dialect === 'openai-chat' || source.dialect === 'openai-responses'
    ? { type: 'file', file: { file_id: source.id } }
    : undefined;
}

const MEDIA_PARTS: Readonly<Record<MediaPart['media'], (part: MediaPart) => JsonObject | undefined>> = {
  image: (part) => addressed('image_url', part),
  video: (part) => addressed('video_url', part),
  audio: ({ source }) =>
    source.kind === 'base64'
      ? { type: 'input_audio', input_audio: { data: source.data, format: source.mediaType.replace(/^audio\//, '') } }
      : undefined,
  document: ({ source, title }) =>
    source.kind === 'base64'
      ? { type: 'file', file: { filename: title ?? 'document.pdf', file_data: dataUrl(source) } }
      : undefined,
};

function addressed(type: 'image_url' | 'video_url', { source }: MediaPart): JsonObject | undefined {
  if (source.kind === 'url') {
    return { type, [type]: { url: source.url } };
  }
  return source.kind === 'base64' ? { type, [type]: { url: dataUrl(source) } } : undefined;
}

function dataUrl({ mediaType, data }: { readonly mediaType: string; readonly data: string }): string {
  return `data:${mediaType};base64,${data}`;
}
