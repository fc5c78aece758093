import type { GatewayConfig } from '../../functions/gateway/core/model/gateway-config.ts';

export interface BannerFacts {
  readonly baseUrl: string;
  readonly key: string;
  readonly config: GatewayConfig;
  readonly isSimulated: boolean;
  readonly metricsFile: string;
}

/** What `npm start` says when the gateway listens: how to call it, and what it calls. */
export function banner({ baseUrl, key, config, isSimulated, metricsFile }: BannerFacts): string {
  const [model = 'nemo/latency-optimized'] = Object.keys(config.routes);
  const embeddings = 'nemo/embeddings' in config.routes ? ', /v1/embeddings (model nemo/embeddings)' : '';
  const lines = [
    '',
    'NemoRouter is listening.',
    `  base URL   ${baseUrl}`,
    `  API key    ${key}`,
    `  live page  ${new URL('/', baseUrl)}#key=${key}`,
    `  routes     ${Object.keys(config.routes).join(', ')}`,
    `  behind     ${Object.keys(config.deployments).join(', ')}`,
    `  serves     /v1/chat/completions, /v1/completions, /v1/responses, /v1/messages (base URL without /v1)${embeddings}`,
    `  metrics    embedded-metric-format lines go to ${metricsFile}`,
    ...(isSimulated ? simulationNote(baseUrl) : []),
    '',
    'curl:',
    `  curl -N ${baseUrl}/chat/completions -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" \\`,
    `    -d '{"model":"${model}","stream":true,"messages":[{"role":"user","content":"Hello"}]}'`,
    '',
    'Python:',
    '  from openai import OpenAI',
    `  client = OpenAI(base_url="${baseUrl}", api_key="${key}")`,
    `  answer = client.chat.completions.create(model="${model}", messages=[{"role": "user", "content": "Hello"}])`,
    '  print(answer.model, answer.choices[0].message.content)',
    '',
    'JavaScript:',
    "  import OpenAI from 'openai';",
    `  const client = new OpenAI({ baseURL: '${baseUrl}', apiKey: '${key}' });`,
    `  const answer = await client.chat.completions.create({ model: '${model}', messages: [{ role: 'user', content: 'Hello' }] });`,
    '  console.log(answer.model, answer.choices[0].message.content);',
    '',
  ];
  return lines.join('\n');
}

function simulationNote(baseUrl: string): readonly string[] {
  const controls = baseUrl.replace(/\/v1$/, '/local');
  return [
    '',
    '  No credential was found, so the providers are SIMULATED: three servers on this machine that speak the wire formats of OpenAI,',
    '  Anthropic and Gemini with made-up answers and latencies. Set OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY or AWS',
    '  credentials to call the real ones.',
    '  Keys: 1 openai, 2 anthropic, 3 google: healthy -> slow -> down -> healthy. q or Ctrl-C ends.',
    `  Or: curl -X POST ${controls}/providers/openai/down      (healthy, slow, down, failing, rate-limited, silent, cutting)`,
    `  Traffic for five minutes: curl -X POST ${controls}/load/start      (stop ends it)`,
  ];
}
