import { type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import type { PlacedPart } from '../conversation-turns.ts';
import { parseDataUrl } from '../data-url.ts';
import { cachePointAfter } from './bedrock-cache-points.ts';
import { documentBlock } from './bedrock-documents.ts';
import type { BedrockTask } from './bedrock-task.ts';

/** A part of a user's message as Converse content, with its cache point. What Converse cannot take is refused. */
export function partBlocks(placed: PlacedPart, task: BedrockTask): readonly JsonObject[] {
  return [...contentBlocks(placed, task), ...cachePointAfter(placed.part, 'message', task)];
}

/** A part without its cache point, as the content of a tool's result needs it. */
export function contentBlocks(placed: PlacedPart, task: BedrockTask): readonly JsonObject[] {
  const { part, path } = placed;
  switch (part.type) {
    case 'text':
      return [{ text: part.text }];
    case 'image_url':
      return imageBlocks(placed, task);
    case 'file':
      return fileBlocks(placed, task);
    case 'input_audio':
      return audioBlocks(placed, task);
    default:
      task.notes.refuse(path, `Bedrock takes no content part of type "${part.type}".`);
      return [];
  }
}

/** A part that may only be text: of the system's or the assistant's. */
export function textBlocks({ part, path }: PlacedPart, task: BedrockTask): readonly JsonObject[] {
  if (part.type !== 'text') {
    task.notes.refuse(path, `Bedrock takes only text here; got a part of type "${part.type}".`);
    return [];
  }
  return [{ text: part.text }, ...cachePointAfter(part, 'message', task)];
}

const IMAGE_FORMATS: ReadonlyMap<string, string> = new Map([
  ['image/png', 'png'],
  ['image/jpeg', 'jpeg'],
  ['image/jpg', 'jpeg'],
  ['image/gif', 'gif'],
  ['image/webp', 'webp'],
]);

function imageBlocks({ part, path }: PlacedPart, task: BedrockTask): readonly JsonObject[] {
  const url = stringMember(part, 'image_url') ?? stringMember(objectMember(part, 'image_url'), 'url') ?? '';
  const image = parseDataUrl(url);
  if (image === undefined) {
    task.notes.refuse(
      path,
      'Bedrock takes images only as base64 data URLs, not by address: send "data:image/png;base64,...".',
    );
    return [];
  }
  const format = IMAGE_FORMATS.get(image.mediaType);
  if (format === undefined) {
    task.notes.refuse(path, `Bedrock takes PNG, JPEG, GIF and WebP images; got "${image.mediaType}".`);
    return [];
  }
  return [{ image: { format, source: { bytes: image.data } } }];
}

/** A file is a document, or an image that was sent as a file. */
function fileBlocks(placed: PlacedPart, task: BedrockTask): readonly JsonObject[] {
  const data = stringMember(objectMember(placed.part, 'file'), 'file_data');
  if (data !== undefined && IMAGE_FORMATS.has(parseDataUrl(data)?.mediaType ?? '')) {
    return imageBlocks({ part: { type: 'image_url', image_url: data }, path: placed.path }, task);
  }
  return documentBlock(placed, task);
}

function audioBlocks({ part, path }: PlacedPart, task: BedrockTask): readonly JsonObject[] {
  const audio = objectMember(part, 'input_audio');
  const bytes = stringMember(audio, 'data');
  const format = stringMember(audio, 'format');
  if (!task.rules.audio || bytes === undefined || format === undefined) {
    task.notes.refuse(path, 'This model takes no audio.');
    return [];
  }
  return [{ audio: { format, source: { bytes } } }];
}
