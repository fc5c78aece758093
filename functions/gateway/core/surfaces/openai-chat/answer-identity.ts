import type { JsonObject } from '../../wire/json.ts';

/** What an answer is called towards the caller, the same in a body and in every chunk. */
export interface AnswerIdentity {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
}

/** Members of a body or chunk that are ours to set, whatever a vendor says of the answer. */
const OWN_MEMBERS: readonly string[] = ['id', 'object', 'created', 'model', 'choices', 'usage', 'error'];

/** What a vendor says of the whole answer, without the members that are ours to set. */
export function answerInfo(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !OWN_MEMBERS.includes(name)));
}
