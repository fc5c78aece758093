import type { MediaPart, Part } from '../../model/part.ts';
import type { JsonObject } from '../../wire/json.ts';
import { cachePointAfter } from './bedrock-cache-points.ts';
import { documentBlock } from './bedrock-documents.ts';
import type { BedrockTask } from './bedrock-task.ts';

/** A part of the user's words as Converse content, with its cache point. What Converse cannot take is refused. */
export function partBlocks(part: Part, task: BedrockTask): readonly JsonObject[] {
  return [...contentBlocks(part, task), ...cachePointAfter(part.cache, 'message', task)];
}

/** A part without its cache point, as the content of a tool's result needs it. */
export function contentBlocks(part: Part, task: BedrockTask): readonly JsonObject[] {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return [{ text: part.text }];
    case 'media':
      return MEDIA[part.media](part, task);
    case 'opaque':
      return opaqueBlocks(part, task);
    case 'tool-call':
    case 'tool-result':
    case 'reasoning':
      return refused(part, `Bedrock takes no content part of type "${part.kind}" here.`, task);
  }
}

/** A part that may only be text: of the instructions or the assistant's. */
export function textBlocks(part: Part, task: BedrockTask): readonly JsonObject[] {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return [{ text: part.text }, ...cachePointAfter(part.cache, 'message', task)];
    case 'opaque':
      return opaqueBlocks(part, task);
    default: {
      const what = part.kind === 'media' ? part.media : part.kind;
      return refused(part, `Bedrock takes only text here; got a part of type "${what}".`, task);
    }
  }
}

function refused({ path }: Part, message: string, { notes }: BedrockTask): readonly JsonObject[] {
  notes.refuse(path, message);
  return [];
}

function opaqueBlocks(part: Extract<Part, { kind: 'opaque' }>, task: BedrockTask): readonly JsonObject[] {
  switch (part.native.ifForeign) {
    case 'refuse':
      return refused(part, `Bedrock takes no content part of type "${part.what}".`, task);
    case 'drop':
      task.notes.dropMember(part.what);
      return [];
    case 'ignore':
      return [];
  }
}

type MediaEncoder = (part: MediaPart, task: BedrockTask) => readonly JsonObject[];

const MEDIA: Readonly<Record<MediaPart['media'], MediaEncoder>> = {
  image: imageBlocks,
  document: documentBlock,
  audio: audioBlocks,
  video: (part, task) => refused(part, 'Bedrock takes no content part of type "video".', task),
};

/** Converse's formats by media type. Source: Amazon Bedrock API reference, "ImageBlock", 2026-11. */
const IMAGE_FORMATS: ReadonlyMap<string, string> = new Map([
  ['image/png', 'png'],
  ['image/jpeg', 'jpeg'],
  ['image/jpg', 'jpeg'],
  ['image/gif', 'gif'],
  ['image/webp', 'webp'],
]);

function imageBlocks(part: MediaPart, task: BedrockTask): readonly JsonObject[] {
  const { source } = part;
  if (source.kind !== 'base64') {
    return refused(part, NO_IMAGE_ADDRESS, task);
  }
  const format = IMAGE_FORMATS.get(source.mediaType);
  return format === undefined
    ? refused(part, `Bedrock takes PNG, JPEG, GIF and WebP images; got "${source.mediaType}".`, task)
    : [{ image: { format, source: { bytes: source.data } } }];
}

const NO_IMAGE_ADDRESS = 'Bedrock takes images only as base64 data, not by address.';

function audioBlocks(part: MediaPart, task: BedrockTask): readonly JsonObject[] {
  const { source } = part;
  if (!task.rules.audio) {
    return refused(part, 'This model takes no audio.', task);
  }
  if (source.kind !== 'base64') {
    return refused(part, 'Bedrock takes audio only as base64 data with its format, not by address.', task);
  }
  const format = source.mediaType.slice(source.mediaType.indexOf('/') + 1);
  return [{ audio: { format, source: { bytes: source.data } } }];
}
