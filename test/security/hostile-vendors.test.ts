import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import { embeddedMetricLines } from '../../functions/gateway/core/metrics/embedded-metric-lines.ts';
import type { RequestRecord } from '../../functions/gateway/core/model/request-record.ts';
import { PROTOCOL_NAMES } from '../../functions/gateway/core/protocols/protocols.ts';
import { type LocalSystem, startLocalSystem } from '../../infra/local/local-system.ts';
import { requestLine } from '../../infra/local/request-line.ts';
import { EMBEDS } from './support/every-protocol.ts';
import { SURFACE_FORMS, waysOfAsking } from './support/surface-forms.ts';

/** Of no form that a pattern knows, as some vendors' keys are. */
const KEY = 'q7Z8mKpW2vTn4RbXcY6d';
const ESCAPED = KEY.replace('q', '\\u0071');
const ESCAPE = '\\u001b]0;owned\\u0007';

/** The same as it would reach a terminal, or a log. */
const CURSOR = ['\u001b', '\\u001b', '\u0007'];

/** What a vendor says, as JSON source: in its code or type, and in its message. */
const TEXTS: Readonly<Record<string, readonly [word: string, message: string]>> = {
  'a code of 20 KB': ['x'.repeat(20_000), 'No.'],
  'a message of 1 MB': ['failed', 'y'.repeat(1_000_000)],
  'the key that it was shown': [`denied_for_${KEY}`, `The key ${KEY} is bad.`],
  'the key in escapes': [`denied_for_${ESCAPED}`, `The key ${ESCAPED} is bad.`],
  'ends of lines': ['a\\r\\nset-cookie: evil=1', 'b\\r\\nset-cookie: evil=1'],
  'what moves a cursor': [`a${ESCAPE}`, `b${ESCAPE}`],
};

/** How each protocol says it. */
const BODIES: Readonly<Record<(typeof PROTOCOL_NAMES)[number], (word: string, message: string) => string>> = {
  openai: (word, message) =>
    `{"error":{"message":"${message}","type":"json_validate_failed","code":"${word}","param":"${word}"}}`,
  'openai-responses': (word, message) =>
    `{"error":{"message":"${message}","type":"${word}","code":"${word}","param":"${word}"}}`,
  anthropic: (word, message) =>
    `{"type":"error","error":{"type":"${word}","message":"${message}"},"request_id":"${word}"}`,
  gemini: (word, message) => `{"error":{"code":500,"status":"${word}","message":"${message}"}}`,
  bedrock: (word, message) => `{"Output":{"__type":"a#${word}"},"__type":"${word}","message":"${message}"}`,
};

function vectorsOf(protocol: (typeof PROTOCOL_NAMES)[number]): object {
  return { provider: protocol, model: protocol === 'bedrock' ? 'cohere.embed-english-v3' : 'v', kind: 'embeddings' };
}

let answer: { readonly status: number; readonly body: string };
let vendor: Server;
let system: LocalSystem;
const records: RequestRecord[] = [];

before(async () => {
  vendor = createServer((request, response) => {
    request.resume();
    response
      .writeHead(answer.status, { 'content-type': 'application/json', 'x-request-id': `r-${KEY}` })
      .end(answer.body);
  });
  vendor.listen(0, '127.0.0.1');
  await once(vendor, 'listening');
  const address = vendor.address();
  const baseUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const parsed = parseConfig({
    providers: Object.fromEntries(
      PROTOCOL_NAMES.map((protocol) => [
        protocol,
        { protocol, baseUrl, apiKey: 'KEY', ...(protocol === 'bedrock' ? { region: 'us-east-1' } : {}) },
      ]),
    ),
    deployments: Object.fromEntries(
      PROTOCOL_NAMES.flatMap((protocol) => [
        [`${protocol}/m`, { provider: protocol, model: 'm' }],
        ...(EMBEDS.has(protocol) ? [[`${protocol}/v`, vectorsOf(protocol)]] : []),
      ]),
    ),
  });
  assert.ok(parsed.kind === 'parsed');
  system = await startLocalSystem({
    config: parsed.config,
    key: 'nemo_test',
    port: 0,
    credentials: async () => KEY,
    sign: async () => ({}),
    onRecord: (record) => void records.push(record),
    onStoreError: () => undefined,
  });
});
after(async () => {
  await system.close();
  vendor.close();
  vendor.closeAllConnections();
});

for (const protocol of PROTOCOL_NAMES) {
  describe(`a hostile vendor that speaks ${protocol}`, () => {
    for (const [what, texts] of Object.entries(TEXTS)) {
      for (const status of [200, 400, 500]) {
        for (const [way, { name, path, body: bodyOf }] of SURFACE_FORMS.flatMap(waysOfAsking)) {
          it(`cannot put ${what} anywhere: status ${status}, ${name}, ${way}`, async () => {
            answer = { status, body: BODIES[protocol](...texts) };
            const response = await fetch(new URL(path, system.baseUrl), {
              method: 'POST',
              headers: { authorization: 'Bearer nemo_test', 'content-type': 'application/json' },
              body: JSON.stringify(bodyOf(name === 'embeddings' ? `${protocol}/v` : `${protocol}/m`, {})),
            });
            const headers = JSON.stringify([...response.headers]);
            const body = await response.text();
            const record = records.at(-1)!;
            const lines = [...embeddedMetricLines(record, 'test', 0), requestLine(record)].join('\n');
            assert.ok(headers.length < 4_000, `headers of ${headers.length}`);
            assert.ok(body.length < 10_000, `a body of ${body.length}`);
            assert.equal(response.headers.get('set-cookie'), null);
            for (const [where, text] of Object.entries({ headers, body, lines })) {
              assert.ok(!text.includes(KEY), `${where}: ${text}`);
              assert.ok(!CURSOR.some((piece) => text.includes(piece)), where);
            }
          });
        }
      }
    }
  });
}
