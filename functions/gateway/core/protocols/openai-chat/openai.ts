import type { Prompt } from '../../model/prompt.ts';
import { openaiResponses } from '../openai-responses/openai-responses.ts';
import type { Alternative, Protocol, Target } from '../protocol.ts';
import { openAiChatDecoder } from './openai-chat-decoder.ts';
import { encodeOpenAiChat } from './openai-chat-request.ts';
import { openAiEmbeddings } from './openai-embeddings.ts';
import { readOpenAiFailure } from './openai-failure.ts';
import type { OpenAiRules } from './openai-rules.ts';
import { refusesTools } from './reasoning-effort.ts';
import { openAiRules } from './rules-by-model.ts';
import { takesFiles } from './taken-media.ts';

/** OpenAI's API and every server that speaks it: Azure, Groq, Mistral, DeepSeek, xAI, OpenRouter, vLLM, Bedrock's `/openai/v1`. */
export const openai: Protocol = {
  dialect: 'openai-chat',
  framing: 'server-sent-events',
  encode: encodeOpenAiChat,
  alternative: responsesInstead,
  decoder: openAiChatDecoder,
  embeddings: openAiEmbeddings,
  readFailure: readOpenAiFailure,
};

/**
 * The Responses API in place of chat: where the caller speaks it, so that nothing is lost, and where the model refuses on chat what is
 * asked. Only at hosts that are known to have it, or where the operator says so in the deployment's `rules`.
 */
function responsesInstead({ model, vendor, rules, hasResponses }: Target): Alternative | undefined {
  if (hasResponses !== true && rules?.responses === undefined) {
    return undefined;
  }
  const known = openAiRules(model, rules, vendor);
  return known.responses === 'never' ? undefined : (prompt) => (isBetter(prompt, known) ? openaiResponses : undefined);
}

/** Whether the Responses API serves a prompt better. */
function isBetter(prompt: Prompt, known: OpenAiRules): boolean {
  switch (known.responses) {
    case 'never':
      return false;
    case 'always':
      return true;
    case 'where-chat-refuses':
      return isOwn(prompt) || refusesTools(asked(prompt), known) || !takesFiles(prompt, known);
    case 'with-tools':
      return (
        isOwn(prompt) ||
        refusesTools(asked(prompt), { toolsWithReasoning: 'only-without-effort' }) ||
        !takesFiles(prompt, known)
      );
  }
}

function isOwn({ original }: Prompt): boolean {
  return original.dialect === 'openai-responses';
}

function asked({ tools, reasoning }: Prompt): Parameters<typeof refusesTools>[0] {
  return { hasFunctions: tools.some(({ kind }) => kind === 'function'), effort: effortOf(reasoning) };
}

/** A budget of thoughts is told as an effort. */
function effortOf(reasoning: Prompt['reasoning']): string | undefined {
  const budgeted = reasoning?.budgetTokens === undefined ? undefined : 'medium';
  return reasoning?.effort ?? (reasoning?.budgetTokens === 0 ? 'none' : budgeted);
}
