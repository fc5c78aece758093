import { nativeValue } from '../../model/dialect.ts';
import type { MediaPart } from '../../model/part.ts';
import type { Prompt } from '../../model/prompt.ts';
import { stringMember } from '../../wire/json.ts';
import { type ClaudeRules, claudeRules, strictBudget } from '../claude/claude-rules.ts';
import { type EncodingNotes, encodingNotes } from '../encoding-notes.ts';
import { documentText } from '../portable/document-text.ts';
import { portablePrompt } from '../portable/portable-prompt.ts';
import { type WrittenDocument, withWrittenDocuments } from '../portable/written-documents.ts';
import type { Encoding, Target } from '../protocol.ts';
import { ownBody } from './own-body.ts';
import { type AnthropicTask, translatedBody } from './translated-body.ts';

/** The version whose models still take sampling parameters where they ever did; `2026-10-21` refuses them for all. */
const API_VERSION = '2023-06-01';

/**
 * A prompt for Anthropic's Messages API: the caller's own body where it is one, but for what the gateway owns and what the model does not
 * take; else a translation. Source: Anthropic API reference, "Create a Message", 2026-11.
 */
export function encodeAnthropicRequest(asked: Prompt, target: Target): Encoding {
  const rules = claudeRules(target.model, target.rules, target.vendor);
  const notes = encodingNotes(asked.names);
  const prompt = withTakenDocuments(portablePrompt(asked, 'anthropic-messages'), rules, notes);
  const task: AnthropicTask = { prompt, target, rules, strict: strictBudget(), notes };
  const members = prompt.original.dialect === 'anthropic-messages' ? ownBody(task) : translatedBody(task);
  const refusal = notes.refusal();
  if (refusal !== undefined) {
    return refusal;
  }
  const operation = target.streaming ? 'answer-stream' : 'answer';
  const body = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
  return { kind: 'encoded', request: { operation, headers: headersOf(prompt), body }, dropped: notes.dropped() };
}

/** `anthropic-beta`, where the caller asked for one, opens members of the body and types of tools. */
function headersOf({ native }: Prompt): Readonly<Record<string, string>> {
  const beta = stringMember(nativeValue(native.get(BETA), 'anthropic-messages'), BETA);
  return { 'anthropic-version': API_VERSION, ...(beta !== undefined && { [BETA]: beta }) };
}

const BETA = 'anthropic-beta';

/** The prompt with its documents as the model takes them: as text, where servers other than Anthropic's have no documents of text. */
function withTakenDocuments(prompt: Prompt, { documents }: ClaudeRules, notes: EncodingNotes): Prompt {
  return documents === 'any'
    ? prompt
    : withWrittenDocuments(prompt, {
        dialect: 'anthropic-messages',
        notes,
        write: (document) => writtenDocument(document, documents),
      });
}

function writtenDocument({ source, title }: MediaPart, documents: 'pdf' | 'none'): WrittenDocument {
  const text = documentText(source);
  if (text !== undefined) {
    return { kind: 'part', part: { type: 'text', text: title === undefined ? text : `${title}\n\n${text}` } };
  }
  return documents === 'pdf' ? { kind: 'as-sent' } : { kind: 'refused', message: NO_DOCUMENTS };
}

const NO_DOCUMENTS =
  'This server takes no documents but text: send the text of the document, or its pages as pictures.';
