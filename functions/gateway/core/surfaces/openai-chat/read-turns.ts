import { defined } from '../../model/defined.ts';
import type { Native } from '../../model/dialect.ts';
import type { CacheMark, MediaPart, Part, ReasoningPart, Source, ToolCallPart } from '../../model/part.ts';
import type { Turn } from '../../model/prompt.ts';
import { wholeBlocks } from '../../model/reasoning-blocks.ts';
import { arrayMember, isJsonObject, type JsonObject, member, objectMember, stringMember } from '../../wire/json.ts';
import { mediaSource, mediumOf } from '../media-source.ts';
import type { AssistantMessage, ChatMessage, ContentPart, CustomCall, ToolCall, ToolMessage } from './chat-request.ts';

/** A message of a chat request as a turn. */
export function turnOf(message: ChatMessage, path: string): Turn {
  switch (message.role) {
    case 'system':
    case 'developer':
      return { role: 'instructions', path, parts: contentParts(message, path) };
    case 'user':
      return { role: 'user', path, parts: contentParts(message, path) };
    case 'tool':
      return { role: 'user', path, parts: [toolResult(message, path)] };
    case 'assistant':
      return { role: 'assistant', path, parts: assistantParts(message, path) };
  }
}

/** A cache mark on a message whose content is a string belongs to its one part. */
function contentParts(message: ChatMessage, path: string): readonly Part[] {
  const { content } = message;
  if (typeof content === 'string') {
    return [{ kind: 'text', text: content, path: `${path}.content`, ...defined({ cache: cacheMarkOf(message) }) }];
  }
  return (content ?? []).map((part, index) => partOf(part, `${path}.content[${index}]`));
}

function toolResult(message: ToolMessage, path: string): Part {
  return {
    kind: 'tool-result',
    id: message.tool_call_id,
    idPath: `${path}.tool_call_id`,
    parts: contentParts({ ...message, cache_control: undefined, prompt_cache_breakpoint: undefined }, path),
    isError: message.is_error === true,
    path,
    ...defined({ cache: cacheMarkOf(message) }),
  };
}

/** As models say it: reasoning, then words, then calls. */
function assistantParts(message: AssistantMessage, path: string): readonly Part[] {
  const words = contentParts(message, path);
  const refusal = typeof message.refusal === 'string' && message.refusal !== '' ? message.refusal : undefined;
  return [
    ...(REASONED.some((name) => message[name] !== undefined) ? reasoningParts(message, path) : []),
    ...(message.extra_content === undefined ? words : withSignature(words, geminiSignature(message))),
    ...(refusal === undefined ? [] : [{ kind: 'refusal', text: refusal, path: `${path}.refusal` } as const]),
    ...(message.audio === undefined ? [] : spokenAudio(message, path)),
    ...(message.tool_calls ?? []).map((call, index) => toolCall(call, `${path}.tool_calls[${index}]`)),
  ];
}

/** Members in which reasoning comes back. */
const REASONED: readonly string[] = ['thinking_blocks', 'reasoning_content', 'reasoning'];

/**
 * Claude's blocks come with their proof and repeat what `reasoning_content` says. A block of another type is none of Claude's. Text without
 * a proof is there for those who show it.
 */
function reasoningParts(message: AssistantMessage, path: string): readonly ReasoningPart[] {
  const blocks = wholeBlocks('thinking_blocks', arrayMember(message, 'thinking_blocks')).filter(isJsonObject);
  if (blocks.length > 0) {
    return blocks.map((block, index) => ({
      kind: 'reasoning',
      text: stringMember(block, 'thinking') ?? '',
      proof: { dialect: 'anthropic-messages', value: block, ifForeign: 'ignore' },
      path: `${path}.thinking_blocks[${index}]`,
    }));
  }
  const text = message.reasoning_content ?? stringMember(message, 'reasoning') ?? '';
  return text === '' ? [] : [{ kind: 'reasoning', text, path: `${path}.reasoning_content` }];
}

/** A vendor's recording of its own earlier words. */
function spokenAudio(message: AssistantMessage, path: string): readonly Part[] {
  const audio = objectMember(message, 'audio');
  return audio === undefined
    ? []
    : [
        {
          kind: 'opaque',
          what: 'audio',
          path: `${path}.audio`,
          native: { dialect: 'openai-chat', value: audio, ifForeign: 'drop' },
        },
      ];
}

/** The thought signature that Gemini gave with a message or a call, in the place where Google's OpenAI endpoint has it. */
function geminiSignature(holder: JsonObject): Native | undefined {
  const google = objectMember(objectMember(holder, 'extra_content'), 'google');
  const signature = stringMember(google, 'thought_signature') ?? '';
  return signature === ''
    ? undefined
    : { dialect: 'gemini', value: { thoughtSignature: signature }, ifForeign: 'ignore' };
}

