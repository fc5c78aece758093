import type { ChatDelta } from '../model/chat-delta.ts';
import type { ChatRequest } from '../model/chat-request.ts';
import { stringMember } from '../wire/json.ts';

/** What a caller has read of one answer, as long as another deployment could go on with it. */
export interface PlainTranscript {
  readonly add: (deltas: readonly ChatDelta[]) => void;
  /** The text so far; `undefined` once there has been anything but text, or the answer has ended. */
  readonly text: () => string | undefined;
}

/**
 * Keeps the text of an answer that is plain text and nothing else. Tool calls, reasoning, refusals, log probabilities and whatever else a
 * vendor adds cannot be handed to another model half done; nor can one of several choices, or a text that has to be JSON.
 */
export function plainTranscript(request: ChatRequest): PlainTranscript {
  const pieces: string[] = [];
  let isPlain = asksForPlainText(request);
  return {
    add: (deltas) => {
      if (isPlain) {
        isPlain = !deltas.some(isMoreThanText);
        pieces.push(...deltas.flatMap((delta) => (delta.type === 'text-delta' ? delta.text : [])));
      }
    },
    text: () => (isPlain ? pieces.join('') : undefined),
  };
}

function asksForPlainText(request: ChatRequest): boolean {
  const format = stringMember(request.response_format, 'type') ?? 'text';
  return (request.n ?? 1) === 1 && format === 'text' && request.logprobs !== true && request.audio === undefined;
}

function isMoreThanText(delta: ChatDelta): boolean {
  switch (delta.type) {
    case 'text-delta':
    case 'usage-update':
    case 'answer-info':
    case 'keep-alive':
    case 'answer-failed':
      return false;
    case 'reasoning-delta':
    case 'refusal-delta':
    case 'tool-call-start':
    case 'tool-call-delta':
    case 'extension-delta':
    case 'logprobs-delta':
    case 'choice-finish':
      return true;
  }
}
