import type OpenAI from 'openai';
import type { Clock } from '../../functions/gateway/core/model/clock.ts';

/** What became of one streamed call, as the program that made it saw it. */
export interface CallOutcome {
  /** An instant of the clock. */
  readonly startedAtMs: number;
  /** From the call to the first word; absent where none came. */
  readonly ttftMs?: number;
  /** From the call to the stream's end, or to its failure. */
  readonly totalMs: number;
  /** Whether the answer came whole. */
  readonly isWhole: boolean;
}

export interface LoadCall {
  /** The official client. Its own retries would hide what is to be shown: give it `maxRetries: 0`. */
  readonly openai: OpenAI;
  readonly clock: Clock;
  readonly model: string;
  /** Each conversation begins with other words, so that the gateway does not take all for one. */
  readonly question: string;
}

/** Long enough to be a stream, short enough for many at once. */
const MAX_TOKENS = 24;

/** Asks one question and reads the answer to its end. Never rejects. */
export async function loadCall({ openai, clock, model, question }: LoadCall): Promise<CallOutcome> {
  const startedAtMs = clock.nowMs();
  const seen: { ttftMs?: number } = {};
  let isWhole = false;
  try {
    const messages = [{ role: 'user' as const, content: question }];
    const stream = await openai.chat.completions.create({ model, messages, stream: true, max_tokens: MAX_TOKENS });
    for await (const { choices } of stream) {
      const [choice] = choices;
      if (choice?.delta.content) {
        seen.ttftMs ??= clock.nowMs() - startedAtMs;
      }
      isWhole ||= typeof choice?.finish_reason === 'string';
    }
  } catch {
    isWhole = false;
  }
  return { ...seen, startedAtMs, totalMs: clock.nowMs() - startedAtMs, isWhole };
}