/** A signature of the message stood on its last text. */
function withSignature(parts: readonly Part[], signature: Native | undefined): readonly Part[] {
  const last = signature === undefined ? -1 : parts.findLastIndex(({ kind }) => kind === 'text');
  return last === -1
    ? parts
    : parts.map((part, index) => (index === last ? { ...part, ...defined({ native: signature }) } : part));
}

function toolCall(call: ToolCall, path: string): ToolCallPart {
  const base = {
    kind: 'tool-call',
    id: call.id,
    path,
    ...defined({
      native: call.extra_content === undefined ? undefined : geminiSignature(call),
      cache: cacheMarkOf(call),
    }),
  } as const;
  if (isCustomCall(call)) {
    const { name, input } = call.custom;
    return { ...base, name, input, isCustom: true, inputPath: `${path}.custom.input` };
  }
  const { name, arguments: input } = call.function;
  return { ...base, name, input, inputPath: `${path}.function.arguments` };
}

function isCustomCall(call: ToolCall): call is CustomCall {
  return call.type === 'custom';
}

/** A content part of a message. One of a type that is not OpenAI's own stays opaque: an OpenAI-shaped server may know it. */
function partOf(part: ContentPart, path: string): Part {
  const place = { path, ...defined({ cache: cacheMarkOf(part) }) };
  switch (part.type) {
    case 'text':
      return { ...place, kind: 'text', text: textOf(part.text) };
    case 'refusal':
      return { ...place, kind: 'refusal', text: textOf(part.refusal) };
    case 'image_url':
      return { ...place, ...addressed(part, 'image_url', 'image') };
    case 'video_url':
      return { ...place, ...addressed(part, 'video_url', 'video') };
    case 'input_audio':
      return { ...place, kind: 'media', media: 'audio', source: audioSource(part) };
    case 'file':
      return { ...place, ...fileOf(part) };
    default:
      return {
        ...place,
        kind: 'opaque',
        what: part.type,
        native: { dialect: 'openai-chat', value: part, ifForeign: 'refuse' },
      };
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** `{url}`, or the address itself as some clients send it. Data is of the medium that its type says: some send a PDF as a picture. */
function addressed(
  part: JsonObject,
  key: string,
  media: MediaPart['media'],
): Pick<MediaPart, 'kind' | 'media' | 'source'> {
  const source = mediaSource(stringMember(member(part, key), 'url') ?? stringMember(part, key));
  return { kind: 'media', media: mediumOf(source, media), source };
}

function audioSource(part: JsonObject): Source {
  const audio = objectMember(part, 'input_audio');
  const data = stringMember(audio, 'data');
  const format = stringMember(audio, 'format') ?? '';
  return data === undefined || !/^[a-z0-9.+-]{1,32}$/i.test(format)
    ? { kind: 'none' }
    : { kind: 'base64', mediaType: `audio/${format.toLowerCase()}`, data };
}

/** A file is of the medium that its type says. An id is known only where the file was uploaded, unless it is an address. */
function fileOf(part: JsonObject): Pick<MediaPart, 'kind' | 'media' | 'source' | 'title'> {
  const file = objectMember(part, 'file');
  const id = stringMember(file, 'file_id');
  const title = stringMember(file, 'filename');
  const source = id === undefined ? mediaSource(stringMember(file, 'file_data'), title) : uploaded(id);
  return { kind: 'media', media: mediumOf(source, 'document'), source, ...defined({ title }) };
}

function uploaded(id: string): Source {
  return /^(?:https|gs):\/\//i.test(id) ? { kind: 'url', url: id } : { kind: 'uploaded', dialect: 'openai-chat', id };
}

/**
 * The mark up to which the caller wants the prompt cached: Anthropic's `cache_control`, which clients send as an extension, or OpenAI's
 * `prompt_cache_breakpoint`, whose lifetimes (30 minutes and more) are nearest to an hour.
 */
export function cacheMarkOf(holder: JsonObject): CacheMark | undefined {
  const own = objectMember(holder, 'cache_control');
  if (own !== undefined) {
    const ttl = stringMember(own, 'ttl');
    return ttl === '5m' || ttl === '1h' ? { ttl } : {};
  }
  const breakpoint = objectMember(holder, 'prompt_cache_breakpoint');
  if (breakpoint === undefined) {
    return undefined;
  }
  return stringMember(breakpoint, 'ttl') === undefined ? {} : { ttl: '1h' };
}
