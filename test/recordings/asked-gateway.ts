import type OpenAI from 'openai';
import { APIError } from 'openai';
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionCreateParamsNonStreaming,
} from 'openai/resources/chat';
import { isJsonObject, type JsonObject, objectMember, stringMember } from '../../functions/gateway/core/wire/json.ts';

/** What the official client gave its caller. */
export type Seen =
  | {
      readonly kind: 'answer';
      readonly choices: readonly SeenChoice[];
      readonly usage: unknown;
      /** What is said of the answer as a whole. */
      readonly about: { readonly service_tier: unknown; readonly system_fingerprint: unknown };
    }
  | SeenFailure;

export interface SeenFailure {
  readonly kind: 'failure';
  /** `undefined`: the failure came inside a stream. */
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly code: string | null | undefined;
  readonly message: string;
  readonly retryAfter: string | undefined;
}

export interface SeenChoice {
  readonly content: string;
  readonly reasoning: string;
  readonly refusal: string;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
  readonly finish: string | null;
  /** Thinking blocks, annotations, pictures, log probabilities. */
  readonly others: JsonObject;
}

export type ChatAsk = Omit<ChatCompletionCreateParamsNonStreaming, 'stream'>;

/** Asks for one body. */
export async function askPlain(client: OpenAI, request: ChatAsk): Promise<Seen> {
  return orFailure(async () => {
    const completion = await client.chat.completions.create({ ...request, stream: false });
    return seenOf(completion);
  });
}

/** Asks for a stream and puts its chunks together. */
export async function askStreamed(client: OpenAI, request: ChatAsk): Promise<Seen> {
  return orFailure(async () => {
    const stream = await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    });
    const folding = new Map<number, FoldedChoice>();
    let usage: unknown;
    let about = aboutOf({});
    for await (const chunk of stream) {
      usage = chunk.usage ?? usage;
      about = aboutOf(chunk);
      for (const choice of chunk.choices) {
        const folded = folding.get(choice.index) ?? { message: {}, calls: [], logprobs: {}, finish: null };
        folding.set(choice.index, folded);
        addChunk(folded, choice);
      }
    }
    const choices = [...folding.values()].map(({ message, calls, logprobs, finish }) =>
      seenChoice({ ...message, tool_calls: calls }, finish, logprobs),
    );
    return { kind: 'answer', choices, usage, about };
  });
}

/** Asks through the client's own helper, which checks that a stream is whole and well-formed. */
export async function askWithHelper(client: OpenAI, request: ChatAsk): Promise<Seen> {
  return orFailure(async () => {
    const stream = client.chat.completions.stream({ ...request, stream_options: { include_usage: true } });
    return seenOf(await stream.finalChatCompletion());
  });
}

async function orFailure(ask: () => Promise<Seen>): Promise<Seen> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof APIError)) {
      throw error;
    }
    const { status, type, code, message, headers } = error;
    return { kind: 'failure', status, type, code, message, retryAfter: headers?.get('retry-after') ?? undefined };
  }
}

function seenOf(completion: ChatCompletion): Seen {
  const { choices, usage } = completion;
  return {
    kind: 'answer',
    usage,
    about: aboutOf(completion),
    choices: choices.map(({ message, finish_reason, logprobs }) =>
      seenChoice({ ...message }, finish_reason, { ...logprobs }),
    ),
  };
}

function aboutOf({ service_tier, system_fingerprint }: Partial<ChatCompletion | ChatCompletionChunk>): {
  readonly service_tier: unknown;
  readonly system_fingerprint: unknown;
} {
  return { service_tier, system_fingerprint };
}

const KNOWN = ['role', 'content', 'refusal', 'reasoning_content', 'tool_calls', 'parsed'];

function seenChoice(message: JsonObject, finish: string | null, logprobs: JsonObject): SeenChoice {
  const calls = Array.isArray(message.tool_calls) ? message.tool_calls : [];
  const others = Object.entries(message).filter(([name]) => !KNOWN.includes(name));
  return {
    content: stringMember(message, 'content') ?? '',
    reasoning: stringMember(message, 'reasoning_content') ?? '',
    refusal: stringMember(message, 'refusal') ?? '',
    calls: calls.map((call) => ({
      id: String(call.id),
      name: String((call.function ?? call.custom)?.name),
      arguments: String(call.function?.arguments ?? call.custom?.input),
    })),
    finish,
    others: { ...Object.fromEntries(others), ...(Object.keys(logprobs).length === 0 ? {} : { logprobs }) },
  };
}

interface FoldedChoice {
  readonly message: Record<string, unknown>;
  readonly calls: { id: string; function: { name: string; arguments: string } }[];
  readonly logprobs: Record<string, unknown>;
  finish: string | null;
}

function addChunk(folded: FoldedChoice, choice: ChatCompletionChunk.Choice): void {
  const { role: _, tool_calls, ...delta } = choice.delta;
  addMembers(folded.message, delta);
  addMembers(folded.logprobs, choice.logprobs ?? {});
  folded.finish = choice.finish_reason ?? folded.finish;
  for (const { index, id, function: ofFunction, ...rest } of tool_calls ?? []) {
    const custom = objectMember(rest, 'custom');
    const called = ofFunction ?? { name: stringMember(custom, 'name'), arguments: stringMember(custom, 'input') };
    const call = folded.calls[index] ?? { id: '', function: { name: '', arguments: '' } };
    folded.calls[index] = call;
    call.id += id ?? '';
    call.function.name += called?.name ?? '';
    call.function.arguments += called?.arguments ?? '';
  }
}

function addMembers(into: Record<string, unknown>, members: object): void {
  for (const [name, value] of Object.entries(members)) {
    into[name] = joined(into[name], value);
  }
}

/** Texts are joined, lists appended, objects merged. */
function joined(before: unknown, value: unknown): unknown {
  if (typeof before === 'string' && typeof value === 'string') {
    return before + value;
  }
  if (Array.isArray(before) && Array.isArray(value)) {
    return [...before, ...value];
  }
  const isMerge = isJsonObject(before) && isJsonObject(value);
  return isMerge ? { ...before, ...value } : (value ?? before ?? null);
}
