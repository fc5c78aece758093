import type { ChatDelta } from '../../model/chat-delta.ts';
import type { JsonObject } from '../../wire/json.ts';
import { extensionFields } from './extension-fields.ts';
import { toolCallOf } from './tool-call-form.ts';

/** A delta that belongs to one choice. */
export type ChoiceDelta = Extract<ChatDelta, { readonly choice: number }>;

/** Puts one choice of an answer together. */
export interface ChoiceFold {
  readonly add: (delta: ChoiceDelta) => void;
  /** A member of `choices` in OpenAI's `chat.completion`. */
  readonly body: () => JsonObject;
}

/** Members of a message that have a delta of their own, or that are ours to set. */
const MESSAGE_MEMBERS: readonly string[] = ['role', 'content', 'refusal', 'reasoning_content', 'tool_calls'];

interface FoldedCall {
  readonly start: Extract<ChatDelta, { type: 'tool-call-start' }>;
  readonly pieces: string[];
}

interface Fold {
  readonly text: string[];
  readonly reasoning: string[];
  readonly refusal: string[];
  readonly calls: Map<number, FoldedCall>;
  finish: Extract<ChatDelta, { type: 'choice-finish' }> | undefined;
}

/** Folds the deltas of the choice `index`. */
export function choiceFold(index: number): ChoiceFold {
  const fold: Fold = { text: [], reasoning: [], refusal: [], calls: new Map(), finish: undefined };
  const extensions = extensionFields(MESSAGE_MEMBERS);
  const logprobs = extensionFields([]);
  return {
    add: (delta) => {
      if (delta.type === 'extension-delta') {
        extensions.add(delta.fields);
      } else if (delta.type === 'logprobs-delta') {
        logprobs.add(delta.logprobs);
      } else {
        addTo(fold, delta);
      }
    },
    body: () => ({
      index,
      message: messageOf(fold, extensions.fields()),
      logprobs: noneIfEmpty(logprobs.fields()),
      finish_reason: fold.finish?.reason ?? null,
      ...nativeReason(fold.finish),
    }),
  };
}

function addTo(fold: Fold, delta: Exclude<ChoiceDelta, { type: 'extension-delta' | 'logprobs-delta' }>): void {
  switch (delta.type) {
    case 'text-delta':
      fold.text.push(delta.text);
      return;
    case 'reasoning-delta':
      fold.reasoning.push(delta.text);
      return;
    case 'refusal-delta':
      fold.refusal.push(delta.text);
      return;
    case 'tool-call-start':
      fold.calls.set(delta.call, { start: delta, pieces: [] });
      return;
    case 'tool-call-delta':
      fold.calls.get(delta.call)?.pieces.push(delta.text);
      return;
    case 'choice-finish':
      fold.finish = delta;
  }
}

/** `content` is null where the answer is only tool calls or a refusal, as OpenAI has it. */
function messageOf(fold: Fold, extensions: JsonObject): JsonObject {
  const isWordless = fold.text.length === 0 && (fold.calls.size > 0 || fold.refusal.length > 0);
  return {
    role: 'assistant',
    content: isWordless ? null : fold.text.join(''),
    refusal: fold.refusal.length === 0 ? null : fold.refusal.join(''),
    ...(fold.reasoning.length > 0 && { reasoning_content: fold.reasoning.join('') }),
    ...(fold.calls.size > 0 && { tool_calls: toolCalls(fold.calls) }),
    ...extensions,
  };
}

function toolCalls(calls: ReadonlyMap<number, FoldedCall>): JsonObject[] {
  return [...calls]
    .sort(([a], [b]) => a - b)
    .map(([, { start, pieces }]) => {
      const { id, name, extra } = start;
      return toolCallOf({ id, name, text: pieces.join(''), extra });
    });
}

function noneIfEmpty(fields: JsonObject): JsonObject | null {
  return Object.keys(fields).length === 0 ? null : fields;
}

/** The vendor's own word for the ending, beside OpenAI's, where the two differ. OpenRouter's name for it. */
export function nativeReason(finish: Extract<ChatDelta, { type: 'choice-finish' }> | undefined): JsonObject {
  return finish?.native === undefined || finish.native === finish.reason ? {} : { native_finish_reason: finish.native };
}
