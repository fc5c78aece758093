import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { securitySuite } from '../forms/security-suite.ts';
import { assertCaseAnswer } from '../security/assert-case.ts';
import type { CaseAnswer } from '../security/send-case.ts';
import { type LambdaOverFakes, lambdaForm, lambdaOverFakes } from './local-lambda/lambda-over-fakes.ts';
import { splitPrelude } from './local-lambda/stream-prelude.ts';

/*
 * The attacks on the HTTP server, against the bundle under Lambda's runtime. What stands before it here is our own stand-in of a Function
 * URL: Node's HTTP server. AWS's is stricter in places (it routes by `Host`, and bounds headers in a way it does not document), so that
 * some attacks end there with AWS's own 400, 403 or 413 and never reach the function. Nothing here counts on that. Two things differ
 * from the local server and are shown below: a body above 6 MB is refused by AWS and in AWS's words, and a caller who hangs up is not
 * noticed, so that a slow reader costs the function's time up to the deadline (`streams.lambda.ts`).
 */
securitySuite(lambdaForm);

describe('what only the platform decides', () => {
  let lambda: LambdaOverFakes;
  before(async () => {
    lambda = await lambdaOverFakes();
  });
  after(() => lambda.close());

  it('is that a body above 6 MB never reaches the gateway, whose own words it is not refused with', async () => {
    const response = await lambda.fetch('/v1/chat/completions', { method: 'POST', body: 'x'.repeat(6_400_000) });
    assert.equal(response.status, 413);
    assert.deepEqual(Object.keys((await response.json()) as object), ['Message']);
  });

  it('is how long headers may be: where more come through, the gateway refuses them itself', async () => {
    const answer = await straightIn(lambda, { authorization: `Bearer ${lambda.key}`, 'x-long': 'a'.repeat(60_000) });
    assertCaseAnswer(answer, { status: 431, code: 'headers_too_large' });
  });

  it('is whether names of headers come in lower case: a key is found either way, and a second one is not', async () => {
    assert.equal((await straightIn(lambda, { Authorization: `Bearer ${lambda.key}` })).status, 200);
    assert.equal((await straightIn(lambda, { Authorization: 'Bearer nemo_x', 'X-Api-Key': lambda.key })).status, 401);
  });
});

/** A list of models with these headers, given to an instance as an event that no HTTP server has looked at. */
async function straightIn(lambda: LambdaOverFakes, headers: Readonly<Record<string, string>>): Promise<CaseAnswer> {
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
