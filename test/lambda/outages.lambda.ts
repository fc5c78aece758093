import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { question } from '../forms/form-over-fakes.ts';
import { errorOf } from './local-lambda/answer-parts.ts';
import { type LambdaOverFakes, lambdaOverFakes } from './local-lambda/lambda-over-fakes.ts';

/** A port where nobody listens. */
const NOWHERE = 'http://127.0.0.1:9';

describe("outages under Lambda's runtime", () => {
  let lambda: LambdaOverFakes;
  afterEach(() => lambda.close());

  it('of the secret: an error that blames the set-up, at once', async () => {
    lambda = await lambdaOverFakes();
    lambda.aws.setSecret(undefined);
    const { response, tookMs } = await timed(() => lambda.chat(question()));
    assert.equal(response.status, 502);
    assert.match(String(errorOf(await response.json())?.message), /first\/model/);
    assert.ok(tookMs < 3000, `${tookMs} ms`);
    lambda.aws.setSecret('{"VENDOR_KEY":"now it is there"}');
    assert.equal((await lambda.chat(question())).status, 200);
  });

  it('of Secrets Manager: an error within seconds', async () => {
    lambda = await lambdaOverFakes({ variables: { AWS_ENDPOINT_URL_SECRETS_MANAGER: NOWHERE } });
    const { response, tookMs } = await timed(() => lambda.chat(question()));
    assert.equal(response.status, 502);
    assert.ok(tookMs < 3000, `${tookMs} ms`);
  });

  it('of DynamoDB: keys cannot be looked up, and the caller is told to come back', async () => {
    lambda = await lambdaOverFakes({ variables: { AWS_ENDPOINT_URL_DYNAMODB: NOWHERE } });
    const { response, tookMs } = await timed(() => lambda.chat(question()));
    assert.equal(response.status, 503);
    assert.equal(typeof errorOf(await response.json())?.message, 'string');
    assert.ok(tookMs < 3500, `${tookMs} ms`);
    assert.equal(lambda.instances[0]?.ended(), undefined);
  });

  it('of the statistics: the call goes its configured way without a wait', async () => {
    lambda = await lambdaOverFakes();
    const held = lambda.aws.hold('BatchGetItem');
    const { response, tookMs } = await timed(() => lambda.chat(question()));
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('x-nemo-routed-model'), 'first/model');
    assert.ok(tookMs < 3000, `${tookMs} ms`);
    held.open();
  });

  it('of the configuration: a changed one ends the start, and says why', async () => {
    lambda = await lambdaOverFakes({ configText: '{"sha256":"00","config":{}}' });
    const instance = await lambda.startInstance();
    await assert.rejects(instance.idle(), /not the one that was checked/);
    await instance.close();
  });

  it('of a variable: the start ends and names it', async () => {
    lambda = await lambdaOverFakes({ variables: { NEMO_KEYS_TABLE: '' } });
    const instance = await lambda.startInstance();
    await assert.rejects(instance.idle(), /NEMO_KEYS_TABLE/);
    await instance.close();
  });
});

async function timed(call: () => Promise<Response>): Promise<{ response: Response; tookMs: number }> {
  const sinceMs = performance.now();
  const response = await call();
  return { response, tookMs: performance.now() - sinceMs };
}
