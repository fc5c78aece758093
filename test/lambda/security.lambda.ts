import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { assertCaseAnswer } from '../security/assert-case.ts';
import { SECURITY_CASES, type SecurityCase } from '../security/security-cases.ts';
import { type CaseAnswer, sendCase } from '../security/send-case.ts';
import { type Canary, startCanary } from '../security/start-canary.ts';
import { type LambdaOverFakes, lambdaOverFakes } from './local-lambda/lambda-over-fakes.ts';
import { splitPrelude } from './local-lambda/stream-prelude.ts';

/*
 * The attacks on the HTTP server, against the bundle under Lambda's runtime. What stands before it here is our own stand-in of a Function
 * URL: Node's HTTP server. AWS's is stricter in places (it routes by `Host`, and bounds headers in a way it does not document), so that
 * some attacks end there with AWS's own 400, 403 or 413 and never reach the function. Nothing here counts on that. Two things differ
 * from the local server and are shown below: a body above 6 MB is refused by AWS and in AWS's words, and a caller who hangs up is not
 * noticed, so that a slow reader costs the function's time up to the deadline (`streams.lambda.ts`).
 */
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

describe('what only the platform decides', () => {
  it('is that a body above 6 MB never reaches the gateway, whose own words it is not refused with', async () => {
    const response = await lambda.fetch('/v1/chat/completions', { method: 'POST', body: 'x'.repeat(6_400_000) });
    assert.equal(response.status, 413);
    assert.deepEqual(Object.keys((await response.json()) as object), ['Message']);
  });

  it('is how long headers may be: where more come through, the gateway refuses them itself', async () => {
    const answer = await straightIn({ authorization: `Bearer ${lambda.key}`, 'x-long': 'a'.repeat(60_000) });
    assertCaseAnswer(answer, { status: 431, code: 'headers_too_large' });
  });

  it('is whether names of headers come in lower case: a key is found either way, and a second one is not', async () => {
    assert.equal((await straightIn({ Authorization: `Bearer ${lambda.key}` })).status, 200);
    assert.equal((await straightIn({ Authorization: 'Bearer nemo_x', 'X-Api-Key': lambda.key })).status, 401);
  });
});

/** A list of models with these headers, given to an instance as an event that no HTTP server has looked at. */
async function straightIn(headers: Readonly<Record<string, string>>): Promise<CaseAnswer> {
  const instance = await lambda.startInstance();
  await instance.idle();
  const answered = Promise.withResolvers<IncomingMessage>();
  instance.invoke({
    event: JSON.stringify({ rawPath: '/v1/models', headers, requestContext: { http: { method: 'GET' } } }),
    deadlineMs: Date.now() + 10_000,
    onResponse: answered.resolve,
    onError: (error) => answered.reject(new Error(error)),
  });
  const split = splitPrelude(Buffer.concat(await (await answered.promise).toArray()));
  await instance.close();
  return {
    status: split?.prelude.statusCode ?? 0,
    headers: split?.prelude.headers ?? {},
    body: split?.rest.toString('utf8') ?? '',
  };
}
