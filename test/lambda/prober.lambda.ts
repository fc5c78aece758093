import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type JsonObject, objectMember } from '../../functions/gateway/core/wire/json.ts';
import { type FakeProvider, startFakeProvider } from '../support/fake-provider.ts';
import { type RunningProber, runningProber } from './local-lambda/running-prober.ts';

/** A port where nobody listens. */
const NOWHERE = 'http://127.0.0.1:9';

describe("the prober under Lambda's runtime", () => {
  let first: FakeProvider;
  let second: FakeProvider;
  let lambda: RunningProber | undefined;
  beforeEach(async () => {
    [first, second] = await Promise.all([startFakeProvider('openai'), startFakeProvider('anthropic')]);
  });
  afterEach(async () => {
    await lambda?.close();
    lambda = undefined;
    await Promise.all([first.close(), second.close()]);
  });

  async function start(variables: Readonly<Record<string, string>> = {}): Promise<RunningProber> {
    lambda = await runningProber({
      config: {
        providers: {
          first: { protocol: 'openai', baseUrl: first.baseUrl, apiKey: 'VENDOR_KEY' },
          second: { protocol: 'anthropic', baseUrl: second.baseUrl, apiKey: 'VENDOR_KEY' },
        },
        deployments: {
          'first/model': { provider: 'first', model: 'model', inputPrice: 1, outputPrice: 4 },
          'second/model': { provider: 'second', model: 'model' },
        },
      },
      variables,
    });
    lambda.aws.setSecret('{"VENDOR_KEY":"key-of-the-vendor"}');
    return lambda;
  }

  function lines({ instance }: RunningProber): readonly JsonObject[] {
    return instance.lines.map((line) => JSON.parse(line));
  }

  it('starts without a call to anybody', async () => {
    const { instance, aws } = await start();
    await instance.idle();
    assert.deepEqual(aws.calls, []);
  });

  it('reads once, asks each deployment once and writes once for each, and says what it did', async () => {
    const prober = await start();
    assert.deepEqual(await prober.invoke(), { kind: 'answered', json: { probed: 2, failed: 0, skipped: 0 } });
    assert.deepEqual([first.requests.length, second.requests.length], [1, 1]);
    const writes = prober.aws.calls.filter((operation) => operation === 'UpdateItem');
    assert.equal(writes.length, 6, 'three memories of each deployment');
    const reads = prober.aws.calls.filter((operation) => operation !== 'UpdateItem');
    assert.deepEqual(reads.toSorted(), ['BatchGetItem', 'GetSecretValue']);
  });

  it('leaves alone what it has just measured, as an instance that was frozen since', async () => {
    const prober = await start();
    await prober.invoke();
    await prober.invoke();
    assert.deepEqual(await prober.invoke(), { kind: 'answered', json: { probed: 0, failed: 0, skipped: 2 } });
    assert.deepEqual([first.requests.length, second.requests.length], [2, 2]);
  });

  it('writes metrics as plain lines: one of each deployment, one of the run', async () => {
    const prober = await start();
    await prober.invoke();
    const written = lines(prober);
    assert.deepEqual(
      written.map(({ line }) => line),
      ['probe', 'probe', 'probes'],
    );
    for (const line of written) {
      assert.ok(Array.isArray(objectMember(line, '_aws')?.CloudWatchMetrics));
      assert.equal(line.Environment, 'dev');
    }
  });

  it('shows a provider that is down as an error of the provider, not as its own', async () => {
    first.byDefault({ kind: 'status', status: 503 });
    const prober = await start();
    assert.deepEqual(await prober.invoke(), { kind: 'answered', json: { probed: 2, failed: 1, skipped: 0 } });
    const down = lines(prober).find(({ Deployment }) => Deployment === 'first/model');
    assert.deepEqual([down?.Errors, down?.reason], [1, 'overloaded']);
  });

  it('shows a credential that is missing as what the operator has to mend', async () => {
    const prober = await start();
    prober.aws.setSecret('{}');
    assert.equal((await prober.invoke()).kind, 'answered');
    const probes = lines(prober).filter(({ line }) => line === 'probe');
    assert.deepEqual(
      probes.map(({ reason }) => reason),
      ['misconfigured', 'misconfigured'],
    );
    assert.equal(first.requests.length, 0);
  });

  it('fails, and asks nobody, where DynamoDB is away: that is what its alarm watches', async () => {
    const prober = await start({ AWS_ENDPOINT_URL_DYNAMODB: NOWHERE });
    const answer = await prober.invoke();
    assert.equal(answer.kind, 'failed');
    assert.match(answer.error, /DynamoDB did not read/);
    assert.deepEqual([first.requests.length, second.requests.length], [0, 0]);
    assert.equal(lines(prober).find(({ line }) => line === 'probes')?.probed, 0);
  });
});
