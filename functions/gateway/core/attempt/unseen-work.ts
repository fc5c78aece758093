import type { BegunPart } from '../model/answer-event.ts';
import type { AttemptReport } from '../model/attempt.ts';
import type { UpstreamRequest } from '../model/dial.ts';
import type { Dialect } from '../model/dialect.ts';
import type { Vendor } from '../model/vendor.ts';
import { isJsonObject, type JsonObject, objectMember, stringMember } from '../wire/json.ts';

/** Who makes the rest of a streamed answer, and bills it, when its reader has hung up. Source: OpenRouter, "Stream cancellation", 2026-11. */
const GO_ON: ReadonlySet<Vendor> = new Set<Vendor>([
  ...(['bedrock', 'google-ai', 'vertex', 'groq', 'mistral', 'perplexity'] as const),
  ...(['huggingface', 'sambanova', 'dashscope'] as const),
]);

/**
 * What a vendor makes, and bills, though nobody listens any more: the rest of a stream, or a whole answer, which is silent until it is made.
 * `undefined`: nothing.
 */
export function madeUnheard(
  { operation }: Pick<UpstreamRequest, 'operation'>,
  vendor: Vendor | undefined,
): AttemptReport['unheard'] {
  if (operation === 'answer') {
    return 'whole';
  }
  return vendor !== undefined && GO_ON.has(vendor) ? 'rest' : undefined;
}

/** APIs whose streams show each use of a vendor's own tool when it begins. */
const SHOWING: ReadonlySet<Dialect> = new Set<Dialect>(['openai-responses', 'anthropic-messages']);
/** Types of tools that the caller carries out, by Anthropic and OpenAI. */
const OF_CALLER = /^(?:function|custom|namespace|(?:local_)?shell|apply_patch|computer|(?:bash|text_editor|memory)_\d)/;
/** Parts of an answer that are a use of such a tool, or what it has found. */
const READING = /_call$|tool_use$|tool_result$|^mcp_list_tools$/;
/** Members of chats by which a vendor searches by itself. */
const SEARCHES = ['web_search_options', 'search_parameters', 'plugins', 'mcp_servers'] as const;

/**
 * Whether a vendor may read what it finds by itself (a search, a page, a file store) without that its answer shows it: what it has read is in
 * no count of ours.
 */
export function mayReadUnseen({ body, operation }: UpstreamRequest, dialect: Dialect): boolean {
  return (operation === 'answer' || !SHOWING.has(dialect)) && hasOwnTools(body);
}

function hasOwnTools(body: JsonObject): boolean {
  const tools = Array.isArray(body.tools) ? body.tools : [];
  return (
    SEARCHES.some((name) => body[name] !== undefined) || tools.some((tool) => isJsonObject(tool) && isVendors(tool))
  );
}

/** One of the vendor's: neither a function, nor a custom tool, nor one that the caller carries out, in any API's words. */
function isVendors(tool: JsonObject): boolean {
  const type = stringMember(tool, 'type');
  const isNamed = 'input_schema' in tool || 'functionDeclarations' in tool || 'toolSpec' in tool;
  return type === undefined ? !isNamed && objectMember(tool, 'cachePoint') === undefined : !OF_CALLER.test(type);
}

/** Whether a vendor's own tool is at work: what it reads counts as the prompt's. */
export function isReading(begins: BegunPart): boolean {
  return begins.kind === 'opaque' && READING.test(begins.what) && !OF_CALLER.test(begins.what);
}
