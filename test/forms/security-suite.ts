import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertCaseAnswer } from '../security/assert-case.ts';
import { SECURITY_CASES, type SecurityCase } from '../security/security-cases.ts';
import { sendCase } from '../security/send-case.ts';
import { type Canary, startCanary } from '../security/start-canary.ts';
import type { Form, FormOverFakes } from './form-over-fakes.ts';

/** The attacks on the HTTP server, against the deployed bundle. */
export function securitySuite({ where, start }: Form): void {
  let gateway: FormOverFakes;
  let canary: Canary;
  before(async () => {
    [gateway, canary] = await Promise.all([start(), startCanary()]);
  });
  after(async () => {
    canary.close();
    await gateway.close();
  });

  for (const [advisoryClass, cases] of Object.entries(SECURITY_CASES)) {
    describe(`${advisoryClass} has no place to live ${where}`, () => {
      for (const attack of cases) {
        it(`${attack.name} gets ${attack.status}`, () => attempt(attack));
      }
    });
  }

  async function attempt(attack: SecurityCase): Promise<void> {
    await gateway.settled();
    const callsBefore = gateway.first.requests.length;
    const answer = await sendCase(gateway.origin, attack.request({ key: gateway.key, canary: canary.origin }));
    assertCaseAnswer(answer, attack);
    assert.equal(gateway.first.requests.length - callsBefore, attack.upstreamCalls ?? 0);
    assert.equal(canary.calls(), 0, 'the address of the caller was called');
    assert.deepEqual(gateway.ends(), [undefined]);
  }
}
