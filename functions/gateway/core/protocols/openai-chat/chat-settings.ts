import { defined } from '../../model/defined.ts';
import { nativeValue } from '../../model/dialect.ts';
import type { AnswerFormat, Prompt, Tool, ToolUse } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import { effortOfBudget } from './reasoning-effort.ts';
import { userId } from './user-id.ts';

/** Members of a chat request, all but the messages, for a prompt of another dialect. */
export function chatSettings(prompt: Prompt, notes: EncodingNotes): JsonObject {
  const { sampling, limits, reasoning, logprobs } = prompt;
  const tools = prompt.tools.flatMap((tool) => toolOf(tool, notes));
  return defined({
    ...samplingMembers(sampling),
    n: limits.choices > 1 ? limits.choices : undefined,
    stop: limits.stop.length === 0 ? undefined : limits.stop,
    max_tokens: limits.outputTokens,
    tools: tools.length === 0 ? undefined : tools,
    tool_choice: tools.length === 0 ? undefined : toolChoice(prompt.toolUse, notes),
    parallel_tool_calls: tools.length === 0 ? undefined : prompt.parallelToolCalls,
    response_format: responseFormat(prompt.format, notes),
    reasoning_effort: reasoning?.effort ?? effortOfBudget(reasoning?.budgetTokens),
    logprobs: logprobs === undefined ? undefined : true,
    top_logprobs: logprobs === undefined || logprobs.top === 0 ? undefined : logprobs.top,
    user: userId(prompt, notes),
    service_tier: prompt.serviceTier,
    metadata: prompt.metadata,
    prompt_cache_key: prompt.cacheKey,
    stream: prompt.stream,
  });
}

function samplingMembers(sampling: Prompt['sampling']): JsonObject {
  return {
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: sampling.topK,
    seed: sampling.seed,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
  };
}

function toolOf(tool: Tool, notes: EncodingNotes): readonly JsonObject[] {
  if (tool.kind === 'function') {
    const { name, description, schema, strict } = tool;
    return [{ type: 'function', function: { name, ...defined({ description, parameters: schema, strict }) } }];
  }
  const own = nativeValue(tool.native, 'openai-chat');
  if (own === undefined && tool.native.ifForeign === 'refuse') {
    notes.refuse(tool.path, `An OpenAI-shaped model takes no tools but functions; got "${tool.what}".`);
  } else if (own === undefined && tool.native.ifForeign === 'drop') {
    notes.dropMember(tool.what);
  }
  return own === undefined ? [] : [own];
}

function toolChoice(use: ToolUse | undefined, notes: EncodingNotes): unknown {
  switch (use?.mode) {
    case undefined:
      return undefined;
    case 'one':
      return { type: 'function', function: { name: use.name } };
    case 'native':
      notes.refuseSetting('toolUse', 'An OpenAI-shaped model does not know this choice of tools.');
      return undefined;
    case 'auto':
    case 'none':
    case 'required':
      return use.only === undefined ? use.mode : allowedTools(use.mode, use.only);
  }
}

function allowedTools(mode: string, only: readonly string[]): JsonObject {
  const tools = only.map((name) => ({ type: 'function', function: { name } }));
  return { type: 'allowed_tools', allowed_tools: { mode: mode === 'required' ? 'required' : 'auto', tools } };
}

function responseFormat(format: AnswerFormat, notes: EncodingNotes): JsonObject | undefined {
  switch (format.kind) {
    case 'text':
      return undefined;
    case 'json':
      return { type: 'json_object' };
    case 'schema': {
      const { name, description, schema, strict } = format;
      return { type: 'json_schema', json_schema: { name, ...defined({ description, schema, strict }) } };
    }
    case 'native':
      notes.refuseSetting('formatType', `An OpenAI-shaped model has no answer format "${format.what}".`);
      return undefined;
  }
}
