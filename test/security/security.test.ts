import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type RunningGateway, runningGateway } from '../support/running-gateway.ts';
import { assertCaseAnswer } from './assert-case.ts';
import { CASE_ROUTE, SECURITY_CASES, type SecurityCase } from './security-cases.ts';
import { sendCase } from './send-case.ts';
import { type Canary, startCanary } from './start-canary.ts';

/** Far above what any case takes here, far below what an expression that runs away would. */
const MAX_CASE_MS = 5_000;

let gateway: RunningGateway<'only'>;
let canary: Canary;
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
      test(`${attack.name} gets ${(attack.locally ?? attack).status}`, () => attempt(attack));
    }
  });
}

async function attempt(attack: SecurityCase): Promise<void> {
  const callsBefore = gateway.fakes.only.requests.length;
  const startedMs = performance.now();
  const answer = await sendCase(gateway.origin, attack.request({ key: gateway.key, canary: canary.origin }));
  assert.ok(performance.now() - startedMs < MAX_CASE_MS, 'it takes no longer than others');
  assertCaseAnswer(answer, attack.locally ?? attack);
  assert.equal(gateway.fakes.only.requests.length - callsBefore, attack.upstreamCalls ?? 0);
  assert.equal(canary.calls(), 0, 'the address of the caller was called');
  assert.equal(Reflect.get({}, 'polluted'), undefined);
}
