import type { Deployment, ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import { bedrockRules } from '../../functions/gateway/core/protocols/bedrock-converse/bedrock-rules.ts';
import { claudeRules } from '../../functions/gateway/core/protocols/claude/claude-rules.ts';
import { geminiRules } from '../../functions/gateway/core/protocols/gemini/gemini-rules.ts';
import { embeddingsRules } from '../../functions/gateway/core/protocols/openai-chat/embeddings-rules.ts';
import { openAiRules, responsesRules } from '../../functions/gateway/core/protocols/openai-chat/rules-by-model.ts';
import type { Target } from '../../functions/gateway/core/protocols/protocol.ts';
import type { JsonObject } from '../../functions/gateway/core/wire/json.ts';

/** What a protocol assumes that a model takes. Those of Claude count for Claude on Bedrock too. */
export function assumedRules({ kind, providerSettings }: Deployment, target: Target): JsonObject {
  const { protocol } = providerSettings;
  const { model, rules, vendor } = target;
  return kind === 'embeddings' && protocol === 'openai'
    ? { ...embeddingsRules(model, rules, vendor) }
    : RULES[protocol](target);
}

const RULES: Readonly<Record<ProtocolName, (target: Target) => JsonObject>> = {
  openai: ({ model, rules, vendor }) => ({ ...openAiRules(model, rules, vendor) }),
  'openai-responses': ({ model, rules }) => ({ ...responsesRules(model, rules) }),
  anthropic: ({ model, rules, vendor }) => ({ ...claudeRules(model, rules, vendor) }),
  gemini: (target) => ({ ...geminiRules(target) }),
  bedrock: (target) => {
    const { claude, ...rules } = bedrockRules(target);
    return { ...claude, ...rules };
  },
};
