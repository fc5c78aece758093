import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type FakeProvider, startFakeProvider } from './fake-provider.ts';
import type { Step } from './fake-provider-step.ts';
import { gate } from './gate.ts';

const CHAT = { model: 'm', stream: true, messages: [{ role: 'user', content: 'Hello' }] };

describe('a fake provider', () => {
  let fake: FakeProvider;
  before(async () => {
    fake = await startFakeProvider('openai');
  });
  after(() => fake.close());
  beforeEach(() => fake.byDefault({ kind: 'answer' }));

  function ask(body: unknown = CHAT, init: RequestInit = {}): Promise<Response> {
    const url = `${fake.baseUrl}/chat/completions`;
    return fetch(url, { method: 'POST', body: JSON.stringify(body), ...init });
  }

  function askWith(agent: Agent): Promise<void> {
    return new Promise((resolve, reject) => {
      const options = { method: 'POST', agent };
      const sent = request(`${fake.baseUrl}/chat/completions`, options, (response) => {
        response.resume().on('end', () => setImmediate(resolve));
      });
      sent.on('error', reject).end(JSON.stringify(CHAT));
    });
  }

  /** What of the body came, and whether its end came too. */
  async function readAll(response: Response): Promise<{ text: string; broke: boolean }> {
    const decoder = new TextDecoder();
    let text = '';
    try {
      for await (const piece of response.body ?? []) {
        text += decoder.decode(piece, { stream: true });
      }
      return { text, broke: false };
    } catch {
      return { text, broke: true };
    }
  }

  it('remembers what it was asked', async () => {
    const index = fake.requests.length;
    await (await ask(CHAT, { headers: { authorization: 'Bearer k', 'x-extra': '1' } })).text();
    const asked = await fake.arrival(index);
    assert.deepEqual(asked.body, CHAT);
    assert.equal(asked.path, '/v1/chat/completions');
    assert.equal(asked.headers['x-extra'], '1');
    assert.equal(await asked.ended, 'answered');
  });

  it('tells a connection used again from a new one', async () => {
    const index = fake.requests.length;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await askWith(agent);
    await askWith(agent);
    agent.destroy();
    await askWith(new Agent());
    const [first, again, other] = fake.requests.slice(index).map((request) => request.connection);
    assert.equal(again, first);
    assert.notEqual(other, first);
  });

  it('plays the script first and then the default', async () => {
    fake.script({ kind: 'status', status: 503 }, { kind: 'answer', text: 'scripted' });
    fake.byDefault({ kind: 'answer', text: 'usual' });
    assert.equal((await ask()).status, 503);
    assert.match(await (await ask()).text(), /scripted/);
    assert.match(await (await ask()).text(), /usual/);
  });

  it('answers in one body where no stream was asked for', async () => {
    const answer = await (await ask({ ...CHAT, stream: false })).json();
    assert.match(JSON.stringify(answer), /"content":"Hello from the fake\."/);
  });

  it('refuses a path that the vendor does not have', async () => {
    const response = await fetch(`${fake.baseUrl}/nothing`, { method: 'POST', body: '{}' });
    assert.equal(response.status, 404);
    assert.match(await response.text(), /Invalid URL \(POST \/v1\/nothing\)/);
  });

  it('breaks the connection before it answers', async () => {
    fake.script({ kind: 'reset', when: 'before-headers' });
    await assert.rejects(ask());
    assert.equal(await fake.requests.at(-1)?.ended, 'broken-by-fake');
  });

  const broken: { name: string; step: Step; has: RegExp; lacks: RegExp; broke: boolean }[] = [
    {
      name: 'drops the connection after so many chunks',
      step: { kind: 'cut', afterChunks: 2, chunks: ['one', 'two', 'three'] },
      has: /one[\s\S]*two/,
      lacks: /three/,
      broke: true,
    },
    {
      name: 'ends the body after so many chunks',
      step: { kind: 'cut', afterChunks: 2, clean: true, chunks: ['one', 'two', 'three'] },
      has: /one[\s\S]*two/,
      lacks: /three/,
      broke: false,
    },
    {
      name: 'leaves out the ending',
      step: { kind: 'missing-terminal', chunks: ['one', 'two'] },
      has: /two/,
      lacks: /"finish_reason":"stop"|\[DONE\]/,
      broke: false,
    },
    {
      name: 'puts a malformed event between two chunks',
      step: { kind: 'malformed-event', atChunk: 1, chunks: ['one', 'two'] },
      has: /one[\s\S]*"del\n\n[\s\S]*two[\s\S]*\[DONE\]/,
      lacks: /\0/,
      broke: false,
    },
    {
      name: 'sends an error event after so many chunks',
      step: { kind: 'error-event', afterChunks: 1, meaning: 'overloaded', chunks: ['one', 'two'] },
      has: /one[\s\S]*data: \{"error"/,
      lacks: /two|\[DONE\]/,
      broke: false,
    },
    { name: 'sends nothing at all', step: { kind: 'empty' }, has: /^$/, lacks: /./, broke: false },
    { name: 'sends a web page', step: { kind: 'html' }, has: /^<!doctype html>/, lacks: /data:/, broke: false },
  ];
  for (const { name, step, has, lacks, broke } of broken) {
    it(name, async () => {
      fake.script(step);
      const seen = await readAll(await ask());
      assert.match(seen.text, has);
      assert.doesNotMatch(seen.text, lacks);
      assert.equal(seen.broke, broke);
    });
  }

  it('cuts inside an event where the bytes say so', async () => {
    fake.script({ kind: 'cut', afterBytes: 25, clean: true });
    assert.equal((await readAll(await ask())).text.length, 25);
  });

  it('falls silent after its headers until the client hangs up', async () => {
    fake.script({ kind: 'silence', when: 'after-headers' });
    const client = new AbortController();
    const index = fake.requests.length;
    const response = await ask(CHAT, { signal: client.signal });
    assert.equal(response.status, 200);
    client.abort();
    const asked = await fake.arrival(index);
    assert.equal(await asked.ended, 'aborted-by-client');
    assert.equal(asked.abortedByClient, true);
  });

  it('waits at a gate in the middle of an answer', async () => {
    const door = gate();
    fake.script({ kind: 'answer', chunks: ['one', 'two'], holdAfterChunks: { chunks: 1, until: door } });
    const response = await ask();
    const reader = response.body!.getReader();
    let text = '';
    while (!text.includes('one')) {
      text += new TextDecoder().decode((await reader.read()).value);
    }
    assert.doesNotMatch(text, /two/);
    door.open();
    while (!text.includes('[DONE]')) {
      text += new TextDecoder().decode((await reader.read()).value);
    }
    assert.match(text, /two/);
  });

  it('holds requests back until it is told to go on', async () => {
    fake.hold();
    const index = fake.requests.length;
    const pending = ask();
    await fake.arrival(index);
    fake.release();
    assert.equal((await pending).status, 200);
  });
});
