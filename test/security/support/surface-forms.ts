/** What a request has beside what every request needs. What a surface has no place for is left out. */
export interface Extras {
  /** Members beside those of the surface. */
  readonly members?: object;
  readonly text?: string;
  readonly image?: string;
  /** Files of this name and content, so many. */
  readonly files?: { readonly names: readonly string[] };
  /** So many parts of text. */
  readonly parts?: number;
  /** So many messages. */
  readonly messages?: number;
  /** Tools of these names. */
  readonly tools?: readonly string[];
  readonly schema?: object;
  /** A call and its result. */
  readonly call?: { readonly id: string; readonly input: string; readonly result: string };
  /** Calls of one answer, so many, each with its result. */
  readonly calls?: number;
}

/** An API that callers speak, and the smallest request of it with some extras. */
export interface SurfaceForm {
  readonly name: string;
  readonly path: string;
  readonly body: (model: string, extras: Extras) => object;
}

const chat: SurfaceForm = {
  name: 'chat completions',
  path: '/v1/chat/completions',
  body: (
    model,
    { members, text = 'Hello', image, files, parts = 0, messages = 0, tools, schema, call, calls = 0 },
  ) => ({
    model,
    messages: [
      ...repeated(messages, () => ({ role: 'user', content: 'a' })),
      ...callMessages(call === undefined ? numberedCalls(calls) : [call]),
      {
        role: 'user',
        content: [
          { type: 'text', text },
          ...repeated(parts, () => ({ type: 'text', text: 'a' })),
          ...(image === undefined ? [] : [{ type: 'image_url', image_url: { url: image } }]),
          ...(files?.names ?? []).map((filename) => ({ type: 'file', file: { filename, file_data: PDF } })),
        ],
      },
    ],
    ...(tools !== undefined && {
      tools: tools.map((name) => ({ type: 'function', function: { name, parameters: schema ?? { type: 'object' } } })),
    }),
    ...members,
  }),
};

const PDF = 'data:application/pdf;base64,AA';

interface Called {
  readonly id: string;
  readonly input: string;
  readonly result: string;
}

function numberedCalls(count: number): readonly Called[] {
  return repeated(count, (index) => ({ id: `call:${index}`, input: '{}', result: '{}' }));
}

function callMessages(calls: readonly Called[]): readonly object[] {
  return calls.length === 0
    ? []
    : [
        { role: 'user', content: 'Go.' },
        {
          role: 'assistant',
          tool_calls: calls.map(({ id, input }) => ({
            id,
            type: 'function',
            function: { name: 'f', arguments: input },
          })),
        },
        ...calls.map(({ id, result }) => ({ role: 'tool', tool_call_id: id, content: result })),
      ];
}

const messagesForm: SurfaceForm = {
  name: 'messages',
  path: '/v1/messages',
  body: (model, { members, text = 'Hello', image, files, parts = 0, messages = 0, tools, schema, call, calls = 0 }) => {
    const called = call === undefined ? numberedCalls(calls) : [call];
    return {
      model,
      max_tokens: 100,
      messages: [
        ...repeated(messages, () => ({ role: 'user', content: 'a' })),
        ...(called.length === 0
          ? []
          : [
              { role: 'user', content: 'Go.' },
              {
                role: 'assistant',
                content: called.map(({ id, input }) => ({ type: 'tool_use', id, name: 'f', input: { input } })),
              },
              {
                role: 'user',
                content: called.map(({ id, result }) => ({ type: 'tool_result', tool_use_id: id, content: result })),
              },
              { role: 'assistant', content: 'So.' },
            ]),
        {
          role: 'user',
          content: [
            { type: 'text', text },
            ...repeated(parts, () => ({ type: 'text', text: 'a' })),
            ...(image === undefined ? [] : [{ type: 'image', source: { type: 'url', url: image } }]),
            ...(files?.names ?? []).map((title) => ({
              type: 'document',
              title,
              source: { type: 'base64', media_type: 'application/pdf', data: 'AA' },
            })),
          ],
        },
      ],
      ...(tools !== undefined && {
        tools: tools.map((name) => ({ name, input_schema: schema ?? { type: 'object' } })),
      }),
      ...members,
    };
  },
};

const responses: SurfaceForm = {
  name: 'responses',
  path: '/v1/responses',
  body: (
    model,
    { members, text = 'Hello', image, files, parts = 0, messages = 0, tools, schema, call, calls = 0 },
  ) => ({
    model,
    input: [
      ...repeated(messages, () => ({ role: 'user', content: 'a' })),
      ...(call === undefined ? numberedCalls(calls) : [call]).flatMap(({ id, input, result }) => [
        { type: 'function_call', call_id: id, name: 'f', arguments: input },
        { type: 'function_call_output', call_id: id, output: result },
      ]),
      {
        role: 'user',
        content: [
          { type: 'input_text', text },
          ...repeated(parts, () => ({ type: 'input_text', text: 'a' })),
          ...(image === undefined ? [] : [{ type: 'input_image', image_url: image }]),
          ...(files?.names ?? []).map((filename) => ({ type: 'input_file', filename, file_data: PDF })),
        ],
      },
    ],
    ...(tools !== undefined && {
      tools: tools.map((name) => ({ type: 'function', name, parameters: schema ?? { type: 'object' } })),
    }),
    ...members,
  }),
};

const completions: SurfaceForm = {
  name: 'completions',
  path: '/v1/completions',
  body: (model, { members, text = 'Hello' }) => ({ model, prompt: text, ...members }),
};

const embeddings: SurfaceForm = {
  name: 'embeddings',
  path: '/v1/embeddings',
  body: (model, { members, text = 'Hello', parts = 0 }) => ({
    model,
    input: parts === 0 ? text : repeated(parts, () => 'a'),
    ...members,
  }),
};

const countTokens: SurfaceForm = { ...messagesForm, name: 'count_tokens', path: '/v1/messages/count_tokens' };

function repeated<Item>(count: number, item: (index: number) => Item): readonly Item[] {
  return Array.from({ length: count }, (_, index) => item(index));
}

/** The same API, asked for a stream. */
export function streamed(form: SurfaceForm): SurfaceForm {
  return { ...form, body: (model, extras) => ({ ...form.body(model, extras), stream: true }) };
}

/** Plain, and streamed where the API has streams: its answers and its errors have another form then. */
export function waysOfAsking(form: SurfaceForm): readonly (readonly [way: string, form: SurfaceForm])[] {
  const plain = ['plain', form] as const;
  return form.name === 'embeddings' || form.name === 'count_tokens' ? [plain] : [plain, ['streamed', streamed(form)]];
}

/** Every API with a body. */
export const SURFACE_FORMS: readonly SurfaceForm[] = [
  chat,
  messagesForm,
  responses,
  completions,
  embeddings,
  countTokens,
];
