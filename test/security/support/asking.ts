/** Where in a request a long text stands, and how long it is. */
export interface LongText {
  readonly place: number;
  readonly length: number;
}

/** How a surface is asked. */
export interface Asking {
  readonly path: string;
  readonly body: (model: string, stream: boolean, long: LongText) => object;
}

/** Every API for prompts, with the places in which its requests may have long texts. */
export const SURFACES: Readonly<Record<string, Asking>> = {
  'chat completions': { path: '/v1/chat/completions', body: chatBody },
  messages: { path: '/v1/messages', body: messagesBody },
  responses: { path: '/v1/responses', body: responsesBody },
  completions: {
    path: '/v1/completions',
    body: (model, stream, long) => ({ model, stream, prompt: `Go. ${textOf(long)}` }),
  },
};

const SENTENCE = 'The quick brown fox jumps over the lazy dog, and nobody minds. ';

/** Words as long as was asked for. */
function textOf({ length }: LongText): string {
  return SENTENCE.repeat(Math.ceil(length / SENTENCE.length)).slice(0, length);
}

function schemaOf(text: string): object {
  return { type: 'object', properties: { a: { type: 'string', description: text } } };
}

function chatBody(model: string, stream: boolean, long: LongText): object {
  const text = textOf(long);
  const first = { role: 'user', content: 'Go on.' };
  const call = { id: 'c1', type: 'function', function: { name: 'f', arguments: JSON.stringify({ text }) } };
  const tool = (more: object): object => ({ tools: [{ type: 'function', function: { name: 'f', ...more } }] });
  const pair = (args: object, content: string): object => ({
    messages: [
      first,
      { role: 'assistant', tool_calls: [{ ...call, ...args }] },
      { role: 'tool', tool_call_id: 'c1', content },
    ],
  });
  const places: readonly object[] = [
    { messages: [{ role: 'user', content: `Go. ${text}` }] },
    { messages: [{ role: 'system', content: `Be brief. ${text}` }, first] },
    tool({ description: text }),
    tool({ parameters: schemaOf(text) }),
    pair({}, 'done'),
    pair({ function: { name: 'f', arguments: '{}' } }, `Done. ${text}`),
    { messages: [first, { role: 'assistant', content: `So. ${text}` }, first] },
    { max_tokens: 500, stop: ['never'] },
  ];
  return { model, stream, messages: [first], ...places[long.place % places.length] };
}

function messagesBody(model: string, stream: boolean, long: LongText): object {
  const text = textOf(long);
  const first = { role: 'user', content: 'Go on.' };
  const use = (input: object): object => ({
    role: 'assistant',
    content: [{ type: 'tool_use', id: 'c1', name: 'f', input }],
  });
  const result = (content: string): object => ({
    role: 'user',
    content: [{ type: 'tool_result', tool_use_id: 'c1', content }],
  });
  const tool = (more: object): object => ({ tools: [{ name: 'f', input_schema: { type: 'object' }, ...more }] });
  const places: readonly object[] = [
    { messages: [{ role: 'user', content: `Go. ${text}` }] },
    { system: `Be brief. ${text}` },
    tool({ description: `It does. ${text}` }),
    tool({ input_schema: schemaOf(text) }),
    { messages: [first, use({ text }), result('done')] },
    { messages: [first, use({}), result(`Done. ${text}`)] },
  ];
  return { model, stream, max_tokens: 500, messages: [first], ...places[long.place % places.length] };
}

function responsesBody(model: string, stream: boolean, long: LongText): object {
  const text = textOf(long);
  const first = { role: 'user', content: 'Go on.' };
  const call = (args: object): object => ({
    type: 'function_call',
    call_id: 'c1',
    name: 'f',
    arguments: JSON.stringify(args),
  });
  const result = (output: string): object => ({ type: 'function_call_output', call_id: 'c1', output });
  const tool = (more: object): object => ({
    tools: [{ type: 'function', name: 'f', parameters: { type: 'object' }, ...more }],
  });
  const places: readonly object[] = [
    { input: `Go. ${text}` },
    { instructions: `Be brief. ${text}` },
    tool({ description: text }),
    tool({ parameters: schemaOf(text) }),
    { input: [first, call({ text }), result('done')] },
    { input: [first, call({}), result(`Done. ${text}`)] },
  ];
  return { model, stream, input: 'Go on.', ...places[long.place % places.length] };
}
