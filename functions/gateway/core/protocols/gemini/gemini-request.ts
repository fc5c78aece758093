import { nativeValue } from '../../model/dialect.ts';
import type { Prompt } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import { type EncodingNotes, encodingNotes, noteForeignMembers } from '../encoding-notes.ts';
import { portablePrompt } from '../portable/portable-prompt.ts';
import type { Encoding, Target } from '../protocol.ts';
import { askedForm } from './answer-tool.ts';
import { geminiConversation } from './gemini-conversation.ts';
import { generationConfig } from './gemini-generation-config.ts';
import { type GeminiRules, geminiRules } from './gemini-rules.ts';
import { geminiTools } from './gemini-tools.ts';
import { presentMembers } from './present-members.ts';

const VENDOR = { dialect: 'gemini', name: 'Gemini' } as const;

/** A prompt as generateContent, or streamGenerateContent with server-sent events. */
export function encodeGemini(asked: Prompt, target: Target): Encoding {
  const prompt = portablePrompt(asked, 'gemini');
  const rules = geminiRules(target);
  const notes = encodingNotes(prompt.names);
  const form = askedForm(prompt, rules, notes);
  const body = {
    ...ownMembers(prompt),
    ...geminiConversation(prompt, { rules, notes, words: form.kind === 'words' ? form.text : undefined }),
    ...geminiTools(prompt, form, notes),
    ...presentMembers({
      generationConfig: generationConfig(
        prompt,
        { rules, form, maxOutputTokens: target.maxOutputTokens ?? rules.maxOutputTokens },
        notes,
      ),
      serviceTier: serviceTier(prompt, rules, notes),
    }),
  };
  noteUnhonoured(prompt, notes);
  const refusal = notes.refusal();
  if (refusal !== undefined) {
    return refusal;
  }
  const operation = target.streaming ? 'answer-stream' : 'answer';
  return { kind: 'encoded', request: { operation, headers: {}, body }, dropped: notes.dropped() };
}

/** Members of the request that are Google's own, word for word. */
function ownMembers({ native }: Prompt): JsonObject {
  const members = [...native.values()].map((member) => nativeValue(member, 'gemini') ?? {});
  return Object.fromEntries(members.flatMap((member) => Object.entries(member)));
}

/** OpenAI's names for what Gemini offers. `auto` leaves the choice to the vendor. Source: ai.google.dev/api/generate-content, `serviceTier`, 2026-11. */
const SERVICE_TIERS: ReadonlyMap<string, string> = new Map([
  ['default', 'standard'],
  ['flex', 'flex'],
  ['priority', 'priority'],
]);

function serviceTier({ serviceTier: asked }: Prompt, rules: GeminiRules, notes: EncodingNotes): string | undefined {
  if (asked === undefined || asked === 'auto') {
    return undefined;
  }
  const tier = rules.serviceTier ? SERVICE_TIERS.get(asked) : undefined;
  if (tier === undefined) {
    notes.drop('serviceTier');
  }
  return tier;
}

/** Unknown fields are a 400 at Gemini ("Unknown name"), so they stay behind. */
function noteUnhonoured(prompt: Prompt, notes: EncodingNotes): void {
  noteForeignMembers(prompt, VENDOR, notes);
  if (prompt.user !== undefined) {
    notes.drop('user');
  }
  if (prompt.parallelToolCalls === false) {
    notes.drop('parallelToolCalls');
  }
}
