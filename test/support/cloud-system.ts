import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import type { JsonObject } from '../../functions/gateway/core/wire/json.ts';
import { type LocalSystemOptions, startLocalSystem } from '../../infra/local/local-system.ts';
import type { CloudHost } from './cloud-host.ts';

/** The whole local system, whose providers are at a fake cloud. */
export interface CloudSystem extends AsyncDisposable {
  /** Asks at a path of the gateway's, as `/v1/messages`, and reads the whole answer. */
  readonly ask: (path: string, body: object) => Promise<{ readonly status: number; readonly text: string }>;
}

const KEY = 'nemo_of-the-tests';
const PEM = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });

/** The value of a credential: that of Google's is a service account, whose tokens the cloud gives. */
function secretOf(name: string, cloud: CloudHost): string {
  return name === 'GOOGLE_SERVICE_ACCOUNT'
    ? JSON.stringify({ client_email: 'a@p.iam', private_key: PEM, token_uri: `${cloud.origin}/token` })
    : `value of ${name}`;
}

/** Starts it with a configuration file, whose addresses are the cloud's. Requests to AWS are signed by a word. */
export async function startCloudSystem(
  cloud: CloudHost,
  file: JsonObject,
  more: Partial<Pick<LocalSystemOptions, 'sign' | 'googleServers'>> = {},
): Promise<CloudSystem> {
  const parsed = parseConfig({ probes: 'off', ...file });
  assert.ok(parsed.kind === 'parsed', JSON.stringify(parsed));
  const system = await startLocalSystem({
    config: parsed.config,
    key: KEY,
    port: 0,
    credentials: async (name) => secretOf(name, cloud),
    sign: async (_request, region, service) => ({ authorization: `signed for ${service} in ${region}` }),
    onRecord: () => undefined,
    onStoreError: () => undefined,
    ...more,
  });
  const { origin } = new URL(system.baseUrl);
  return {
    ask: async (path, body) => {
      const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
      const response = await fetch(origin + path, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: response.status, text: await response.text() };
    },
    [Symbol.asyncDispose]: () => system.close(),
  };
}
