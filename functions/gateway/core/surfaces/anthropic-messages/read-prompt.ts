import { defined } from '../../model/defined.ts';
import type { Prompt, SettingNames } from '../../model/prompt.ts';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  member,
  numberMember,
  objectMember,
  stringMember,
} from '../../wire/json.ts';
import type { InvalidRequest } from '../invalid-request.ts';
import { unheldThread } from './message-threads.ts';
import { messagesRequestProblem } from './messages-request-checks.ts';
import { nativeMembers } from './native-members.ts';
import { formatOf, reasoningOf, serviceTierOf, toolUseOf } from './read-settings.ts';
import { toolsOf } from './read-tools.ts';
import { turnsOf } from './read-turns.ts';

/** Reads the JSON body of a Messages call. Of the headers `anthropic-beta` alone is looked at. */
export function readMessagesPrompt(
  json: unknown,
  headers: Readonly<Record<string, string>> = {},
): { readonly kind: 'read'; readonly prompt: Prompt } | InvalidRequest {
  const body = isJsonObject(json) ? json : {};
  return unheldThread(body) ?? messagesRequestProblem(json) ?? { kind: 'read', prompt: promptOf(body, headers) };
}

function promptOf(body: JsonObject, headers: Readonly<Record<string, string>>): Prompt {
  const stop = arrayMember(body, 'stop_sequences');
  return {
    model: stringMember(body, 'model') ?? '',
    turns: turnsOf(body),
    tools: toolsOf(body),
    format: formatOf(body),
    sampling: defined({
      temperature: numberMember(body, 'temperature'),
      topP: numberMember(body, 'top_p'),
      topK: numberMember(body, 'top_k'),
    }),
    limits: {
      choices: 1,
      stop: stop.filter((sequence) => typeof sequence === 'string'),
      ...defined({ outputTokens: numberMember(body, 'max_tokens') }),
    },
    stream: body.stream === true,
    native: nativeMembers(body, headers),
    names: namesFor(body),
    original: { dialect: 'anthropic-messages', body },
    ...defined({
      toolUse: toolUseOf(body),
      parallelToolCalls: member(body.tool_choice, 'disable_parallel_tool_use') === true ? false : undefined,
      reasoning: reasoningOf(body),
      user: stringMember(objectMember(body, 'metadata'), 'user_id'),
      serviceTier: serviceTierOf(body),
    }),
  };
}

const NAMES: SettingNames = {
  turns: 'messages',
  tools: 'tools',
  toolUse: 'tool_choice',
  parallelToolCalls: 'tool_choice.disable_parallel_tool_use',
  strict: 'strict',
  format: 'output_config.format',
  formatType: 'output_config.format.type',
  schema: 'output_config.format.schema',
  reasoning: 'thinking',
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  seed: 'seed',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  outputTokens: 'max_tokens',
  choices: 'n',
  stop: 'stop_sequences',
  logprobs: 'logprobs',
  topLogprobs: 'top_logprobs',
  user: 'metadata.user_id',
  serviceTier: 'service_tier',
  metadata: 'metadata',
  cacheMark: 'cache_control',
  cacheKey: 'cache_control',
};

function namesFor(body: JsonObject): SettingNames {
  return body.thinking === undefined ? { ...NAMES, reasoning: 'output_config.effort' } : NAMES;
}
