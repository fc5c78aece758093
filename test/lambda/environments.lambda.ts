import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { parseJson, stringMember } from '../../functions/gateway/core/wire/json.ts';
import { question } from '../forms/form-over-fakes.ts';
import { embeddedMetricProblems } from '../support/embedded-metric-problems.ts';
import { gate } from '../support/gate.ts';
import { modelIds } from './local-lambda/answer-parts.ts';
import { type LambdaOverFakes, lambdaOverFakes } from './local-lambda/lambda-over-fakes.ts';

describe("the gateway's instances in Lambda", () => {
  let lambda: LambdaOverFakes;
  beforeEach(async () => {
    lambda = await lambdaOverFakes();
  });
  afterEach(() => lambda.close());

  it('start with the two reads that the first call would wait for, and nothing else', async () => {
    const instance = await lambda.startInstance();
    await instance.idle();
    assert.deepEqual(lambda.aws.calls.toSorted(), ['BatchGetItem', 'GetSecretValue']);
    await instance.close();
  });

  it('serve their first call with one more read: of the key', async () => {
    await (await lambda.chat(question())).text();
    const reads = lambda.aws.calls.filter((operation) => operation !== 'UpdateItem');
    assert.deepEqual(reads.toSorted(), ['BatchGetItem', 'GetItem', 'GetSecretValue']);
  });

  it("write their statistics after the caller's end and before the next call", async () => {
    const written = lambda.aws.hold('UpdateItem');
    const answer = await (await lambda.chat(question({ stream: true }))).text();
    assert.match(answer, /data: \[DONE\]\n\n$/);
    const [instance] = lambda.instances;
    assert.ok(instance !== undefined);
    let isIdle = false;
    const idle = instance.idle().then(() => {
      isIdle = true;
    });
    // Another call that ends while the first instance still writes.
    const other = await lambda.chat(question());
    assert.equal(other.status, 200);
    assert.equal(lambda.instances.length, 2);
    assert.equal(isIdle, false);
    written.open();
    await idle;
    assert.ok(lambda.aws.calls.includes('UpdateItem'));
  });

  it('take one call at a time each, and are used again', async () => {
    const more = gate();
    const held = { kind: 'answer', holdBeforeEnding: more } as const;
    lambda.first.script(held, held);
    const both = await Promise.all(
      [question({ stream: true }), question({ stream: true })].map((body) => lambda.chat(body)),
    );
    assert.equal(lambda.instances.length, 2);
    more.open();
    await Promise.all(both.map((response) => response.text()));
    await lambda.settled();
    await (await lambda.chat(question())).text();
    assert.equal(lambda.instances.length, 2);
  });

  it('share what they have learnt through DynamoDB', async () => {
    lambda.first.byDefault({ kind: 'status', status: 500 });
    for (let call = 0; call < 4; call += 1) {
      // What fails for one conversation alone may lie in it.
      const messages = [{ role: 'user', content: `Question ${call}` }];
      assert.equal((await lambda.chat(question({ messages }))).status, 200);
      await lambda.settled();
    }
    const failed = lambda.first.requests.length;
    const more = gate();
    lambda.second.script({ kind: 'answer', holdBeforeEnding: more });
    const busy = await lambda.chat(question({ stream: true }));
    const fresh = await lambda.chat(question());
    assert.equal(lambda.instances.length, 2);
    assert.equal(fresh.headers.get('x-nemo-routed-model'), 'second/model');
    assert.equal(fresh.headers.get('x-nemo-attempts'), '1');
    assert.equal(lambda.first.requests.length, failed);
    more.open();
    await busy.text();
  });

  it('notice nothing of connections that died while they were frozen', async () => {
    await (await lambda.chat(question())).text();
    await lambda.settled();
    lambda.first.resetConnections();
    const response = await lambda.chat(question());
    assert.equal(response.headers.get('x-nemo-routed-model'), 'first/model');
    assert.equal(response.headers.get('x-nemo-attempts'), '1');
    assert.equal(lambda.instances.length, 1);
  });

  it('notice nothing of connections to AWS that died while they were frozen', async () => {
    await (await lambda.chat(question())).text();
    await lambda.settled();
    lambda.aws.endConnections();
    const written = lambda.aws.calls.filter((operation) => operation === 'UpdateItem').length;
    assert.equal((await lambda.chat(question())).status, 200);
    await lambda.settled();
    const again = lambda.aws.calls.filter((operation) => operation === 'UpdateItem').length;
    assert.ok(again > written);
    assert.deepEqual(
      lambda.instances[0]?.lines.map((line) => stringMember(parseJson(line), 'line')),
      ['request', 'attempt', 'request', 'attempt'],
    );
  });

  it('write metrics as plain lines, one a request and one an attempt, and nothing else', async () => {
    await (await lambda.chat(question())).text();
    const [instance] = lambda.instances;
    await lambda.settled();
    const lines = instance?.lines ?? [];
    assert.deepEqual(
      lines.map((line) => stringMember(parseJson(line), 'line')),
      ['request', 'attempt'],
    );
    assert.deepEqual(
      lines.flatMap((line) => embeddedMetricProblems(line, Date.now())),
      [],
    );
  });
});

describe('the gateway as it is shipped', () => {
  let lambda: LambdaOverFakes | undefined;
  after(() => lambda?.close());

  it('starts from the bundle and the configuration of the stack as they are', async () => {
    lambda = await lambdaOverFakes({ configText: 'as-bundled' });
    const answer: unknown = await (await lambda.fetch('/v1/models')).json();
    assert.ok(modelIds(answer).includes('nemo/latency-optimized'));
  });
});
