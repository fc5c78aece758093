const USER = { role: 'user', content: 'What is the weather in Oslo?' };
const WEATHER = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'Tells the weather',
    strict: true,
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'array', items: { $ref: '#/$defs/day' } } },
      required: ['city', 'days'],
      additionalProperties: false,
      $defs: { day: { enum: ['mon', 'tue'] } },
    },
  },
};
const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** Chat requests as clients send them: between them every member that the gateway reads. `model` is the route `all`. */
export const REAL_CHATS: readonly object[] = [
  { model: 'all', messages: [USER] },
  {
    model: 'all',
    stream: true,
    stream_options: { include_usage: true },
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
      USER,
    ],
    max_completion_tokens: 100,
    temperature: 0.5,
    top_p: 0.9,
    stop: ['END', '\n\n'],
    seed: 7,
    user: 'someone',
    metadata: { a: 'b' },
    service_tier: 'auto',
    reasoning_effort: 'low',
    prompt_cache_key: 'conversation',
    safety_identifier: 'somebody',
  },
  {
    model: 'all',
    messages: [
      USER,
      {
        role: 'assistant',
        content: null,
        reasoning_content: 'Let me look.',
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo","days":[]}' } },
          { id: 'call_2', type: 'function', function: { name: 'weather', arguments: '' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'rain' },
      { role: 'tool', tool_call_id: 'call_2', content: [{ type: 'text', text: 'sun' }] },
      USER,
    ],
    tools: [WEATHER],
    tool_choice: { type: 'function', function: { name: 'weather' } },
    parallel_tool_calls: false,
  },
  {
    model: 'all',
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: PIXEL, detail: 'low' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0xLjQK' } },
        ],
      },
    ],
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'answer', strict: true, schema: WEATHER.function.parameters },
    },
    n: 1,
    logprobs: true,
    top_logprobs: 2,
    logit_bias: { '50256': -100 },
    presence_penalty: 0.1,
    frequency_penalty: 0.1,
  },
  {
    model: 'all',
    messages: [
      { role: 'user', name: 'Ann', content: 'Hi' },
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }], refusal: 'No.' },
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
      { role: 'function', name: 'f', content: 'x' },
      { role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } }] },
      { role: 'assistant', content: 'The answer is ' },
    ],
    functions: [{ name: 'f', parameters: {} }],
    function_call: 'auto',
    response_format: { type: 'json_object' },
    max_tokens: 10,
  },
];

/** Embeddings requests as clients send them. `model` is the route `vectors`. */
export const REAL_EMBEDDINGS: readonly object[] = [
  { model: 'vectors', input: 'Hello' },
  { model: 'vectors', input: ['one', 'two'], encoding_format: 'base64', dimensions: 256, user: 'someone' },
  { model: 'vectors', input: [1, 2, 3] },
  { model: 'vectors', input: [[1, 2], [3]] },
];
