import type { BegunPart } from '../model/answer-event.ts';
import type { AttemptReport } from '../model/attempt.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { UpstreamRequest } from '../model/dial.ts';
import type { Dialect } from '../model/dialect.ts';
import type { Usage } from '../model/usage.ts';
import type { Vendor } from '../model/vendor.ts';
import { isJsonObject, type JsonObject, objectMember, stringMember } from '../wire/json.ts';

/** Bytes of text a token, in the mean over texts and languages, a digit as two: as the prompt's tokens are estimated. */
const BYTES_PER_TOKEN = 4;
/**
 * What no vendor has told is charged at so many times the estimate: at two bytes a token. Texts of all languages, code and JSON come to
 * between 2.5 and 4.5, so that nobody gains by leaving before the vendor has told, and nobody loses more than a little. Digits hold where
 * each is a token; long runs of other signs do not, which some tokenizers bill at one byte a token.
 */
const UNTOLD_FACTOR = 2;
/** What a model may think unseen while it says nothing. Thinking models of 2026 make 50 to 250 tokens a second. */
const UNSEEN_TOKENS_A_SECOND = 250;
/** Tokens of an answer whose limit nobody has told. */
const ASSUMED_ANSWER = 4096;

/** The tokens that a vendor will charge one attempt for. */
export interface SpentUsage {
  readonly usage: Usage;
  /** Whether the vendor was stopped before it told, or does not tell. */
  readonly isEstimate: boolean;
}

/** What is known of an attempt beside its report. */
export interface AskedOfAttempt {
  /** Our own count of the prompt. */
  readonly promptTokens: number;
  /** Whether it holds what only the vendor knows the length of. @default false */
  readonly isUnsized?: boolean | undefined;
  /** What its images come to at the most. @default 0 */
  readonly imageTokens?: number | undefined;
  /** What the model reads at the most. */
  readonly windowTokens: number;
  readonly startedAtMs: number;
  /** How many answers were asked for. @default 1 */
  readonly choices?: number | undefined;
  /** The tokens that each of them may have, by the request or the model. */
  readonly answerLimit?: number | undefined;
  /** What the answer came to that another attempt gave whole. */
  readonly answeredTokens?: number | undefined;
}

/**
 * The tokens of one attempt, as the vendor told or else no less than it bills: the prompt, because vendors charge for it once they have
 * begun to read it, the answer that had arrived, what may have been thought in the silence before it, and the rest of the answer where the
 * vendor makes it for nobody. Some servers never tell, and no key is to use those for nothing. Nothing for attempts that the vendor refused
 * or that never reached it: those are free everywhere.
 */
export function spentUsage(report: AttemptReport, asked: AskedOfAttempt): SpentUsage | undefined {
  const { failure, usage } = report;
  if (failure === undefined && usage !== undefined) {
    return { usage, isEstimate: false };
  }
  const isBilled =
    report.ttftMs !== undefined || usage !== undefined || report.isPartlyRead === true || isInterrupted(failure);
  return isBilled ? { usage: untoldUsage(report, asked), isEstimate: true } : undefined;
}

/** The tokens that an attempt has used up to now, as far as is known. What the vendor has told counts, but for an answer that has grown. */
export function usageSoFar({ usage, answerBytes = 0 }: AttemptReport, promptTokens: number): Usage {
  const output = Math.max(usage?.output ?? 0, Math.ceil(answerBytes / BYTES_PER_TOKEN));
  return { ...usage, input: usage?.input ?? promptTokens, output };
}

function untoldUsage(report: AttemptReport, asked: AskedOfAttempt): Usage {
  const { windowTokens } = asked;
  const { usage, answerBytes = 0, readsUntold = false } = report;
  const seen = Math.ceil((answerBytes / BYTES_PER_TOKEN) * UNTOLD_FACTOR);
  const output = Math.max(usage?.output ?? 0, seen + unseenTokens(report, asked, seen), unheardTokens(report, asked));
  const known = usage?.input ?? untoldPrompt(asked);
  return { ...usage, input: Math.max(known, readsUntold ? windowTokens : 0), output };
}

/** Images come to no more than fits the window beside the text. */
function untoldPrompt({ promptTokens, isUnsized = false, imageTokens = 0, windowTokens }: AskedOfAttempt): number {
  const text = promptTokens * UNTOLD_FACTOR;
  return Math.max(text, isUnsized ? windowTokens : Math.min(windowTokens, text + imageTokens));
}

/** What may have been thought before the first word, within what the request lets the answer have. */
function unseenTokens({ ttftMs, endedAtMs }: AttemptReport, asked: AskedOfAttempt, seen: number): number {
  const { startedAtMs, choices = 1, answerLimit = Infinity } = asked;
  const silentMs = ttftMs ?? Math.max(0, (endedAtMs ?? startedAtMs) - startedAtMs);
  const thought = Math.ceil((silentMs / 1000) * UNSEEN_TOKENS_A_SECOND) * choices;
  return Math.min(thought, Math.max(0, answerLimit * choices - seen));
}

/**
 * What a vendor goes on to make after we have left. About as much as the answer that came from elsewhere, which was of the same prompt; else,
 * as much as the answer may have. A stream that fell silent has nothing more to come.
 */
function unheardTokens({ unheard, failure }: AttemptReport, asked: AskedOfAttempt): number {
  const { choices = 1, answerLimit = ASSUMED_ANSWER, answeredTokens } = asked;
  if (unheard === undefined || !isInterrupted(failure)) {
    return 0;
  }
  const limit = answerLimit * choices;
  if (answeredTokens !== undefined) {
    return Math.min(limit, answeredTokens * UNTOLD_FACTOR);
  }
  const isSilence = failure?.kind === 'timed-out' && failure.phase !== 'deadline';
  return unheard === 'rest' && isSilence ? 0 : limit;
}

/** We stopped it while the vendor was at work. */
function isInterrupted(failure: AttemptFailure | undefined): boolean {
  return failure?.kind === 'aborted' || (failure?.kind === 'timed-out' && failure.phase !== 'connect');
}

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
  if (operation !== 'answer' && SHOWING.has(dialect)) {
    return false;
  }
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

/** More than any call has: who counts beyond it has miscounted, and would close a key's account for years. */
const MAX_TOKENS = 100_000_000;

/** Whether a vendor's counts can be true. A negative count would be a gift to the key's account, and half a token fits in no sum. */
export function isCredible({ input, output, cacheRead, cacheWrite5m, cacheWrite1h, reasoning }: Usage): boolean {
  return [input, output, cacheRead ?? 0, cacheWrite5m ?? 0, cacheWrite1h ?? 0, reasoning ?? 0].every(
    (count) => Number.isInteger(count) && count >= 0 && count <= MAX_TOKENS,
  );
}
