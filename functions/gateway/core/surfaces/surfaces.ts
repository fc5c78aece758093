import type { Part } from '../model/part.ts';
import { kindsOf, type Prompt } from '../model/prompt.ts';
import { nestedJsonProblem, stringMember } from '../wire/json.ts';
import { errorJson, errorStatus, REQUEST_ID_HEADER } from './anthropic-messages/messages-error.ts';
import { type InvalidRequest, invalidMember } from './invalid-request.ts';
import { openAiChat } from './openai-chat/openai-chat.ts';
import type { Surface } from './surface.ts';

const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';

const SURFACES = new Map<string, Surface>([[CHAT, openAiChat]]);

/** The APIs for prompts that are loaded with the gateway, and those that have been since, by their paths. */
export const LOADED_SURFACES: ReadonlyMap<string, Surface> = SURFACES;

/** An API that is loaded with its first call. */
interface LaterSurface {
  readonly load: () => Promise<Surface>;
  /** Stands for it until then: its errors have the API's shape. */
  readonly unloaded: Surface;
}

/**
 * The other APIs for prompts that callers speak, by their paths. A new one is a line here. A start that loads all of them takes 7 ms of the
 * processor more; the first call of one takes 1 to 4 ms to load it.
 */
const LATER: ReadonlyMap<string, LaterSurface> = new Map<string, LaterSurface>([
  [
    MESSAGES,
    {
      load: async () => (await import('./anthropic-messages/anthropic-messages.ts')).anthropicMessages,
      unloaded: { ...openAiChat, error: errorJson, errorStatus, requestIdHeader: REQUEST_ID_HEADER },
    },
  ],
  [
    '/v1/responses',
    {
      load: async () => (await import('./openai-responses/openai-responses.ts')).openAiResponses,
      unloaded: openAiChat,
    },
  ],
  [
    '/v1/completions',
    {
      load: async () => (await import('./openai-completions/openai-completions.ts')).openAiCompletions,
      unloaded: openAiChat,
    },
  ],
]);

/** Whether a surface is spoken at a path. */
export function hasSurface(path: string): boolean {
  return SURFACES.has(path) || LATER.has(path);
}

/**
 * The surface that a request resembles by its path, or by the header that Anthropic's clients send: errors have its shape. Nothing but an
 * error may be written in one that `loadSurface` has to load.
 */
export function surfaceLike(path: string, headers: Readonly<Record<string, string>>): Surface {
  const spoken = pathLike(path, headers);
  return SURFACES.get(spoken) ?? LATER.get(spoken)?.unloaded ?? openAiChat;
}

/** Loads the surface that a request resembles. `undefined`: it is loaded. Rejects where it cannot be. */
export function loadSurface(path: string, headers: Readonly<Record<string, string>>): Promise<Surface> | undefined {
  const spoken = pathLike(path, headers);
  return SURFACES.has(spoken) ? undefined : loaded(spoken);
}

async function loaded(path: string): Promise<Surface> {
  const surface = (await LATER.get(path)?.load()) ?? openAiChat;
  SURFACES.set(path, surface);
  return surface;
}

function pathLike(path: string, headers: Readonly<Record<string, string>>): string {
  if (hasSurface(path)) {
    return path;
  }
  return path.startsWith(`${MESSAGES}/`) || headers['anthropic-version'] !== undefined ? MESSAGES : CHAT;
}

/** The problem of a prompt whose texts of JSON would be dangerous to parse. */
export function dangerousText({ turns }: Prompt): InvalidRequest | undefined {
  const kinds = kindsOf(turns);
  if (!(kinds.has('tool-call') || kinds.has('tool-result'))) {
    return undefined;
  }
  const problem = nestedJsonProblem(turns.flatMap(({ parts }) => parts.flatMap(jsonTexts)));
  return problem === undefined ? undefined : { ...invalidMember('', problem), message: problem };
}

/** Texts that encoders parse: the inputs of calls, and results that look like JSON. */
function jsonTexts(part: Part): readonly string[] {
  switch (part.kind) {
    case 'tool-call':
      return part.isCustom === true ? [] : [part.input];
    case 'tool-result':
      return part.parts.flatMap((inner) =>
        inner.kind === 'text' && /^\s{0,64}[[{]/.test(inner.text) ? [inner.text] : [],
      );
    default:
      return [];
  }
}

/**
 * The first result of a tool whose call stands nowhere before it: Anthropic and OpenAI refuse one, and so it fails at every deployment of
 * theirs. What a server's tool has found is no such result. Source: their API references, "Tool use" and "Function calling".
 */
export function strayResult({ turns }: Prompt): InvalidRequest | undefined {
  if (!kindsOf(turns).has('tool-result')) {
    return undefined;
  }
  const called = new Set<string>();
  for (const { parts } of turns) {
    const stray = parts.find((part) => isStray(part, called));
    if (stray?.kind === 'tool-result') {
      return invalidMember(stray.idPath, 'answers no call that stands before it: send the call too.');
    }
  }
  return undefined;
}

/** Whether a part is a result of no call in `called`, to which its own calls are added. */
function isStray(part: Part, called: Set<string>): boolean {
  if (part.kind === 'tool-result') {
    return !called.has(part.id);
  }
  for (const id of idsCalled(part)) {
    called.add(id);
  }
  return false;
}

/** A call of a kind that one API alone has may be answered by a plain result: a shell's by a function's. */
function idsCalled(part: Part): readonly string[] {
  switch (part.kind) {
    case 'tool-call':
      return [part.id];
    case 'opaque': {
      const { value } = part.native;
      return [stringMember(value, 'call_id'), stringMember(value, 'id')].filter((id) => id !== undefined);
    }
    default:
      return [];
  }
}
