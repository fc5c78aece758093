const USER = { role: 'user', content: 'What is the weather in Oslo?' };
const WEATHER = {
  name: 'weather',
  description: 'Tells the weather',
  strict: true,
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  cache_control: { type: 'ephemeral', ttl: '1h' },
};

/** Messages requests as clients send them: between them every member that the gateway reads. `model` is the route `all`. */
export const REAL_MESSAGES: readonly object[] = [
  { model: 'all', max_tokens: 100, messages: [USER] },
  {
    model: 'all',
    max_tokens: 32_000,
    stream: true,
    system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
    messages: [USER, { role: 'system', content: [{ type: 'text', text: 'Be kind.' }] }],
    thinking: { type: 'adaptive', display: 'omitted' },
    output_config: { effort: 'medium', task_budget: { type: 'tokens', total: 20_000 } },
    context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
    metadata: { user_id: '{"device_id":"a"}' },
    safeguards: [{ type: 'dangerous_tool_use' }],
    service_tier: 'auto',
    stop_sequences: ['END'],
    tools: [WEATHER, { name: 'later', input_schema: { type: 'object' }, defer_loading: true }],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
  },
  {
    model: 'all',
    max_tokens: 4000,
    temperature: 1,
    top_k: 5,
    thinking: { type: 'enabled', budget_tokens: 2000 },
    tools: [WEATHER, { type: 'web_search_20250305', name: 'web_search', max_uses: 1 }],
    messages: [
      USER,
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Let me look.', signature: 'c2ln' },
          { type: 'redacted_thinking', data: 'ZGF0YQ==' },
          { type: 'text', text: 'I look.', citations: [{ type: 'char_location', cited_text: 'a', document_index: 0 }] },
          { type: 'server_tool_use', id: 'srv', name: 'web_search', input: { query: 'Oslo' } },
          { type: 'web_search_tool_result', tool_use_id: 'srv', content: [] },
          { type: 'thinking', thinking: '', signature: 'nemo:gemini:{"thoughtSignature":"s"}' },
          { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'toolu_1',
            is_error: false,
            content: [{ type: 'text', text: 'rain' }],
            cache_control: { type: 'ephemeral' },
          },
          { type: 'document', title: 'Notes', source: { type: 'text', media_type: 'text/plain', data: 'Words.' } },
          { type: 'search_result', source: 'a', title: 'A', content: [{ type: 'text', text: 'Found.' }] },
        ],
      },
    ],
  },
  {
    model: 'all',
    max_tokens: 100,
    output_config: { format: { type: 'json_schema', schema: { type: 'object', properties: {} } } },
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image', source: { type: 'url', url: 'https://a.example/a.png' } },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
          { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'Words.' }] } },
        ],
      },
    ],
  },
];
