import type { ChatDelta } from '../../model/chat-delta.ts';
import type { ChatUsage } from '../../model/chat-usage.ts';
import type { JsonObject } from '../../wire/json.ts';
import { type AnswerIdentity, answerInfo } from './answer-identity.ts';
import { type ChoiceDelta, nativeReason } from './fold-choice.ts';
import { type ToolCallForm, toolCallForm, toolCallOf } from './tool-call-form.ts';

/** Writes an answer's deltas as the stream that the caller reads. */
export interface ChatChunks {
  /** The events of `deltas`, ready to be sent; `""` where they say nothing to the caller. */
  readonly encode: (deltas: readonly ChatDelta[]) => string;
  /** The usage chunk, where the caller asked for it and it is known. `[DONE]` is the gateway's to add, after its trail. */
  readonly end: () => string;
}

/**
 * Deltas in OpenAI's `chat.completion.chunk` form: each choice begins with its role, each tool call with its id and name, and the usage
 * has a last chunk of its own without choices, while the chunks before it say `usage: null`. A failure writes nothing: its event has a
 * form of its own. What stays the same from chunk to chunk is made once. Source: OpenAI API reference, "Chat completion chunk object".
 */
export function chatChunks(about: AnswerIdentity & { readonly includeUsage: boolean }): ChatChunks {
  const { id, created, model, includeUsage } = about;
  const identity = membersText({ id, object: 'chat.completion.chunk', created, model });
  const closing = includeUsage ? ',"usage":null}\n\n' : '}\n\n';
  const begun = new Set<number>();
  const formOf = callForms();
  let info: JsonObject = {};
  let opening = `data: {${identity},"choices":[`;
  let usage: ChatUsage | undefined;

  function chunk(delta: ChoiceDelta): string {
    const written = `${opening}${choiceText(delta, formOf(delta))}]${closing}`;
    if (begun.has(delta.choice)) {
      return written;
    }
    begun.add(delta.choice);
    return `${opening}${roleText(delta.choice)}]${closing}${written}`;
  }

  function write(delta: ChatDelta): string {
    switch (delta.type) {
      case 'usage-update':
        usage = delta.usage;
        return '';
      case 'answer-info':
        info = { ...info, ...answerInfo(delta.fields) };
        opening = `data: {${identity}${infoText(info)},"choices":[`;
        return '';
      case 'keep-alive':
        return ': ping\n\n';
      case 'answer-failed':
        return '';
      case 'text-delta':
      case 'reasoning-delta':
      case 'refusal-delta':
      case 'tool-call-start':
      case 'tool-call-delta':
      case 'extension-delta':
      case 'logprobs-delta':
      case 'choice-finish':
        return chunk(delta);
    }
  }

  return {
    encode: (deltas) => deltas.map(write).join(''),
    end: () => (includeUsage && usage !== undefined ? `${opening}],"usage":${JSON.stringify(usage)}}\n\n` : ''),
  };
}

/** Remembers which calls are not of functions: the pieces after the first do not say. */
function callForms(): (delta: ChoiceDelta) => ToolCallForm {
  const forms = new Map<string, ToolCallForm>();
  const functionForm = toolCallForm(undefined);
  return (delta) => {
    if (delta.type === 'tool-call-start' && toolCallForm(delta.extra) !== functionForm) {
      forms.set(`${delta.choice}/${delta.call}`, toolCallForm(delta.extra));
    }
    return delta.type === 'tool-call-delta' && forms.size > 0
      ? (forms.get(`${delta.choice}/${delta.call}`) ?? functionForm)
      : functionForm;
  };
}

/** An object's members as JSON, without its braces. */
function membersText(members: JsonObject): string {
  return JSON.stringify(members).slice(1, -1);
}

function infoText(info: JsonObject): string {
  const text = membersText(info);
  return text === '' ? '' : `,${text}`;
}

function roleText(choice: number): string {
  return choiceWith(choice, '"role":"assistant","content":""');
}

/** One member of `choices`, around the text of the delta's members. */
function choiceWith(choice: number, members: string): string {
  return `{"index":${choice},"delta":{${members}},"logprobs":null,"finish_reason":null}`;
}

function choiceText(delta: ChoiceDelta, form: ToolCallForm): string {
  switch (delta.type) {
    case 'text-delta':
      return choiceWith(delta.choice, `"content":${JSON.stringify(delta.text)}`);
    case 'reasoning-delta':
      return choiceWith(delta.choice, `"reasoning_content":${JSON.stringify(delta.text)}`);
    case 'refusal-delta':
      return choiceWith(delta.choice, `"refusal":${JSON.stringify(delta.text)}`);
    case 'tool-call-start':
      return choiceWith(delta.choice, `"tool_calls":[${callStartText(delta)}]`);
    case 'tool-call-delta':
      return choiceWith(delta.choice, `"tool_calls":[${callDeltaText(delta, form)}]`);
    case 'extension-delta':
      return choiceWith(delta.choice, membersText(delta.fields));
    case 'logprobs-delta':
      return `{"index":${delta.choice},"delta":{},"logprobs":${JSON.stringify(delta.logprobs)},"finish_reason":null}`;
    case 'choice-finish':
      return finishText(delta);
  }
}

function callStartText({ call, id, name, extra }: Extract<ChatDelta, { type: 'tool-call-start' }>): string {
  return JSON.stringify({ index: call, ...toolCallOf({ id, name, text: '', extra }) });
}

function callDeltaText({ call, text }: Extract<ChatDelta, { type: 'tool-call-delta' }>, form: ToolCallForm): string {
  return `{"index":${call},"${form.type}":{"${form.text}":${JSON.stringify(text)}}}`;
}

function finishText(finish: Extract<ChatDelta, { type: 'choice-finish' }>): string {
  const ending = { finish_reason: finish.reason, ...nativeReason(finish) };
  return `{"index":${finish.choice},"delta":{},"logprobs":null,${membersText(ending)}}`;
}
