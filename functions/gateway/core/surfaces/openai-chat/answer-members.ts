import type { AboutAnswer, AnswerEvent, ChoiceFinish, FinishReason, PartEnd } from '../../model/answer-event.ts';
import { defined } from '../../model/defined.ts';
import { type Native, nativeValue } from '../../model/dialect.ts';
import type { Citation, Source } from '../../model/part.ts';
import { type JsonObject, stringMember } from '../../wire/json.ts';

/** Members of a message that OpenAI has no part for, in the places where clients look for them; `undefined` where the event has none. */
export function extensionMembers(event: AnswerEvent): JsonObject | undefined {
  switch (event.type) {
    case 'part-start':
      return event.begins.kind === 'media' ? imageMembers(event.begins.source) : undefined;
    case 'part-end':
      return endMembers(event);
    case 'citations':
      return citationMembers(event.citations);
    case 'native':
      return nativeValue(event.native, 'openai-chat');
    default:
      return undefined;
  }
}

/** `images`, as compatible servers call it. */
function imageMembers(source: Source): JsonObject | undefined {
  const url = source.kind === 'base64' ? `data:${source.mediaType};base64,${source.data}` : addressOf(source);
  return url === undefined ? undefined : { images: [{ type: 'image_url', image_url: { url } }] };
}

function addressOf(source: Source): string | undefined {
  return source.kind === 'url' ? source.url : undefined;
}

function endMembers({ citations = [], proof }: PartEnd): JsonObject | undefined {
  if (citations.length === 0) {
    return proof && proofMembers(proof);
  }
  return { ...citationMembers(citations), ...(proof && proofMembers(proof)) };
}

/** What the caller sends back with the message, so that the model may go on reasoning: Claude's blocks, Gemini's signature. */
function proofMembers(proof: Native): JsonObject | undefined {
  const block = nativeValue(proof, 'anthropic-messages');
  return block === undefined ? signatureMembers(proof) : { thinking_blocks: [block] };
}

/** Google's thought signature, in the place where Google's OpenAI endpoint has it. Source: ai.google.dev/gemini-api/docs/thought-signatures. */
function signatureMembers(native: Native | undefined): JsonObject | undefined {
  const signature = stringMember(nativeValue(native, 'gemini'), 'thoughtSignature');
  return signature === undefined ? undefined : { extra_content: { google: { thought_signature: signature } } };
}

/** Those of pages with an address as `annotations`; those of documents, for which OpenAI has no shape, as the vendor sent them. */
function citationMembers(citations: readonly Citation[]): JsonObject {
  const annotations = citations.flatMap((citation) => annotationOf(citation));
  const others = citations.filter(({ url }) => url === undefined).map(({ native }) => native.value);
  return {
    ...(annotations.length > 0 && { annotations }),
    ...(others.length > 0 && { citations: others }),
  };
}

function annotationOf({ url, title, begin = 0, end = 0 }: Citation): readonly JsonObject[] {
  return url === undefined
    ? []
    : [{ type: 'url_citation', url_citation: { url, title: title ?? url, start_index: begin, end_index: end } }];
}

/** Members of a tool call beside its function: those of its own dialect, or where a vendor's signature is kept. */
export function callExtension(native: Native | undefined): JsonObject | undefined {
  return nativeValue(native, 'openai-chat') ?? signatureMembers(native);
}

/** Members of a body or chunk that are ours to set, whatever a vendor says of the answer. */
const OWN_MEMBERS: readonly string[] = ['id', 'object', 'created', 'model', 'choices', 'usage', 'error'];

/** What a vendor says of the whole answer, without the members that are ours to set. */
export function aboutMembers({ version, serviceTier, native }: AboutAnswer): JsonObject {
  const told = native && nativeValue(native, 'openai-chat');
  const own = Object.entries(told ?? {}).filter(([name]) => !OWN_MEMBERS.includes(name));
  return { ...Object.fromEntries(own), ...defined({ system_fingerprint: version, service_tier: serviceTier }) };
}

const REASONS: Readonly<Record<FinishReason, string>> = {
  end: 'stop',
  'stop-sequence': 'stop',
  paused: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  filtered: 'content_filter',
};

/** The reason in OpenAI's words, and beside it the vendor's own, where the two differ: `native_finish_reason` is OpenRouter's name for it. */
export function finishMembers({ reason, raw }: ChoiceFinish): JsonObject {
  const word = REASONS[reason];
  return { finish_reason: word, ...(raw !== undefined && raw !== word && { native_finish_reason: raw }) };
}

/** Where a tool call keeps its name and its text: `{"function": {"name", "arguments"}}` or `{"custom": {"name", "input"}}`. */
interface ToolCallForm {
  readonly type: 'function' | 'custom';
  readonly text: 'arguments' | 'input';
}

const FUNCTION: ToolCallForm = { type: 'function', text: 'arguments' };
const CUSTOM: ToolCallForm = { type: 'custom', text: 'input' };

/** The form of a call of a function, or of a custom tool, which takes text. */
export function toolCallForm(isCustom: boolean): ToolCallForm {
  return isCustom ? CUSTOM : FUNCTION;
}

/** A whole tool call, or the first piece of one, in OpenAI's shape. `extra`: members beside its function. */
export function toolCallOf(call: {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly form: ToolCallForm;
  readonly extra: JsonObject | undefined;
}): JsonObject {
  const { type, text } = call.form;
  return { ...call.extra, id: call.id, type, [type]: { name: call.name, [text]: call.text } };
}
