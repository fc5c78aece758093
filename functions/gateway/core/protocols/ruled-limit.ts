import type { ProtocolName } from '../model/gateway-config.ts';
import { bedrockRules } from './bedrock-converse/bedrock-rules.ts';
import { claudeRules } from './claude/claude-rules.ts';
import { geminiRules } from './gemini/gemini-rules.ts';
import type { RuledModel } from './protocol.ts';

/** The largest answer in tokens that the rules of a protocol know of a model; `undefined`: they do not. */
export function ruledMaxOutputTokens(protocol: ProtocolName, { model, rules, vendor }: RuledModel): number | undefined {
  switch (protocol) {
    case 'openai':
    case 'openai-responses':
      return undefined;
    case 'anthropic':
      return claudeRules(model, rules, vendor).maxOutputTokens;
    case 'gemini':
      return geminiRules({ model, rules, vendor }).maxOutputTokens;
    case 'bedrock':
      return bedrockRules({ model, rules }).claude.maxOutputTokens;
  }
}
