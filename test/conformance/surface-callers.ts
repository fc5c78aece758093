import assert from 'node:assert/strict';
import type Anthropic from '@anthropic-ai/sdk';
import type OpenAI from 'openai';
import type { JsonObject } from '../../functions/gateway/core/wire/json.ts';

/** The official clients of the APIs that callers speak, at one gateway. */
export interface Clients {
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
}

/** What is asked, whichever API says it. */
export interface Asked {
  readonly model: string;
  readonly text: string;
  readonly instructions?: string;
  /** A picture beside the text, as base64. */
  readonly png?: string;
  /** A tool of this name, of one argument `city`. */
  readonly tool?: string;
  /** A call that an earlier answer made, and what came of it. */
  readonly told?: { readonly answer: Seen; readonly result: string };
  /** The answer is to be JSON of one number `n`. */
  readonly json?: true;
  readonly thinks?: true;
  readonly stream: boolean;
}

/** What a client sees, whichever API says it. */
export interface Seen {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly input: unknown }[];
  /** Whether the answer was cut by the limit of its length. */
  readonly isCut: boolean;
  readonly tokens: { readonly input: number; readonly output: number };
  /** What a client sends back to go on. */
  readonly said: readonly object[];
}

/** An API that callers speak. */
export interface SurfaceCaller {
  readonly title: string;
  readonly path: string;
  /** The least body of a request for `model`. */
  readonly body: (model: string) => JsonObject;
  /** By the official client. */
  readonly ask: (clients: Clients, asked: Asked) => Promise<Seen>;
  /** Whether the JSON of an error has the API's shape. */
  readonly isError: (json: JsonObject) => boolean;
  /** Whether the text of a stream ends as one that broke off. */
  readonly isBroken: (text: string) => boolean;
}

const CITY = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const NUMBER = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'], additionalProperties: false };

const chat: SurfaceCaller = {
  title: 'chat completions',
  path: '/v1/chat/completions',
  body: (model) => ({ model, messages: [{ role: 'user', content: 'Hello' }] }),
  ask: async ({ openai }, asked) => {
    const thoughts: string[] = [];
    const answer = await chatAnswer(openai, asked, (text) => thoughts.push(text));
    const [choice] = answer.choices;
    assert.ok(choice !== undefined);
    const { message, finish_reason } = choice;
    return {
      text: message.content ?? '',
      reasoning: thoughts.join(''),
      calls: (message.tool_calls ?? []).flatMap((call) =>
        call.type === 'function'
          ? [{ id: call.id, name: call.function.name, input: JSON.parse(call.function.arguments) }]
          : [],
      ),
      isCut: finish_reason === 'length',
      tokens: { input: answer.usage?.prompt_tokens ?? 0, output: answer.usage?.completion_tokens ?? 0 },
      said: [message],
    };
  },
  isError: isOpenAiError,
  isBroken: (text) => /^data: \{"error"/m.test(text) && !text.includes('[DONE]'),
};

/** The client puts streams together, but for members of which it does not know that they grow. */
async function chatAnswer(
  openai: OpenAI,
  asked: Asked,
  onThought: (text: string) => void,
): Promise<OpenAI.ChatCompletion> {
  const body = chatBody(asked);
  if (!asked.stream) {
    const answer = await openai.chat.completions.create(body);
    onThought(thoughtIn(answer.choices[0]?.message));
    return answer;
  }
  const stream = openai.chat.completions.stream({ ...body, stream_options: { include_usage: true } });
  stream.on('chunk', ({ choices }) => onThought(thoughtIn(choices[0]?.delta)));
  return await stream.finalChatCompletion();
}

function thoughtIn(message: object | undefined): string {
  return message !== undefined && 'reasoning_content' in message ? String(message.reasoning_content) : '';
}

function chatBody({ model, text, instructions, png, tool, told, json, thinks }: Asked) {
  const image = { type: 'image_url' as const, image_url: { url: `data:image/png;base64,${png}` } };
  const user = png === undefined ? text : [{ type: 'text' as const, text }, image];
  const results = (told?.answer.calls ?? []).map(({ id }) => ({
    role: 'tool' as const,
    tool_call_id: id,
    content: told?.result ?? '',
  }));
  return {
    model,
    messages: [
      ...(instructions === undefined ? [] : [{ role: 'system' as const, content: instructions }]),
      { role: 'user' as const, content: user },
      ...((told?.answer.said ?? []) as OpenAI.ChatCompletionMessageParam[]),
      ...results,
    ],
    ...(tool !== undefined && { tools: [{ type: 'function' as const, function: { name: tool, parameters: CITY } }] }),
    ...(thinks && { reasoning_effort: 'low' as const }),
    ...(json && {
      response_format: {
        type: 'json_schema' as const,
        json_schema: { name: 'number', schema: NUMBER, strict: true },
      },
    }),
  };
}

function isOpenAiError(json: JsonObject): boolean {
  const { error } = json;
  return typeof error === 'object' && error !== null && 'code' in error && 'param' in error && 'message' in error;
}

const responses: SurfaceCaller = {
  title: 'responses',
  path: '/v1/responses',
  body: (model) => ({ model, input: 'Hello' }),
  ask: async ({ openai }, asked) => {
    const body = responsesBody(asked);
    const answer = asked.stream
      ? await openai.responses.stream(body).finalResponse()
      : await openai.responses.create(body);
    return {
      text: answer.output_text,
      reasoning: answer.output
        .flatMap((item) => (item.type === 'reasoning' ? item.summary.map(({ text }) => text) : []))
        .join(''),
      calls: answer.output.flatMap((item) =>
        item.type === 'function_call' ? [{ id: item.call_id, name: item.name, input: JSON.parse(item.arguments) }] : [],
      ),
      isCut: answer.incomplete_details?.reason === 'max_output_tokens',
      tokens: { input: answer.usage?.input_tokens ?? 0, output: answer.usage?.output_tokens ?? 0 },
      said: answer.output,
    };
  },
  isError: isOpenAiError,
  isBroken: (text) => text.includes('event: response.failed') && !text.includes('event: response.completed'),
};

function responsesBody({ model, text, instructions, png, tool, told, json, thinks }: Asked) {
  const image = {
    type: 'input_image' as const,
    image_url: `data:image/png;base64,${png}`,
    detail: 'auto' as const,
  };
  const content = [{ type: 'input_text' as const, text }, ...(png === undefined ? [] : [image])];
  const results = (told?.answer.calls ?? []).map(({ id }) => ({
    type: 'function_call_output' as const,
    call_id: id,
    output: told?.result ?? '',
  }));
  return {
    model,
    input: [
      { role: 'user' as const, content },
      ...((told?.answer.said ?? []) as OpenAI.Responses.ResponseInputItem[]),
      ...results,
    ],
    ...(instructions !== undefined && { instructions }),
    ...(tool !== undefined && {
      tools: [{ type: 'function' as const, name: tool, parameters: CITY, strict: false }],
    }),
    ...(thinks && { reasoning: { effort: 'low' as const, summary: 'auto' as const } }),
    ...(json && {
      text: { format: { type: 'json_schema' as const, name: 'number', schema: NUMBER, strict: true } },
    }),
  };
}

const messages: SurfaceCaller = {
  title: 'messages',
  path: '/v1/messages',
  body: (model) => ({ model, max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] }),
  ask: async ({ anthropic }, asked) => {
    const body = messagesBody(asked);
    const answer = asked.stream
      ? await anthropic.messages.stream(body).finalMessage()
      : await anthropic.messages.create(body);
    return {
      text: answer.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
      reasoning: answer.content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
      calls: answer.content.flatMap((block) =>
        block.type === 'tool_use' ? [{ id: block.id, name: block.name, input: block.input }] : [],
      ),
      isCut: answer.stop_reason === 'max_tokens',
      tokens: { input: answer.usage.input_tokens, output: answer.usage.output_tokens },
      said: [{ role: 'assistant', content: answer.content }],
    };
  },
  isError: ({ type, error }) => type === 'error' && typeof error === 'object' && error !== null && 'type' in error,
  isBroken: (text) => text.includes('event: error') && !text.includes('event: message_stop'),
};

