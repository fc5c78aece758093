import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertCaseAnswer } from '../security/assert-case.ts';
import { SECURITY_CASES, type SecurityCase } from '../security/security-cases.ts';
import { sendCase } from '../security/send-case.ts';
import { type Canary, startCanary } from '../security/start-canary.ts';
import { type LambdaOverFakes, lambdaOverFakes } from './local-lambda/lambda-over-fakes.ts';

let lambda: LambdaOverFakes;
let canary: Canary;
before(async () => {
  [lambda, canary] = await Promise.all([lambdaOverFakes(), startCanary()]);
});
after(async () => {
  canary.close();
  await lambda.close();
});

for (const [advisoryClass, cases] of Object.entries(SECURITY_CASES)) {
  describe(`${advisoryClass} has no place to live under Lambda's runtime`, () => {
    for (const attack of cases) {
      it(`${attack.name} gets ${attack.status}`, () => attempt(attack));
    }
  });
}

async function attempt(attack: SecurityCase): Promise<void> {
  await lambda.settled();
  const callsBefore = lambda.first.requests.length;
  const answer = await sendCase(lambda.origin, attack.request({ key: lambda.key, canary: canary.origin }));
  assertCaseAnswer(answer, attack);
  assert.equal(lambda.first.requests.length - callsBefore, attack.upstreamCalls ?? 0);
  assert.equal(canary.calls(), 0, 'the address of the caller was called');
  assert.equal(lambda.instances.length, 1);
  assert.equal(lambda.instances[0]?.ended(), undefined);
}
