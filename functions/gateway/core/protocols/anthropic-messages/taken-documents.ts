import type { MediaPart } from '../../model/part.ts';
import type { Prompt } from '../../model/prompt.ts';
import type { ClaudeRules } from '../claude/claude-rules.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import { documentText } from '../portable/document-text.ts';
import { type WrittenDocument, withWrittenDocuments } from '../portable/written-documents.ts';

/** The prompt with its documents as the model takes them: as text, where servers other than Anthropic's have no documents of text. */
export function withTakenDocuments(prompt: Prompt, { documents }: ClaudeRules, notes: EncodingNotes): Prompt {
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
