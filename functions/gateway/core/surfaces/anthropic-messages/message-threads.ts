import { type JsonObject, objectMember } from '../../wire/json.ts';
import { type InvalidRequest, invalidMember } from '../invalid-request.ts';

/** The code by which Anthropic's SDKs know that a conversation must be sent once more, and whole. */
export const THREAD_NOT_FOUND = 'thread_not_found';

/** The beta that opens message threads at Anthropic. */
export const THREADS_BETA = /^message-threads-/;

/**
 * Why a turn of a message thread cannot be read. In a thread Anthropic holds the conversation for five minutes, and a client sends what is
 * new: its next turn would be another vendor's to answer, or another account's. A thread that begins has its whole conversation, and is not
 * held, as Anthropic's may not be either; to the turn after it the SDKs are told that it is not there, and send all of it. Source:
 * platform.claude.com/docs, "Message threads".
 */
export function unheldThread(body: JsonObject): InvalidRequest | undefined {
  return objectMember(body, 'thread')?.type === 'continue'
    ? { ...invalidMember('thread', NOT_HELD), notFound: THREAD_NOT_FOUND }
    : undefined;
}

const NOT_HELD =
  'continues a message thread, and this gateway holds none: send the whole conversation as messages, with system and tools, as SDKs do by themselves.';
