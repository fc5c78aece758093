import type { ChatRequest } from '../../model/chat-request.ts';
import type { EncodingNotes } from './encoding-notes.ts';

/** The fields of a request that one API has a place for, and what its errors call it. */
export interface KnownFields {
  /** As in "Anthropic gives one choice". */
  readonly vendor: string;
  /** Fields that its encoder reads, and those for the gateway itself. */
  readonly fields: ReadonlySet<string>;
}

/**
 * Refuses what would change the shape of the answer in an API whose answers are one choice of text without log probabilities, and notes as
 * dropped every other field that it has no place for.
 */
export function noteUnhonoured(request: ChatRequest, { vendor, fields }: KnownFields, notes: EncodingNotes): void {
  for (const { field, isAsked, message } of SHAPES) {
    if (isAsked(request[field])) {
      notes.refuse(field, `${vendor} ${message}`);
    }
  }
  for (const [field, value] of Object.entries(request)) {
    if (!SHAPE_FIELDS.has(field) && !fields.has(field) && !isWithoutEffect(field, value)) {
      notes.drop(field);
    }
  }
}

interface UnknownShape {
  readonly field: string;
  readonly isAsked: (value: unknown) => boolean;
  readonly message: string;
}

/** What such an answer never is or has. */
const SHAPES: readonly UnknownShape[] = [
  { field: 'n', isAsked: (n) => Number(n ?? 1) > 1, message: 'gives one choice: n must be 1.' },
  { field: 'logprobs', isAsked: (logprobs) => logprobs === true, message: 'gives no log probabilities.' },
  { field: 'top_logprobs', isAsked: (count) => Number(count ?? 0) > 0, message: 'gives no log probabilities.' },
  {
    field: 'modalities',
    isAsked: (modalities) => Array.isArray(modalities) && modalities.some((modality) => modality !== 'text'),
    message: 'answers in text only.',
  },
  { field: 'audio', isAsked: (audio) => audio !== undefined, message: 'answers in text only.' },
];

const SHAPE_FIELDS: ReadonlySet<string> = new Set(SHAPES.map(({ field }) => field));

function isWithoutEffect(field: string, value: unknown): boolean {
  const isZeroPenalty = value === 0 && (field === 'frequency_penalty' || field === 'presence_penalty');
  return value === undefined || isZeroPenalty;
}
