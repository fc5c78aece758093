import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import type { GatewayConfig } from '../../functions/gateway/core/model/gateway-config.ts';
import { rehearse } from '../../functions/gateway/rehearsal.ts';

function configOf(file: object): GatewayConfig {
  const parsed = parseConfig(file);
  assert.ok(parsed.kind === 'parsed', JSON.stringify(parsed));
  return parsed.config;
}

/** What is written meanwhile, to both outputs. The runner's own reports are bytes. */
async function writtenBy(work: () => Promise<void>): Promise<readonly string[]> {
  const written: string[] = [];
  const outputs = [process.stdout, process.stderr];
  const own = outputs.map(({ write }) => write);
  outputs.forEach((output, index) => {
    output.write = (said: string | Uint8Array) =>
      typeof said === 'string' ? written.push(said) > 0 : (own[index]?.call(output, said) ?? true);
  });
  try {
    await work();
  } finally {
    outputs.forEach((output, index) => {
      output.write = own[index] ?? output.write;
    });
  }
  return written;
}

const PROVIDERS = {
  openai: { protocol: 'openai', baseUrl: 'http://nowhere.invalid' },
  'openai-responses': { protocol: 'openai-responses', baseUrl: 'http://nowhere.invalid' },
  anthropic: { protocol: 'anthropic', baseUrl: 'http://nowhere.invalid' },
  gemini: { protocol: 'gemini', baseUrl: 'http://nowhere.invalid' },
  bedrock: { region: 'us-east-1' },
} as const;

describe('the rehearsal of a call', () => {
  for (const name of ['openai', 'openai-responses', 'anthropic', 'gemini'] as const) {
    it(`is answered by a deployment that speaks ${name}, without a network, and writes nothing`, async () => {
      const config = configOf({
        providers: { [name]: PROVIDERS[name] },
        deployments: { 'one/m': { provider: name, model: 'm' } },
      });
      let status: number | undefined;
      assert.deepEqual(
        await writtenBy(async () => {
          status = await rehearse(config);
        }),
        [],
      );
      assert.equal(status, 200);
    });
  }

  it('has nothing of the deployments that it cannot rehearse with: of other clouds, and for vectors', async () => {
    const vectors = { provider: 'openai', model: 'v', kind: 'embeddings' };
    const bedrock = { provider: 'bedrock', model: 'us.amazon.nova-pro-v1:0' };
    const { openai, gemini } = PROVIDERS;
    const without = configOf({
      providers: { openai, bedrock: PROVIDERS.bedrock },
      deployments: { 'openai/v': vectors, 'bedrock/m': bedrock },
    });
    assert.equal(await rehearse(without), undefined);
    const withOne = configOf({
      providers: { openai, bedrock: PROVIDERS.bedrock, gemini },
      deployments: { 'openai/v': vectors, 'bedrock/m': bedrock, 'gemini/m': { provider: 'gemini', model: 'm' } },
    });
    assert.equal(await rehearse(withOne), 200);
  });

  it('goes without a tool where a deployment takes none', async () => {
    const config = configOf({
      providers: { perplexity: { apiKey: 'PERPLEXITY_API_KEY' } },
      deployments: { 'perplexity/sonar': { provider: 'perplexity', model: 'sonar' } },
    });
    assert.equal(await rehearse(config), 200);
  });

  it('passes where answers are kept, the page is on and keys are limited', async () => {
    const config = configOf({
      providers: { openai: PROVIDERS.openai },
      deployments: { 'one/m': { provider: 'openai', model: 'm', inputPrice: 1, outputPrice: 4 } },
      responses: { keepDays: 3 },
      statusPage: true,
    });
    assert.equal(await rehearse(config), 200);
  });
});