function messagesBody({ model, text, instructions, png, tool, told, json, thinks }: Asked) {
  const source = { type: 'base64' as const, media_type: 'image/png' as const, data: png ?? '' };
  const content = [{ type: 'text' as const, text }, ...(png === undefined ? [] : [{ type: 'image' as const, source }])];
  const results = (told?.answer.calls ?? []).map(({ id }) => ({
    type: 'tool_result' as const,
    tool_use_id: id,
    content: told?.result ?? '',
  }));
  return {
    model,
    max_tokens: 4_000,
    messages: [
      { role: 'user' as const, content },
      ...((told?.answer.said ?? []) as Anthropic.MessageParam[]),
      ...(results.length === 0 ? [] : [{ role: 'user' as const, content: results }]),
    ],
    ...(instructions !== undefined && { system: instructions }),
    ...(tool !== undefined && { tools: [{ name: tool, input_schema: CITY as Anthropic.Tool.InputSchema }] }),
    ...(thinks && { thinking: { type: 'enabled' as const, budget_tokens: 2_000 } }),
    ...(json && { output_config: { format: { type: 'json_schema' as const, schema: NUMBER } } }),
  };
}

const completions: SurfaceCaller = {
  title: 'completions',
  path: '/v1/completions',
  body: (model) => ({ model, prompt: 'Hello' }),
  ask: async ({ openai }, { model, text, stream }) => {
    const seen = { reasoning: '', calls: [], said: [] };
    if (!stream) {
      const { choices, usage } = await openai.completions.create({ model, prompt: text });
      const tokens = { input: usage?.prompt_tokens ?? 0, output: usage?.completion_tokens ?? 0 };
      return { ...seen, text: choices[0]?.text ?? '', isCut: choices[0]?.finish_reason === 'length', tokens };
    }
    const pieces: string[] = [];
    let isCut = false;
    let tokens = { input: 0, output: 0 };
    const options = { include_usage: true };
    for await (const { choices, usage } of await openai.completions.create({
      model,
      prompt: text,
      stream: true,
      stream_options: options,
    })) {
      pieces.push(choices[0]?.text ?? '');
      isCut ||= choices[0]?.finish_reason === 'length';
      tokens = usage ? { input: usage.prompt_tokens, output: usage.completion_tokens } : tokens;
    }
    return { ...seen, text: pieces.join(''), isCut, tokens };
  },
  isError: isOpenAiError,
  isBroken: (text) => /^data: \{"error"/m.test(text) && !text.includes('[DONE]'),
};

/** Every API for prompts that callers speak. */
export const SURFACE_CALLERS = { chat, responses, messages, completions } as const satisfies Readonly<
  Record<string, SurfaceCaller>
>;

export type SurfaceName = keyof typeof SURFACE_CALLERS;
