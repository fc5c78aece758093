import type { Clock } from '../../../functions/gateway/core/model/clock.ts';
import type { Dial, DialResult, UpstreamCall } from '../../../functions/gateway/core/model/dial.ts';
import type { ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import { objectMember } from '../../../functions/gateway/core/wire/json.ts';
import type { VendorWire, WireAnswer } from '../../../infra/local/simulated/vendor-wire.ts';
import { wireOf } from '../../support/wire-of.ts';

/** What a vendor does with one call. Times are of silence before each step. */
export interface VendorPlay {
  readonly headersMs: number;
  readonly wordMs: number;
  readonly words: number;
  /** Tokens a second that are thought and not shown, before the first word that is. */
  readonly thoughtsPerSecond: number;
  readonly does:
    | 'finishes'
    | 'refuses'
    | 'is overloaded'
    | 'breaks'
    | 'stops'
    | 'fails'
    | 'falls silent'
    | 'says nothing';
  /** After so many words, where it does not finish. */
  readonly afterWords: number;
  readonly tellsUsage: boolean;
  /** How many bytes of text this vendor makes a token of. */
  readonly bytesPerToken: number;
}

/** What one call is billed for. */
export interface Bill {
  readonly deployment: string;
  input: number;
  output: number;
  /** Until the first word, or the end. */
  silentMs: number;
  readonly choices: number;
  /** We left it, and it makes the rest for nobody. */
  goesOn: boolean;
}

const WORD = ' word-of-the-answer';
/** Some 100 to 200 tokens a second. */
const UNSEEN_WORD_MS = 40;

/**
 * A vendor that bills as vendors do: the prompt once it is read, and every word that it has made, whoever ends the call and when. Some make
 * the rest of an answer too when their reader has left, as all do that do not stream: of one prompt, answers are about as long.
 */
export function billingVendor(
  clock: Clock,
  plays: readonly VendorPlay[],
  goesOn: (call: UpstreamCall) => boolean = () => false,
): { readonly dial: Dial; readonly bills: readonly Bill[] } {
  const bills: Bill[] = [];
  const dial: Dial = (call) => {
    const play = plays[Math.min(bills.length, plays.length - 1)]!;
    const choices = choicesOf(call);
    const bill: Bill = { deployment: call.deployment.id, input: 0, output: 0, silentMs: 0, choices, goesOn: false };
    bills.push(bill);
    const isMadeUnheard = call.request.operation === 'answer' || goesOn(call);
    return answered({ clock, play, bill, call, isMadeUnheard });
  };
  return { dial, bills };
}

interface Serving {
  readonly clock: Clock;
  readonly play: VendorPlay;
  readonly bill: Bill;
  readonly call: UpstreamCall;
  readonly isMadeUnheard: boolean;
}

async function answered(serving: Serving): Promise<DialResult> {
  const { play, call, bill, clock } = serving;
  const wire = wireOf(protocolOf(call));
  bill.input = tokensOf(call.request.body, play.bytesPerToken);
  const beganMs = clock.nowMs();
  call.signal.addEventListener('abort', () => think(serving, beganMs));
  if (await passed(clock, play.headersMs, call.signal)) {
    goOn(serving, play.words);
    return aborted();
  }
  if (play.does === 'refuses' || play.does === 'is overloaded') {
    bill.input = 0;
    return failed(wire, play.does);
  }
  const isStream = call.request.operation === 'answer-stream';
  return {
    kind: 'answered',
    status: 200,
    headers: {},
    body: isStream ? streamed(serving, wire) : whole(serving, wire),
  };
}

function protocolOf({ deployment, request }: UpstreamCall): ProtocolName {
  return request.dialect === 'openai-responses' ? 'openai-responses' : deployment.providerSettings.protocol;
}

function aborted(): DialResult {
  return { kind: 'failed', failure: { kind: 'unreachable', code: 'UND_ERR_ABORTED' } };
}

function failed(wire: VendorWire, does: 'refuses' | 'is overloaded'): DialResult {
  const { status, headers, body } = wire.failure(does === 'refuses' ? 'invalid-request' : 'overloaded');
  return { kind: 'answered', status, headers, body: once(body) };
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

/** Until the first word, of a request that was not refused. */
function think({ play, bill, clock }: Serving, beganMs: number): void {
  if (bill.silentMs === 0 && bill.input > 0) {
    bill.silentMs = clock.nowMs() - beganMs;
    bill.output += Math.floor((bill.silentMs * play.thoughtsPerSecond) / 1000);
  }
}

/** The words that nobody hears. */
function goOn({ play, bill, isMadeUnheard }: Serving, words: number): void {
  bill.goesOn = isMadeUnheard;
  if (isMadeUnheard && play.does === 'finishes') {
    bill.output += wordTokens(1, play) * words * bill.choices;
  }
}

async function* streamed(serving: Serving, wire: VendorWire): AsyncGenerator<Uint8Array> {
  const { play, bill, clock } = serving;
  const beganMs = clock.nowMs() - play.headersMs;
  const { prelude, content, ending } = wire.stream(answerOf(serving), chatOf(serving));
  const count = choicesOf(serving.call);
  yield* ofEach(prelude, count);
  for (const [index, piece] of content.entries()) {
    if (play.does !== 'finishes' && index >= play.afterWords) {
      yield* gone(serving, wire);
      return;
    }
    await orThrow(serving, play.wordMs, play.words - index);
    think(serving, beganMs);
    bill.output += wordTokens(1, play) * count;
    yield* ofEach([piece], count);
  }
  if (play.does !== 'finishes') {
    yield* gone(serving, wire);
    return;
  }
  yield* ofEach(ending, count);
}

/** How many answers the request asks for at once. */
function choicesOf({ request: { body } }: UpstreamCall): number {
  const told = body.n ?? objectMember(body, 'generationConfig')?.candidateCount;
  return typeof told === 'number' ? told : 1;
}

/** The same for each answer, after the first one's piece. */
function* ofEach(pieces: readonly Uint8Array[], count: number): Generator<Uint8Array> {
  for (const piece of pieces) {
    yield piece;
    const text = Buffer.from(piece).toString();
    for (let index = 1; index < count && text.includes('"index":0'); index += 1) {
      yield Buffer.from(text.replaceAll('"index":0', `"index":${index}`));
    }
  }
}

/** How an answer ends that is none: a vendor that has shown nothing, no usage either, bills nothing for its own failure. */
async function* gone(serving: Serving, wire: VendorWire): AsyncGenerator<Uint8Array> {
  const { play, bill, call } = serving;
  if (play.does === 'falls silent') {
    await orThrow(serving, Number.POSITIVE_INFINITY);
  }
  if (bill.output === 0 && !call.signal.aborted && protocolOf(call) !== 'anthropic') {
    bill.input = 0;
  }
  if (play.does === 'breaks') {
    throw Object.assign(new Error('The connection broke.'), { code: 'ECONNRESET' });
  }
  if (play.does === 'fails') {
    yield wire.errorEvent('server-error');
  }
}

/** A vendor that does not stream is silent until it has made all of the answer. Who hangs up has it stopped. */
async function* whole(serving: Serving, wire: VendorWire): AsyncGenerator<Uint8Array> {
  const { play, bill, call, clock } = serving;
  const beganMs = clock.nowMs() - play.headersMs;
  for (let word = 0; word < play.words; word += 1) {
    await orThrow(serving, UNSEEN_WORD_MS, play.words - word);
    bill.output += wordTokens(1, play) * choicesOf(call);
    bill.silentMs = play.headersMs + (word + 1) * UNSEEN_WORD_MS;
  }
  if (play.does === 'falls silent') {
    call.signal.addEventListener('abort', () => {
      bill.silentMs = clock.nowMs() - beganMs;
    });
    await orThrow(serving, Number.POSITIVE_INFINITY);
  }
  if (play.does !== 'finishes') {
    bill.input = 0;
    bill.output = 0;
    throw Object.assign(new Error('The connection broke.'), { code: 'ECONNRESET' });
  }
  yield new TextEncoder().encode(JSON.stringify(wire.body(answerOf(serving))));
}

function answerOf({ play, bill, call }: Serving): WireAnswer {
  return {
    id: 'a',
    model: call.deployment.model,
    createdSeconds: 1,
    parts: [{ kind: 'text', fragments: Array.from({ length: play.words }, () => WORD) }],
    finish: 'stop',
    usage: { inputTokens: bill.input, outputTokens: finalTokens(play, bill, choicesOf(call)) },
  };
}

/** What the vendor tells at the end: what it will have billed. */
function finalTokens(play: VendorPlay, { output }: Bill, count: number): number {
  const thoughts = Math.floor(((play.headersMs + play.wordMs) * play.thoughtsPerSecond) / 1000);
  return Math.max(output, thoughts + play.words * wordTokens(1, play) * count);
}

function chatOf({ play, call }: Serving): Parameters<VendorWire['stream']>[1] {
  const prompt = {
    lastUserText: '',
    toolResult: undefined,
    tools: [],
    toolChoice: 'auto' as const,
    json: undefined,
    inputTokens: 0,
    maxTokens: undefined,
  };
  return { kind: 'chat', model: call.deployment.model, streaming: true, includeUsage: play.tellsUsage, prompt };
}

function wordTokens(words: number, { bytesPerToken }: VendorPlay): number {
  return Math.ceil((words * WORD.length) / bytesPerToken);
}

/** Of all texts that were sent, wherever they stand: names and values of the vendor's own form are not read as words. */
function tokensOf(value: unknown, bytesPerToken: number): number {
  return Math.ceil(textBytes(value) / bytesPerToken);
}

function textBytes(value: unknown): number {
  if (typeof value === 'string') {
    return Buffer.byteLength(value);
  }
  const inner: readonly unknown[] = typeof value === 'object' && value !== null ? Object.values(value) : [];
  return inner.reduce<number>((sum, one) => sum + textBytes(one), 0);
}

async function orThrow(serving: Serving, ms: number, wordsLeft = 0): Promise<void> {
  const { clock, call } = serving;
  if (await passed(clock, ms, call.signal)) {
    goOn(serving, wordsLeft);
    throw new Error('The call was aborted.');
  }
}

/** Whether the call was aborted before the time had passed. */
function passed(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted || ms === 0) {
      resolve(signal.aborted);
      return;
    }
    signal.addEventListener('abort', () => resolve(true));
    if (ms !== Number.POSITIVE_INFINITY) {
      clock.after(ms, () => resolve(false));
    }
  });
}
