import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { answersSuite } from '../forms/answers-suite.ts';
import { type LambdaOverFakes, lambdaForm, lambdaOverFakes } from './local-lambda/lambda-over-fakes.ts';
import { splitPrelude } from './local-lambda/stream-prelude.ts';

answersSuite(lambdaForm);

describe("the bytes of an answer under Lambda's runtime", () => {
  let lambda: LambdaOverFakes;
  before(async () => {
    lambda = await lambdaOverFakes();
  });
  after(() => lambda.close());

  it('begin with a prelude of status and headers, eight NUL bytes, and then have the body byte by byte', async () => {
    const { headers, bytes } = await rawAnswer(lambda, '/health');
    assert.equal(headers['lambda-runtime-function-response-mode'], 'streaming');
    assert.equal(headers['content-type'], 'application/vnd.awslambda.http-integration-response');
    const split = splitPrelude(bytes);
    assert.ok(split !== undefined);
    assert.deepEqual(Object.keys(split.prelude), ['statusCode', 'headers']);
    assert.equal(split.prelude.statusCode, 200);
    assert.equal(split.prelude.headers?.['content-type'], 'application/json');
    assert.equal(split.rest.toString('utf8'), '{"status":"ok"}');
  });
});

/** What the runtime sends to Lambda for one call, untouched by a Function URL. */
async function rawAnswer(
  lambda: LambdaOverFakes,
  rawPath: string,
): Promise<{ headers: IncomingMessage['headers']; bytes: Buffer }> {
  const instance = await lambda.startInstance();
  await instance.idle();
  const event = { rawPath, headers: {}, requestContext: { http: { method: 'GET' } }, isBase64Encoded: false };
  const answered = Promise.withResolvers<IncomingMessage>();
  instance.invoke({
    event: JSON.stringify(event),
    deadlineMs: Date.now() + 10_000,
    onResponse: answered.resolve,
    onError: (error) => answered.reject(new Error(error)),
  });
  const response = await answered.promise;
  const bytes = Buffer.concat(await response.toArray());
  await instance.close();
  return { headers: response.headers, bytes };
}
