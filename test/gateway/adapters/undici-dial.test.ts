import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Credentials } from '../../../functions/gateway/adapters/credentials.ts';
import { systemClock } from '../../../functions/gateway/adapters/system-clock.ts';
import { undiciDial } from '../../../functions/gateway/adapters/undici-dial.ts';
import { readFailedResponse } from '../../../functions/gateway/core/attempt/failed-response.ts';
import type { DialResult, UpstreamCall } from '../../../functions/gateway/core/model/dial.ts';
import type { Deployment, ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import { openai } from '../../../functions/gateway/core/protocols/openai-chat/openai.ts';
import type { FailedResponse } from '../../../functions/gateway/core/protocols/protocol.ts';
import '../../../functions/gateway/core/protocols/protocols.ts';
import { type FakeProvider, startFakeProvider } from '../../support/fake-provider.ts';
import { startRecordingServer } from '../../support/recording-server.ts';
import { chatCall } from '../../support/vendor-calls.ts';
import { wireOf } from '../../support/wire-of.ts';

describe('a dial', () => {
  let fake: FakeProvider;
  before(async () => {
    fake = await startFakeProvider('openai');
  });
  after(() => fake.close());

  it('fails as unreachable where the store of credentials does not answer: that passes', async () => {
    const credentials = async (): Promise<string> => {
      throw Object.assign(new Error('no way there'), { code: 'ECONNREFUSED' });
    };
    const result = await dialOnce(callTo(fake.baseUrl), credentials);
    assert.deepEqual(result, { kind: 'failed', failure: { kind: 'unreachable', code: 'ECONNREFUSED' } });
  });

  it('fails as misconfigured where the credential is missing, and names it', async () => {
    const result = await dialOnce(callTo(fake.baseUrl), async () => undefined);
    assert.equal(result.kind, 'failed');
    assert.equal(result.failure.kind, 'misconfigured');
    assert.match(result.failure.vendor?.message ?? '', /KEY_OF_THE_VENDOR/);
    assert.equal(fake.requests.length, 0);
  });

  it('fails without a word of the key where it cannot be sent, as one with a line end', async () => {
    const result = await dialOnce(callTo(fake.baseUrl), async () => 'secret\nkey');
    assert.equal(result.kind, 'failed');
    assert.ok(!JSON.stringify(result).includes('secret'));
  });

  it('asks a deployment for each thing at its own address, time after time, with the headers of each call', async () => {
    await using server = await startRecordingServer((_, response) => response.end('{}'));
    const { dial, close } = undiciDial({ credentials: async () => 'key', sign: async () => ({}) });
    const call = callTo(`${server.origin}/v1`);
    const asked = [
      { request: call.request, path: '/v1/chat/completions' },
      { request: { ...call.request, dialect: 'openai-responses' }, path: '/v1/responses' },
      { request: { ...call.request, operation: 'embed' }, path: '/v1/embeddings' },
    ] as const;
    for (const round of ['first', 'second']) {
      for (const { request, path } of asked) {
        for (const connectMs of [1000, 2000]) {
          server.forget();
          await read(await dial({ ...call, request, connectMs, headers: { traceparent: round } }));
          const [seen] = server.seen;
          assert.deepEqual([seen?.url, seen?.headers.traceparent], [path, round]);
        }
      }
    }
    await close();
  });

  it('tries once more over a new connection where a kept one breaks before an answer', async () => {
    const { dial, close } = undiciDial({ credentials: async () => 'key', sign: async () => ({}) });
    await read(await dial(callTo(fake.baseUrl)));
    // The pool takes a connection back some turns of the event loop after the end of its response.
    for (let turn = 0; turn < 20; turn++) {
      await setImmediate();
    }
    fake.script({ kind: 'reset', when: 'before-headers' });
    const seen = fake.requests.length;
    await read(await dial(callTo(fake.baseUrl)));
    const [broken, again] = fake.requests.slice(seen);
    assert.ok(broken !== undefined && again !== undefined);
    assert.equal(broken.connection, fake.requests[seen - 1]?.connection);
    assert.notEqual(again.connection, broken.connection);
    await close();
  });

  it('does not try again where a kept one breaks so late that a provider must have been at work', async () => {
    let time = 0;
    const { dial, close } = undiciDial({ credentials: async () => 'key', sign: async () => ({}), nowMs: () => time });
    await read(await dial(callTo(fake.baseUrl)));
    // The pool takes a connection back some turns of the event loop after the end of its response.
    for (let turn = 0; turn < 20; turn++) {
      await setImmediate();
    }
    const seen = fake.requests.length;
    fake.script({ kind: 'reset', when: 'before-headers' });
    fake.hold();
    const dialled = dial(callTo(fake.baseUrl));
    const late = await fake.arrival(seen);
    time = 5000;
    fake.release();
    const result = await dialled;
    assert.equal(late.connection, fake.requests[seen - 1]?.connection);
    assert.equal(result.kind === 'failed' && result.failure.kind, 'unreachable');
    assert.equal(fake.requests.length - seen, 1);
    await close();
  });

  it('does not try again where a new connection breaks', async () => {
    fake.script({ kind: 'reset', when: 'before-headers' });
    const seen = fake.requests.length;
    const result = await dialOnce(callTo(fake.baseUrl), async () => 'key');
    assert.equal(result.kind, 'failed');
    assert.equal(result.failure.kind, 'unreachable');
    assert.equal(fake.requests.length - seen, 1);
  });
});

describe('a dial whose credential is refused', () => {
  for (const protocol of ['openai', 'anthropic', 'gemini', 'bedrock'] as const) {
    it(`calls ${protocol} once more, at once, with the one that is in its place`, async () => {
      await using fake = await checkingFake(protocol);
      fake.accept('key-2');
      const asked: (string | undefined)[][] = [];
      const { dial, close } = undiciDial({
        credentials: async (...words) => {
          asked.push(words);
          return words[1] === undefined ? 'key-1' : 'key-2';
        },
        sign: async () => ({}),
      });
      const result = await dial(callTo(fake.baseUrl, protocol));
      assert.equal(result.kind === 'answered' ? result.status : result.kind, 200);
      assert.deepEqual(asked, [['KEY_OF_THE_VENDOR'], ['KEY_OF_THE_VENDOR', 'key-1']]);
      assert.deepEqual(fake.shown(), ['key-1', 'key-2']);
      await close();
    });

    it(`passes on the whole refusal of ${protocol} where there is no other`, async () => {
      await using fake = await checkingFake(protocol);
      fake.accept('key-2');
      const result = await dialOnce(callTo(fake.baseUrl, protocol), async () => 'key-1');
      const { status, text } = await refusal(result);
      assert.ok(status === 401 || status === 403 || status === 400, String(status));
      assert.doesNotThrow(() => JSON.parse(text));
      assert.deepEqual(fake.shown(), ['key-1']);
    });
  }

  for (const status of [400, 401, 403, 503]) {
    it(`says no part of it where an answer of status ${status} breaks off within it`, async () => {
      const key = 'a-credential-of-ours-that-is-long';
      await using server = await startRecordingServer((_, response) => {
        response.writeHead(status, { 'content-type': 'text/plain' });
        response.write(`Not accepted: ${key.slice(0, -1)}`, () => response.socket?.destroySoon());
      });
      const { dial, close } = undiciDial({ credentials: async () => key, sign: async () => ({}) });
      const response = await dial(callTo(server.origin));
      assert.equal(response.kind, 'answered');
      const told: string[] = [];
      const protocol = {
        ...openai,
        readFailure: (error: FailedResponse) => {
          told.push(error.body);
          return openai.readFailure(error);
        },
      };
      await readFailedResponse(response, { protocol, clock: systemClock, request: {} }, new AbortController().signal);
      assert.ok(told.length === 1 && !/credential/.test(told[0] ?? ''), told.join());
      await close();
    });
  }

  it('tries only one other', async () => {
    await using fake = await checkingFake('openai');
    fake.accept('none of them');
    let made = 0;
    const result = await dialOnce(callTo(fake.baseUrl), async () => `key-${made++}`);
    assert.equal((await refusal(result)).status, 401);
    assert.deepEqual(fake.shown(), ['key-0', 'key-1']);
  });

  it('looks for no other after an error that is the request’s own fault', async () => {
    await using fake = await checkingFake('openai');
    fake.script({ kind: 'status', status: 400, meaning: 'invalid-request' });
    const result = await dialOnce(callTo(fake.baseUrl), async (_, refused) => {
      assert.equal(refused, undefined);
      return 'key-1';
    });
    assert.equal((await refusal(result)).status, 400);
  });

  it('passes the refusal on where the store of credentials does not answer', async () => {
    await using fake = await checkingFake('openai');
    fake.accept('key-2');
    const result = await dialOnce(callTo(fake.baseUrl), async (_, refused) => {
      if (refused !== undefined) {
        throw new Error('no way there');
      }
      return 'key-1';
    });
    assert.equal((await refusal(result)).status, 401);
  });

  it('waits for the store no longer than the attempt', async () => {
    await using fake = await checkingFake('openai');
    fake.accept('key-2');
    const controller = new AbortController();
    const never = new Promise<string>(() => undefined);
    const result = await dialOnce({ ...callTo(fake.baseUrl), signal: controller.signal }, async (_, refused) => {
      if (refused === undefined) {
        return 'key-1';
      }
      controller.abort({ kind: 'timed-out', phase: 'first-token', afterMs: 1 });
      return never;
    });
    assert.equal((await refusal(result)).status, 401);
  });
});

/** A vendor that takes one key only. At first any. */
interface CheckingFake extends FakeProvider, AsyncDisposable {
  readonly accept: (key: string) => void;
  /** The keys that it was shown, in order. */
  readonly shown: () => readonly (string | undefined)[];
}

async function checkingFake(protocol: ProtocolName): Promise<CheckingFake> {
  const fake = await startFakeProvider(protocol);
  const { credential } = wireOf(protocol);
  return {
    ...fake,
    accept: (key) =>
      fake.byDefault(({ headers }) =>
        credential(headers) === key ? { kind: 'answer' } : { kind: 'status', status: 401, meaning: 'unauthorized' },
      ),
    shown: () => fake.requests.map(({ headers }) => credential(headers)),
    [Symbol.asyncDispose]: fake.close,
  };
}

async function refusal(result: DialResult): Promise<{ readonly status: number; readonly text: string }> {
  assert.equal(result.kind, 'answered');
  const parts: Uint8Array[] = [];
  for await (const part of result.body) {
    parts.push(part);
  }
  return { status: result.status, text: Buffer.concat(parts).toString() };
}

async function dialOnce(call: UpstreamCall, credentials: Credentials): Promise<DialResult> {
  const { dial, close } = undiciDial({ credentials, sign: async () => ({}) });
  const result = await dial(call);
  await close();
  return result;
}

async function read(result: DialResult): Promise<void> {
  assert.equal(result.kind, 'answered');
  for await (const _ of result.body) {
    // Read to its end, so that the connection is kept.
  }
}

function callTo(baseUrl: string, protocol: ProtocolName = 'openai'): UpstreamCall {
  const { headers, body } = chatCall(protocol, { streaming: true, model: 'any' });
  const deployment: Deployment = {
    id: 'fake/any',
    provider: 'fake',
    providerSettings: { protocol, baseUrl, apiKey: 'KEY_OF_THE_VENDOR' },
    model: 'any',
    kind: 'chat',
    tags: [],
    prefill: false,
    streaming: true,
  };
  return {
    deployment,
    request: { operation: 'answer-stream', headers, body },
    connectMs: 1000,
    signal: new AbortController().signal,
  };
}
