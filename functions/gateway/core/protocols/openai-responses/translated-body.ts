import { defined } from '../../model/defined.ts';
import type { AnswerFormat, Prompt, Reasoning } from '../../model/prompt.ts';
import { type JsonObject, stringMember } from '../../wire/json.ts';
import { shownByUser } from '../conversation-turns.ts';
import { type EncodingNotes, noteForeignMembers } from '../encoding-notes.ts';
import { effortOfBudget } from '../openai-chat/reasoning-effort.ts';
import { userId } from '../openai-chat/user-id.ts';
import type { Target } from '../protocol.ts';
import { inputItems } from './input-items.ts';
import { responsesToolChoice, responsesTools } from './responses-tools.ts';

const VENDOR = { dialect: 'openai-responses', name: 'The Responses API' } as const;

/** A prompt of another dialect as a body of the Responses API. */
export function translatedBody(prompt: Prompt, notes: EncodingNotes, { account }: Target): JsonObject {
  noteUnhonoured(prompt, notes);
  const tools = responsesTools(prompt.tools, notes);
  const { sampling, limits } = prompt;
  return defined({
    input: inputItems(shownByUser(prompt.turns), notes, account),
    max_output_tokens: limits.outputTokens,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    tools: tools.length === 0 ? undefined : tools,
    tool_choice: tools.length === 0 ? undefined : responsesToolChoice(prompt.toolUse, notes),
    parallel_tool_calls: tools.length === 0 ? undefined : prompt.parallelToolCalls,
    text: textOf(prompt, notes),
    reasoning: reasoningOf(prompt.reasoning),
    include: prompt.logprobs === undefined ? undefined : [LOGPROBS],
    top_logprobs: prompt.logprobs?.top || undefined,
    [prompt.names.user === 'safety_identifier' ? 'safety_identifier' : 'user']: userId(prompt, notes),
    service_tier: prompt.serviceTier,
    metadata: prompt.metadata,
    prompt_cache_key: prompt.cacheKey,
    prompt_cache_retention: chatMember(prompt, 'prompt_cache_retention'),
  });
}

/** What has log probabilities in the answer. */
const LOGPROBS = 'message.output_text.logprobs';

/** Members of chat that the Responses API has too. */
const OF_CHAT: readonly string[] = ['verbosity', 'prompt_cache_retention'];

function chatMember({ native }: Prompt, name: string): string | undefined {
  const found = native.get(name);
  return found?.dialect === 'openai-chat' ? stringMember(found.value, name) : undefined;
}

function noteUnhonoured(prompt: Prompt, notes: EncodingNotes): void {
  const others = [...prompt.native].filter(
    ([name, { dialect }]) => dialect !== 'openai-chat' || !OF_CHAT.includes(name),
  );
  noteForeignMembers({ ...prompt, native: new Map(others) }, VENDOR, notes);
  if (prompt.limits.choices > 1) {
    notes.refuseSetting('choices', `${VENDOR.name} gives one choice: ask for 1.`);
  }
  if (prompt.limits.stop.length > 0) {
    notes.refuseSetting('stop', 'The Responses API has no stop sequences: leave them out.');
  }
  for (const setting of ['topK', 'seed', 'frequencyPenalty', 'presencePenalty'] as const) {
    if (prompt.sampling[setting] !== undefined) {
      notes.drop(setting);
    }
  }
}

function textOf(prompt: Prompt, notes: EncodingNotes): JsonObject | undefined {
  const format = formatOf(prompt.format, notes);
  const verbosity = chatMember(prompt, 'verbosity');
  return format === undefined && verbosity === undefined ? undefined : defined({ format, verbosity });
}

function formatOf(format: AnswerFormat, notes: EncodingNotes): JsonObject | undefined {
  switch (format.kind) {
    case 'text':
      return undefined;
    case 'json':
      return { type: 'json_object' };
    case 'schema': {
      const { name, description, schema = {}, strict = false } = format;
      return { type: 'json_schema', name, ...defined({ description }), schema, strict };
    }
    case 'native':
      notes.refuseSetting('formatType', `The Responses API has no answer format "${format.what}".`);
      return undefined;
  }
}

/** A summary is asked for only where the caller wants to see one: OpenAI gives it to verified organisations alone. */
function reasoningOf(reasoning: Reasoning | undefined): JsonObject | undefined {
  const effort = reasoning?.effort ?? effortOfBudget(reasoning?.budgetTokens);
  const isShown = reasoning?.show === 'summary' || reasoning?.show === 'all';
  return effort === undefined && !isShown ? undefined : defined({ effort, summary: isShown ? 'auto' : undefined });
}
