import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { startFakeProvider } from '../support/fake-provider.ts';
import { invokeModelWire, rawPredictWire } from '../support/hosted-claude-wires.ts';
import { deploymentId, type RunningGateway, runningGateway } from '../support/running-gateway.ts';
import { SURFACE_CALLERS } from './surface-callers.ts';
import {
  PROTOCOL_NAMES,
  PROTOCOL_TITLES,
  SURFACE_FEATURES,
  SURFACE_NAMES,
  type SurfaceBench,
  surfaceMatrixMarkdown,
} from './surface-matrix.ts';

const invokeModel = await startFakeProvider(invokeModelWire);
const rawPredict = await startFakeProvider(rawPredictWire);

const FAKES = {
  openai: 'openai',
  'openai-responses': 'openai-responses',
  anthropic: 'anthropic',
  gemini: 'gemini',
  bedrock: 'bedrock',
  invokeModel: { protocol: 'anthropic', fake: invokeModel, settings: { host: 'bedrock', region: 'us-east-1' } },
  rawPredict: { protocol: 'anthropic', fake: rawPredict, settings: { host: 'vertex' } },
} as const;

/** Models of vendors that reason, where that is known by the name. */
const MODELS = {
  'openai-responses': { model: 'gpt-5.5' },
  anthropic: { model: 'claude-sonnet-4-5' },
  gemini: { model: 'gemini-2.5-flash' },
  // Claude there is asked in Anthropic's own words for who speaks them.
  bedrock: { model: 'us.amazon.nova-2-lite-v1:0' },
  invokeModel: { model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', protocol: 'anthropic' },
  rawPredict: { model: 'claude-sonnet-4-5@20250929' },
};

describe('every API that callers speak over every protocol of vendors', () => {
  let gateway: RunningGateway<keyof typeof FAKES>;
  let bench: SurfaceBench;
  before(async () => {
    gateway = await runningGateway({ fakes: FAKES, deployments: MODELS, config: { maxAttempts: 1, routes: {} } });
    const anthropic = new Anthropic({ baseURL: gateway.origin, apiKey: gateway.key, maxRetries: 0 });
    bench = {
      clients: { openai: gateway.openai(), anthropic },
      fake: (protocol) => gateway.fakes[protocol],
      model: deploymentId,
      post: (path, body) => gateway.fetch(path, { method: 'POST', body: JSON.stringify(body) }),
    };
  });
  after(() => Promise.all([gateway.close(), invokeModel.close(), rawPredict.close()]));

  for (const surface of SURFACE_NAMES) {
    for (const { name, notIn = [], check } of SURFACE_FEATURES) {
      for (const protocol of PROTOCOL_NAMES) {
        if (!notIn.includes(surface)) {
          it(`${SURFACE_CALLERS[surface].title} over ${PROTOCOL_TITLES[protocol]}: ${name}`, () =>
            check({ bench, surface, protocol }));
        }
      }
    }
  }

  it('is what matrix.md shows: `npm run conformance` writes it', () => {
    const shown = readFileSync(new URL('matrix.md', import.meta.url), 'utf8');
    assert.ok(shown.includes(surfaceMatrixMarkdown()));
  });
});
