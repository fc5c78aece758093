import type { PartEnd } from '../../model/answer-event.ts';
import type { JsonObject } from '../../wire/json.ts';
import { citationsOf } from './bedrock-citations.ts';
import { redactedProof, signedProof } from './bedrock-thinking.ts';

/** A part from its start to its end. Fragments are kept only of what is given out whole. */
export type OpenPart = { readonly part: number } & (
  | { readonly kind: 'text'; readonly begin: number; readonly citations: JsonObject[] }
  | { readonly kind: 'thinking'; readonly texts: string[]; readonly signatures: string[] }
  /** `pieces` are base64, as Bedrock's JSON carries bytes. */
  | { readonly kind: 'redacted'; readonly pieces: string[] }
  | { readonly kind: 'call'; isEmpty: boolean }
  /** The forced tool that stands for a JSON schema: its input is the answer's text. */
  | { readonly kind: 'answer'; isEmpty: boolean }
);

/** What is only known or only useful whole. `textLength`: of all text of the answer so far, in UTF-16 units. */
export function endingOfPart(open: OpenPart, textLength: number): Pick<PartEnd, 'citations' | 'proof'> {
  switch (open.kind) {
    case 'text': {
      const citations = citationsOf(open.citations, { begin: open.begin, end: textLength });
      return citations.length === 0 ? {} : { citations };
    }
    case 'thinking':
      return proven(signedProof(open.texts, open.signatures));
    case 'redacted':
      return proven(redactedProof(open.pieces));
    case 'call':
    case 'answer':
      return {};
  }
}

function proven(proof: PartEnd['proof']): Pick<PartEnd, 'proof'> {
  return proof === undefined ? {} : { proof };
}
