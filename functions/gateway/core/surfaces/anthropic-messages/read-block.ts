import { defined } from '../../model/defined.ts';
import { foreignProof } from '../../model/foreign-signature.ts';
import type { Citation, Part, ReasoningPart, ToolCallPart } from '../../model/part.ts';
import { arrayMember, isJsonObject, type JsonObject, stringMember } from '../../wire/json.ts';
import { ownNative } from './own-native.ts';
import { cacheMarkOf } from './read-cache-mark.ts';
import { documentParts, imagePart, type PartPlace } from './read-media.ts';

/** A content as parts: text, or an array of blocks. `path`: where the caller wrote it. */
export function contentParts(content: unknown, path: string): readonly Part[] {
  if (typeof content === 'string') {
    return [{ kind: 'text', text: content, path }];
  }
  const blocks: readonly unknown[] = Array.isArray(content) ? content : [];
  const parts = blocks.flatMap((block, index) => (isJsonObject(block) ? blockParts(block, `${path}[${index}]`) : []));
  return parts.some(isCallSignature) ? withCallSignatures(parts) : parts;
}

/** A thought without words before a call is how Gemini's signature of the call was given out. */
function isCallSignature(part: Part): part is ReasoningPart {
  return part.kind === 'reasoning' && part.text === '' && part.proof?.dialect === 'gemini';
}

function withCallSignatures(parts: readonly Part[]): readonly Part[] {
  const signed = parts.map((part, index): Part => {
    const before = parts[index - 1];
    const signature = before !== undefined && isCallSignature(before) ? before.proof : undefined;
    return part.kind === 'tool-call' && signature !== undefined ? { ...part, native: signature } : part;
  });
  return signed.filter((part) => !isCallSignature(part));
}

/** A block is one part, but for a document made of several. Block types: Anthropic API reference, "Create a Message". */
function blockParts(block: JsonObject, path: string): readonly Part[] {
  const place = { path, ...defined({ cache: cacheMarkOf(block) }) };
  switch (block.type) {
    case 'text':
      return [{ ...place, kind: 'text', text: textOf(block, 'text'), ...defined({ citations: citationsOf(block) }) }];
    case 'image':
      return [imagePart(block, place)];
    case 'document':
      return documentParts(block, place, contentParts);
    case 'search_result':
      return [{ ...place, kind: 'text', text: searchResultText(block), native: ownNative(block, 'drop') }];
    case 'tool_use':
      return [toolCall(block, place)];
    case 'tool_result':
      return [toolResult(block, place)];
    case 'thinking':
      return [{ ...place, kind: 'reasoning', text: textOf(block, 'thinking'), ...defined({ proof: proofOf(block) }) }];
    case 'redacted_thinking':
      return [redacted(block, place)];
    default:
      return [otherPart(block, place)];
  }
}

function textOf(block: JsonObject, name: string): string {
  return stringMember(block, name) ?? '';
}

function citationsOf(block: JsonObject): readonly Citation[] | undefined {
  const citations = arrayMember(block, 'citations').filter(isJsonObject);
  return citations.length === 0
    ? undefined
    : citations.map((citation) => ({
        ...defined({
          url: stringMember(citation, 'url'),
          title: stringMember(citation, 'title') ?? stringMember(citation, 'document_title'),
          quoted: stringMember(citation, 'cited_text'),
        }),
        native: ownNative(citation, 'drop'),
      }));
}

/** A passage that the caller found, in words that any model reads. */
function searchResultText(block: JsonObject): string {
  const texts = contentParts(block.content, '').flatMap((part) => (part.kind === 'text' ? part.text : []));
  return [`${textOf(block, 'title')} (${textOf(block, 'source')})`, ...texts].join('\n\n');
}

function toolCall(block: JsonObject, place: PartPlace): ToolCallPart {
  const { type: _, id, name, input, cache_control: __, ...others } = block;
  return {
    ...place,
    kind: 'tool-call',
    id: typeof id === 'string' ? id : '',
    name: typeof name === 'string' ? name : '',
    input: JSON.stringify(input ?? {}),
    inputPath: `${place.path}.input`,
    ...(Object.keys(others).length > 0 && { native: ownNative(others, 'ignore') }),
  };
}

function toolResult(block: JsonObject, place: PartPlace): Part {
  return {
    ...place,
    kind: 'tool-result',
    id: textOf(block, 'tool_use_id'),
    idPath: `${place.path}.tool_use_id`,
    parts: contentParts(block.content, `${place.path}.content`),
    isError: block.is_error === true,
  };
}

/** A block without a signature proves nothing. */
function proofOf(block: JsonObject): ReturnType<typeof ownNative> | undefined {
  const signature = textOf(block, 'signature');
  return signature === '' ? undefined : (foreignProof(signature) ?? ownNative(block, 'ignore'));
}

function redacted(block: JsonObject, place: PartPlace): Part {
  return { ...place, kind: 'reasoning', text: '', proof: ownNative(block, 'ignore') };
}

/** Blocks without which another vendor answers just the same: its tools are those in force at the end. */
const OF_NO_CONSEQUENCE: ReadonlySet<unknown> = new Set([
  ...['tool_addition', 'tool_removal', 'tool_reference', 'tool_search_tool_result', 'fallback'],
]);

/** A summary stands for what was said before it; a file in a container can be read only there; the rest is named where it is dropped. */
function otherPart(block: JsonObject, place: PartPlace): Part {
  const what = textOf(block, 'type');
  const summary = what === 'compaction' ? textOf(block, 'content') : '';
  if (summary !== '') {
    return { ...place, kind: 'text', text: summary, native: ownNative(block, 'drop') };
  }
  const ifForeign = what === 'container_upload' ? 'refuse' : 'drop';
  const native = ownNative(block, OF_NO_CONSEQUENCE.has(what) ? 'ignore' : ifForeign);
  return { ...place, kind: 'opaque', what, native };
}
