import type { AnswerEvent, BegunPart, ChoiceFinish, PartStart } from '../../model/answer-event.ts';
import type { Usage } from '../../model/usage.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { AnswerIdentity } from '../surface.ts';
import {
  aboutMembers,
  callExtension,
  extensionMembers,
  finishMembers,
  toolCallForm,
  toolCallOf,
} from './answer-members.ts';
import { chatUsage } from './chat-usage.ts';
import { extensionFields } from './extension-fields.ts';

/**
 * Puts an answer's events together into OpenAI's `chat.completion`: what a caller who did not ask for a stream gets. Fragments are joined
 * once. `usage` is absent where the vendor gave none.
 */
export function chatBody(events: readonly AnswerEvent[], { requestId, created, model }: AnswerIdentity): JsonObject {
  const choices = new Map<number, ChoiceFold>();
  let info: JsonObject = {};
  let usage: Usage | undefined;
  for (const event of events) {
    if (event.type === 'usage') {
      usage = event.usage;
    } else if (event.type === 'about') {
      info = { ...info, ...aboutMembers(event) };
    } else if ('choice' in event) {
      choiceOf(choices, event.choice).add(event);
    }
  }
  return {
    id: `chatcmpl-${requestId}`,
    object: 'chat.completion',
    created,
    model,
    choices: [...choices].sort(([a], [b]) => a - b).map(([, choice]) => choice.body()),
    ...(usage !== undefined && { usage: chatUsage(usage) }),
    ...info,
  };
}

function choiceOf(choices: Map<number, ChoiceFold>, index: number): ChoiceFold {
  const choice = choices.get(index) ?? choiceFold(index);
  choices.set(index, choice);
  return choice;
}

/** An event that belongs to one choice. */
type ChoiceEvent = Extract<AnswerEvent, { readonly choice: number }>;

/** Puts one choice of an answer together. */
interface ChoiceFold {
  readonly add: (event: ChoiceEvent) => void;
  /** A member of `choices` in OpenAI's `chat.completion`. */
  readonly body: () => JsonObject;
}

/** Members of a message that have a part of their own, or that are ours to set. */
const MESSAGE_MEMBERS: readonly string[] = ['role', 'content', 'refusal', 'reasoning_content', 'tool_calls'];

/** Members of a choice that are ours to set. */
const CHOICE_MEMBERS: readonly string[] = [
  'index',
  'delta',
  'message',
  'logprobs',
  'finish_reason',
  'native_finish_reason',
];

/** One part so far, in pieces. */
interface FoldedPart {
  readonly begins: BegunPart;
  readonly pieces: string[];
}

/** Folds the events of the choice `index`. */
function choiceFold(index: number): ChoiceFold {
  const parts = new Map<number, FoldedPart>();
  const extensions = extensionFields(MESSAGE_MEMBERS);
  const logprobs = extensionFields([]);
  const beside = extensionFields(CHOICE_MEMBERS);
  let finish: ChoiceFinish | undefined;
  const extend = (event: ChoiceEvent): void => {
    const fields = event.type === 'native' && event.of === 'choice' ? beside : extensions;
    fields.add(extensionMembers(event) ?? {});
  };

  return {
    add: (event) => {
      switch (event.type) {
        case 'part-start':
          parts.set(event.part, beginningOf(event));
          extend(event);
          return;
        case 'part-delta':
          parts.get(event.part)?.pieces.push(event.text);
          return;
        case 'logprobs':
          logprobs.add(event.logprobs);
          return;
        case 'finish':
          finish = event;
          return;
        case 'part-end':
        case 'citations':
        case 'native':
          extend(event);
      }
    },
    body: () => ({
      index,
      message: messageOf([...parts.values()], extensions.fields()),
      logprobs: noneIfEmpty(logprobs.fields()),
      ...(finish === undefined ? { finish_reason: null } : finishMembers(finish)),
      ...beside.fields(),
    }),
  };
}

function beginningOf({ begins }: PartStart): FoldedPart {
  return { begins, pieces: [] };
}

/** `content` is null where the answer is only tool calls or a refusal, as OpenAI has it. */
function messageOf(parts: readonly FoldedPart[], extensions: JsonObject): JsonObject {
  const text = textOf(parts, 'text');
  const refusal = textOf(parts, 'refusal');
  const reasoning = textOf(parts, 'reasoning');
  const calls = parts.flatMap(toolCall);
  const isWordless = text === '' && (calls.length > 0 || refusal !== '');
  return {
    role: 'assistant',
    content: isWordless ? null : text,
    refusal: refusal === '' ? null : refusal,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...extensions,
  };
}

function textOf(parts: readonly FoldedPart[], kind: BegunPart['kind']): string {
  return parts.flatMap(({ begins, pieces }) => (begins.kind === kind ? pieces : [])).join('');
}

function toolCall({ begins, pieces }: FoldedPart): readonly JsonObject[] {
  if (begins.kind !== 'tool-call') {
    return [];
  }
  const { id, name, isCustom, native } = begins;
  const form = toolCallForm(isCustom === true);
  return [toolCallOf({ id, name, text: pieces.join(''), form, extra: callExtension(native) })];
}

function noneIfEmpty(fields: JsonObject): JsonObject | null {
  return Object.keys(fields).length === 0 ? null : fields;
}
