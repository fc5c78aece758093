import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import { checkedRelease } from '../support/checked-release.ts';
import { type LambdaOverFakesOptions, lambdaOverFakes } from './local-lambda/lambda-over-fakes.ts';

/** What CodeDeploy is told of the bundle under Lambda's runtime. */
async function statusOf(options: LambdaOverFakesOptions): Promise<unknown> {
  const lambda = await lambdaOverFakes(options);
  const instance = await lambda.startInstance();
  const { reported } = await checkedRelease(async function* (payload) {
    await instance.idle();
    const answered = Promise.withResolvers<IncomingMessage>();
    instance.invoke({
      event: payload,
      deadlineMs: Date.now() + 10_000,
      onResponse: answered.resolve,
      onError: (error) => answered.reject(new Error(error)),
    });
    for await (const Payload of await answered.promise) {
      yield { PayloadChunk: { Payload } };
    }
  });
  await instance.close();
  await lambda.close();
  return reported.map((told) => Object.entries(told as object).find(([name]) => name === 'status')?.[1]);
}

describe("CodeDeploy's hook, over the bundle under Lambda's runtime,", () => {
  it('lets a version through that starts and answers', async () => {
    assert.deepEqual(await statusOf({}), ['Succeeded']);
  });

  it('stops one that does not start', async () => {
    assert.deepEqual(await statusOf({ configText: '{"sha256":"00","config":{}}' }), ['Failed']);
  });
});
