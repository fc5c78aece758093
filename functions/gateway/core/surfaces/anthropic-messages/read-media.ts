import { defined } from '../../model/defined.ts';
import type { MediaPart, Part, Source } from '../../model/part.ts';
import { type JsonObject, member, objectMember, stringMember } from '../../wire/json.ts';
import { ownNative } from './own-native.ts';

/** Where a part stands, and whether the prompt is cached up to it. */
export type PartPlace = Pick<Part, 'path' | 'cache'>;

/** An `image` block. */
export function imagePart(block: JsonObject, place: PartPlace): MediaPart {
  return { ...place, kind: 'media', media: 'image', source: sourceOf(objectMember(block, 'source')) };
}

/**
 * A `document` block. One that is made of blocks is a text where they are; pictures among them stand beside it, since no other vendor has
 * documents of both. `read` reads such content.
 */
export function documentParts(
  block: JsonObject,
  place: PartPlace,
  read: (content: unknown, path: string) => readonly Part[],
): readonly Part[] {
  const source = objectMember(block, 'source');
  const inner = source?.type === 'content' ? read(source.content, `${place.path}.source.content`) : [];
  const text = inner.flatMap((part) => (part.kind === 'text' ? part.text : [])).join('\n\n');
  const context = stringMember(block, 'context');
  const document: MediaPart = {
    ...place,
    kind: 'media',
    media: 'document',
    source: source?.type === 'content' ? { kind: 'text', text } : sourceOf(source),
    ...defined({ title: stringMember(block, 'title') }),
    ...(member(objectMember(block, 'citations'), 'enabled') === true && { cite: true }),
    ...(context !== undefined && { native: ownNative({ context }, 'drop') }),
  };
  return [document, ...inner.filter(({ kind }) => kind === 'media')];
}

function sourceOf(source: JsonObject | undefined): Source {
  const text = (name: string): string => stringMember(source, name) ?? '';
  switch (source?.type) {
    case 'base64':
      return { kind: 'base64', mediaType: text('media_type').toLowerCase(), data: text('data') };
    case 'text':
      return { kind: 'text', text: text('data') };
    case 'url':
      return { kind: 'url', url: text('url') };
    case 'file':
      return { kind: 'uploaded', dialect: 'anthropic-messages', id: text('file_id') };
    default:
      return { kind: 'none' };
  }
}
