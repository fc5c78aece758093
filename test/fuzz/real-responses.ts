const USER = { role: 'user', content: 'What is the weather in Oslo?' };
const WEATHER = {
  type: 'function',
  name: 'weather',
  description: 'Tells the weather',
  strict: true,
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

/** Responses requests as clients send them: between them every member that the gateway reads. `model` is the route `all`. */
export const REAL_RESPONSES: readonly object[] = [
  { model: 'all', input: 'Hello' },
  { model: 'all', input: 'And?', previous_response_id: 'resp_kept', store: true },
  {
    model: 'all',
    instructions: 'Be brief.',
    stream: true,
    store: false,
    input: [
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Be kind.' }] },
      USER,
      {
        type: 'reasoning',
        id: 'rs_1',
        summary: [{ type: 'summary_text', text: 'Hm.' }],
        encrypted_content: 'gA',
      },
      { type: 'reasoning', summary: [], encrypted_content: 'nemo:gemini:{"thoughtSignature":"s"}' },
      { type: 'function_call', call_id: 'call_1', name: 'wait', namespace: 'agents', arguments: '{"ms":1}' },
      { type: 'function_call_output', call_id: 'call_1', output: 'done' },
      { type: 'custom_tool_call', call_id: 'call_2', name: 'apply_patch', input: '*** Begin' },
      { type: 'custom_tool_call_output', call_id: 'call_2', output: [{ type: 'input_text', text: 'ok' }] },
    ],
    tools: [
      WEATHER,
      {
        type: 'namespace',
        name: 'agents',
        tools: [{ type: 'function', name: 'wait', parameters: { type: 'object' } }],
      },
      { type: 'custom', name: 'apply_patch', format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' } },
      { type: 'web_search' },
      { type: 'tool_search' },
    ],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    reasoning: { effort: 'medium', summary: 'auto' },
    include: ['reasoning.encrypted_content'],
    text: { verbosity: 'low' },
    prompt_cache_key: 'session',
    client_metadata: { a: 'b' },
  },
  {
    model: 'all',
    max_output_tokens: 100,
    temperature: 0.5,
    top_p: 1,
    truncation: 'auto',
    metadata: { a: 'b' },
    service_tier: 'auto',
    safety_identifier: 'user',
    text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object', properties: {} }, strict: true } },
    tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'weather' }] },
    tools: [WEATHER],
    previous_response_id: 'resp_kept',
    input: [
      { type: 'item_reference', id: 'msg_kept_0' },
      { id: 'msg_kept_i0' },
      { type: 'additional_tools', tools: [{ ...WEATHER, name: 'later' }] },
      {
        role: 'user',
        content: [
          { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' },
          { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'I see.', annotations: [] },
          { type: 'refusal', refusal: 'No.' },
        ],
      },
    ],
  },
];
