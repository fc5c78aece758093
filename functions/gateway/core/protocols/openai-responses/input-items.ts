import { type Native, nativeValue } from '../../model/dialect.ts';
import type { MediaPart, Part, ReasoningPart, ToolCallPart, ToolResultPart } from '../../model/part.ts';
import type { Turn } from '../../model/prompt.ts';
import { type JsonObject, stringMember } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import { portableToolCallId } from '../tool-call-id.ts';
import { opened } from './sealed-reasoning.ts';

/** Turns of another dialect as items of `input`, for an account. What the model made stays in its order. */
export function inputItems(
  turns: readonly Turn[],
  notes: EncodingNotes,
  account: string | undefined,
): readonly JsonObject[] {
  const customCalls = new Set(
    turns.flatMap(({ parts }) =>
      parts.flatMap((part) => (part.kind === 'tool-call' && part.isCustom === true ? part.id : [])),
    ),
  );
  return turns.flatMap((turn) =>
    turn.role === 'assistant'
      ? turn.parts.flatMap((part) => answerItems(part, notes, account))
      : askedItems(turn, customCalls, notes),
  );
}

function askedItems(turn: Turn, customCalls: ReadonlySet<string>, notes: EncodingNotes): readonly JsonObject[] {
  if (turn.role === 'instructions') {
    return message('system', contentOf(turn.parts, 'input_text', notes));
  }
  const results = turn.parts.filter((part) => part.kind === 'tool-result');
  const others = turn.parts.filter((part) => part.kind !== 'tool-result');
  return [
    ...results.map((result) => resultItem(result, customCalls.has(result.id), notes)),
    ...message('user', contentOf(others, 'input_text', notes)),
  ];
}

function message(role: string, content: readonly JsonObject[]): readonly JsonObject[] {
  return content.length === 0 ? [] : [{ type: 'message', role, content }];
}

function answerItems(part: Part, notes: EncodingNotes, account: string | undefined): readonly JsonObject[] {
  switch (part.kind) {
    case 'tool-call':
      return [callItem(part)];
    case 'reasoning':
      return reasoningItems(part, account);
    default:
      return message('assistant', contentOf([part], 'output_text', notes));
  }
}

/** The longest id of a call that OpenAI takes. */
const MAX_ID_CHARS = 64;

function knownId(id: string): string {
  return id.length <= MAX_ID_CHARS ? id : portableToolCallId(id, MAX_ID_CHARS);
}

function callItem({ id, name, input, isCustom }: ToolCallPart): JsonObject {
  return isCustom === true
    ? { type: 'custom_tool_call', call_id: knownId(id), name, input }
    : { type: 'function_call', call_id: knownId(id), name, arguments: input === '' ? '{}' : input };
}

function resultItem({ id, parts }: ToolResultPart, isCustom: boolean, notes: EncodingNotes): JsonObject {
  const content = contentOf(parts, 'input_text', notes);
  const texts = content.flatMap((part) => (part.type === 'input_text' ? [String(part.text)] : []));
  return {
    type: isCustom ? 'custom_tool_call_output' : 'function_call_output',
    call_id: knownId(id),
    output: texts.length === content.length ? texts.join('\n\n') : content,
  };
}

/** OpenAI takes back only what it can check. */
function reasoningItems({ proof }: ReasoningPart, account: string | undefined): readonly JsonObject[] {
  const own = nativeValue(proof, 'openai-responses');
  const item = own && opened(own, account);
  return item === undefined || stringMember(item, 'encrypted_content') === undefined ? [] : [item];
}

function contentOf(
  parts: readonly Part[],
  textType: 'input_text' | 'output_text',
  notes: EncodingNotes,
): readonly JsonObject[] {
  return parts.flatMap((part) => contentPart(part, textType, notes));
}

/** What the assistant said has a list of what it cites, also where it cites nothing. */
function textItem(type: 'input_text' | 'output_text', text: string): JsonObject {
  return type === 'output_text' ? { type, text, annotations: [] } : { type, text };
}

function contentPart(part: Part, textType: 'input_text' | 'output_text', notes: EncodingNotes): readonly JsonObject[] {
  switch (part.kind) {
    case 'text':
      return part.text === '' ? [] : [textItem(textType, part.text)];
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'refusal', refusal: part.text }];
    case 'media':
      return mediaPart(part, notes);
    case 'opaque':
      return opaquePart(part.what, part.path, part.native, notes);
    case 'reasoning':
    case 'tool-call':
    case 'tool-result':
      return [];
  }
}

/** What only another dialect has: a call of a server's own tool, its result. */
function opaquePart(what: string, path: string, native: Native, notes: EncodingNotes): readonly JsonObject[] {
  const own = nativeValue(native, 'openai-responses');
  if (own !== undefined) {
    return [own];
  }
  if (native.ifForeign === 'refuse') {
    notes.refuse(path, `The Responses API takes no part of type "${what}".`);
  } else if (native.ifForeign === 'drop') {
    notes.dropMember(what);
  }
  return [];
}

function mediaPart(part: MediaPart, notes: EncodingNotes): readonly JsonObject[] {
  const { source, title, media, path } = part;
  if (source.kind === 'text') {
    return [{ type: 'input_text', text: title === undefined ? source.text : `${title}\n\n${source.text}` }];
  }
  const content = media === 'image' ? imagePart(part) : filePart(part);
  if (content === undefined) {
    notes.refuse(
      path,
      `The Responses API cannot be sent this ${media}: send an image or a PDF as base64 data or https URL.`,
    );
    return [];
  }
  return [content];
}

function imagePart({ source }: MediaPart): JsonObject | undefined {
  switch (source.kind) {
    case 'url':
      return { type: 'input_image', detail: 'auto', image_url: source.url };
    case 'base64':
      return { type: 'input_image', detail: 'auto', image_url: `data:${source.mediaType};base64,${source.data}` };
    case 'uploaded':
      return isOpenAis(source.dialect) ? { type: 'input_image', detail: 'auto', file_id: source.id } : undefined;
    default:
      return undefined;
  }
}

function filePart({ source, title, media }: MediaPart): JsonObject | undefined {
  if (source.kind === 'uploaded') {
    return isOpenAis(source.dialect) ? { type: 'input_file', file_id: source.id } : undefined;
  }
  if (media !== 'document' || source.kind === 'none' || source.kind === 'text') {
    return undefined;
  }
  return source.kind === 'url'
    ? { type: 'input_file', file_url: source.url }
    : {
        type: 'input_file',
        filename: title ?? 'document.pdf',
        file_data: `data:${source.mediaType};base64,${source.data}`,
      };
}

function isOpenAis(dialect: Native['dialect']): boolean {
  return dialect === 'openai-chat' || dialect === 'openai-responses';
}
