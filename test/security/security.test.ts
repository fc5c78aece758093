import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { isJsonObject, member, parseJson } from '../../functions/gateway/core/json.ts';
import { type RunningGateway, runningGateway } from '../support/running-gateway.ts';
import { CASE_ROUTE, SECURITY_CASES, type SecurityCase } from './security-cases.ts';
import { type CaseAnswer, sendCase } from './send-case.ts';

/** Far above what any case takes here, far below what an expression that runs away would. */
const MAX_CASE_MS = 5_000;

let gateway: RunningGateway<'only'>;
let canary: { readonly origin: string; readonly calls: () => number; readonly close: () => void };
before(async () => {
  const route = { [CASE_ROUTE]: { strategy: 'ordered', deployments: ['only/fake-model'] } };
  gateway = await runningGateway({ fakes: { only: 'openai' }, config: { routes: route } });
  canary = await startCanary();
});
after(async () => {
  canary.close();
  await gateway.close();
});

for (const [advisoryClass, cases] of Object.entries(SECURITY_CASES)) {
  describe(`${advisoryClass} has no place to live`, () => {
    for (const attack of cases) {
      test(`${attack.name} gets ${attack.status}`, () => attempt(attack));
    }
  });
}

async function attempt({ request, status, code, upstreamCalls = 0 }: SecurityCase): Promise<void> {
  const callsBefore = gateway.fakes.only.requests.length;
  const startedMs = performance.now();
  const answer = await sendCase(gateway.origin, request({ key: gateway.key, canary: canary.origin }));
  assert.ok(performance.now() - startedMs < MAX_CASE_MS, 'it takes no longer than others');
  assert.equal(answer.status, status, answer.body);
  assert.equal(gateway.fakes.only.requests.length - callsBefore, upstreamCalls);
  assert.equal(canary.calls(), 0, 'the address of the caller was called');
  assert.equal(answer.headers['set-cookie'], undefined);
  assert.equal(answer.headers['access-control-allow-origin'], undefined);
  assert.equal(Reflect.get({}, 'polluted'), undefined);
  assert.ok(Buffer.byteLength(answer.body) < 20_000);
  if (status >= 400) {
    assertOpenAiError(answer, code);
  }
}

function assertOpenAiError({ body }: CaseAnswer, code: string | undefined): void {
  const error = member(parseJson(body), 'error');
  assert.ok(isJsonObject(error), body);
  assert.deepEqual(Object.keys(error).sort(), ['code', 'message', 'param', 'type']);
  if (code !== undefined) {
    assert.equal(error.code, code);
  }
}

async function startCanary(): Promise<typeof canary> {
  let calls = 0;
  const server = createServer((_, response) => {
    calls += 1;
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, calls: () => calls, close: () => void server.close() };
}
