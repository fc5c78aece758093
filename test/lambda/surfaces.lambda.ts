import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import { PROTOCOL_NAMES } from '../../functions/gateway/core/protocols/protocols.ts';
import { isJsonObject, member, parseJson } from '../../functions/gateway/core/wire/json.ts';
import { BODY_ATTACKS, type BodyAttack } from '../security/support/body-attacks.ts';
import { EMBEDS } from '../security/support/every-protocol.ts';
import { SURFACE_FORMS, type SurfaceForm, waysOfAsking } from '../security/support/surface-forms.ts';
import { type FakeProvider, startFakeProvider } from '../support/fake-provider.ts';
import { type RunningLambda, runningLambda } from './local-lambda/running-lambda.ts';

/** Hostile bodies on every surface before vendors of every protocol, streamed and plain, against the bundle under Lambda's runtime. */

/** AWS takes no more. */
const MAX_BODY_BYTES = 5_900_000;
/** What is longer meets the same reader whether or not a stream is asked for. */
const MAX_STREAMED_BYTES = 200_000;

let lambda: RunningLambda;
const vendors = new Map<ProtocolName, FakeProvider>();
before(async () => {
  for (const protocol of PROTOCOL_NAMES) {
    vendors.set(protocol, await startFakeProvider(protocol));
  }
  lambda = await runningLambda({ config: configOf() });
  lambda.aws.setSecret(JSON.stringify({ VENDOR_KEY: 'key-of-the-vendor' }));
});
after(async () => {
  await lambda.close();
  await Promise.all([...vendors.values()].map((vendor) => vendor.close()));
});

function configOf(): object {
  const entries = [...vendors].map(([protocol, { baseUrl }]) => {
    const region = protocol === 'bedrock' ? { region: 'us-east-1' } : {};
    return [protocol, { protocol, baseUrl, apiKey: 'VENDOR_KEY', ...region }] as const;
  });
  const prices = { inputPrice: 1, outputPrice: 4 };
  return {
    providers: Object.fromEntries(entries),
    deployments: Object.fromEntries(
      PROTOCOL_NAMES.flatMap((provider) => [
        [`${provider}/chat`, { provider, model: 'model', ...prices }],
        ...(EMBEDS.has(provider) ? [[`${provider}/vectors`, { provider, ...vectorsOf(provider), ...prices }]] : []),
      ]),
    ),
  };
}

function vectorsOf(protocol: ProtocolName): object {
  return { model: protocol === 'bedrock' ? 'cohere.embed-english-v3' : 'v', kind: 'embeddings' };
}

async function attempt(
  protocol: ProtocolName,
  form: SurfaceForm,
  { attack: { body, outcome }, maxBytes }: { readonly attack: BodyAttack; readonly maxBytes: number },
): Promise<void> {
  const text = body(form, `${protocol}/${form.name === 'embeddings' ? 'vectors' : 'chat'}`);
  if (text === undefined || Buffer.byteLength(text) > maxBytes) {
    return;
  }
  // An instance writes on behind its answer: without a wait every call would find all of them busy, on a slow machine more than there may be.
  await lambda.settled();
  const callsBefore = callsOf(protocol);
  const response = await lambda.fetch(form.path, { method: 'POST', body: text });
  const said = await response.text();
  assert.ok(response.status < 500, `${response.status}: ${said.slice(0, 300)}`);
  if (response.status !== 200) {
    const error = member(parseJson(said), 'error');
    assert.ok(isJsonObject(error) && typeof error.message === 'string', said.slice(0, 300));
  }
  if (outcome === 'refused') {
    assert.notEqual(response.status, 200);
    assert.equal(callsOf(protocol), callsBefore);
  }
}

function callsOf(protocol: ProtocolName): number {
  return vendors.get(protocol)?.requests.length ?? 0;
}

for (const [attackClass, attacks] of Object.entries(BODY_ATTACKS)) {
  describe(`${attackClass} has no place on any surface under Lambda's runtime`, () => {
    for (const [way, form] of SURFACE_FORMS.flatMap(waysOfAsking)) {
      for (const protocol of PROTOCOL_NAMES.filter((name) => form.name !== 'embeddings' || EMBEDS.has(name))) {
        it(`of ${form.name} before a vendor that speaks ${protocol}, ${way}`, async () => {
          const maxBytes = way === 'plain' ? MAX_BODY_BYTES : MAX_STREAMED_BYTES;
          for (const attack of attacks) {
            await attempt(protocol, form, { attack, maxBytes }).catch((cause: unknown) => {
              throw new Error(`${attack.name}: ${String(cause)}`, { cause });
            });
          }
          await lambda.settled();
          assert.ok(
            lambda.instances.every((instance) => instance.ended() === undefined),
            'no instance has ended',
          );
        });
      }
    }
  });
}
