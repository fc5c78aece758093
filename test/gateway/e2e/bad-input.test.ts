import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { member, parseJson } from '../../../functions/gateway/core/wire/json.ts';
import { openAiErrorOf } from '../../support/openai-error.ts';
import { type RawAnswer, rawHttp } from '../../support/raw-http.ts';
import { type RunningGateway, runningGateway } from '../../support/running-gateway.ts';

const CHAT = '/v1/chat/completions';
const MESSAGES = [{ role: 'user', content: 'Hello' }];
/** One byte more than Lambda takes. */
const TOO_MANY_BYTES = 6 * 1024 * 1024 + 1;

interface BadRequest {
  /** Default: POST where there is a body, else GET. */
  readonly method?: string;
  /** Default: the chat completions. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text or bytes as they are, anything else as JSON. */
  readonly body?: unknown;
}

interface Refusal {
  readonly status: number;
  readonly code?: string | null;
  readonly param?: string | null;
  /** What the message must say for the reader to know what to change. */
  readonly says: RegExp;
}

const BODIES: Readonly<Record<string, readonly [body: unknown, refusal: Refusal]>> = {
  'without messages': [{ model: 'all' }, { status: 400, param: 'messages', says: /messages must be an array/ }],
  'with no message': [
    { model: 'all', messages: [] },
    { status: 400, param: 'messages', says: /must not be empty/ },
  ],
  'with messages that are text': [
    { model: 'all', messages: 'Hello' },
    { status: 400, param: 'messages', says: /must be an array of messages; got a string/ },
  ],
  'with an unknown role': [
    { model: 'all', messages: [{ role: 'robot', content: 'Hello' }] },
    { status: 400, param: 'messages[0].role', says: /must be one of .*"user".*got "robot"/ },
  ],
  'without a model': [{ messages: MESSAGES }, { status: 400, param: 'model', says: /model must be a string/ }],
  'with an unknown model': [
    { model: 'gpt-404', messages: MESSAGES },
    {
      status: 404,
      code: 'model_not_found',
      param: 'model',
      says: /"gpt-404" does not exist.*\ball\b.*only\/fake-model/,
    },
  ],
  'with a model called constructor': [
    { model: 'constructor', messages: MESSAGES },
    { status: 404, code: 'model_not_found', param: 'model', says: /"constructor" does not exist/ },
  ],
  'with a model called __proto__': [
    { model: '__proto__', messages: MESSAGES },
    { status: 404, code: 'model_not_found', param: 'model', says: /"__proto__" does not exist/ },
  ],
  'with a model of control characters': [
    { model: 'a\r\nx-evil: 1', messages: MESSAGES },
    { status: 404, code: 'model_not_found', param: 'model', says: /does not exist/ },
  ],
  'with a temperature that is text': [
    { model: 'all', messages: MESSAGES, temperature: 'hot' },
    { status: 400, param: 'temperature', says: /must be a finite number; got a string/ },
  ],
  'with a stream flag that is text': [
    { model: 'all', messages: MESSAGES, stream: 'yes' },
    { status: 400, param: 'stream', says: /must be true or false/ },
  ],
  'with a tool without a name': [
    { model: 'all', messages: MESSAGES, tools: [{ type: 'function', function: {} }] },
    { status: 400, param: 'tools[0].function.name', says: /name must be/ },
  ],
  'that is an array': [[], { status: 400, param: null, says: /must be a JSON object; got an array/ }],
  'that is null': ['null', { status: 400, param: null, says: /must be a JSON object; got null/ }],
  'that is empty': ['', { status: 400, param: null, says: /is empty: send a JSON object/ }],
  'that is broken JSON': ['{"model": "all", "messages": [', { status: 400, param: null, says: /JSON/ }],
  'that nothing but opens': ['['.repeat(5_000_000), { status: 400, param: null, says: /nests deeper than 200 levels/ }],
  'that is no UTF-8': [
    Buffer.concat([
      Buffer.from('{"model":"all","messages":[{"role":"user","content":"'),
      Buffer.from([0xff, 0xfe, 0xc3]),
      Buffer.from('"}]}'),
    ]),
    { status: 400, param: null, says: /not UTF-8/ },
  ],
  'that nests deeply': [
    `{"model":"all","messages":${JSON.stringify(MESSAGES)},"metadata":${nested(100_000)}}`,
    { status: 400, param: null, says: /nests deeper than 200 levels/ },
  ],
  'that nests deeply in a tool': [
    JSON.stringify({
      model: 'all',
      messages: MESSAGES,
      tools: [{ type: 'function', function: { name: 'f', parameters: 'HERE' } }],
    }).replace('"HERE"', nested(5_000)),
    { status: 400, param: null, says: /nests deeper than 200 levels/ },
  ],
  'of more than 6 MB': [
    { model: 'all', messages: [{ role: 'user', content: 'x'.repeat(TOO_MANY_BYTES) }] },
    { status: 413, code: 'request_too_large', says: /6291456 bytes/ },
  ],
};

const REQUESTS: Readonly<Record<string, readonly [request: BadRequest, refusal: Refusal]>> = {
  'GET for a chat': [{ method: 'GET' }, { status: 405, code: 'method_not_allowed', says: /use POST/ }],
  'PUT for a chat': [
    { method: 'PUT', body: {} },
    { status: 405, code: 'method_not_allowed', says: /PUT is not allowed at "\/v1\/chat\/completions": use POST/ },
  ],
  'POST for the models': [
    { path: '/v1/models', body: {} },
    { status: 405, code: 'method_not_allowed', says: /use GET/ },
  ],
  'DELETE for a model': [
    { method: 'DELETE', path: '/v1/models/all' },
    { status: 405, code: 'method_not_allowed', says: /use GET/ },
  ],
  'OPTIONS for a chat': [{ method: 'OPTIONS' }, { status: 405, code: 'method_not_allowed', says: /use POST/ }],
  'a path beside the APIs': [
    { path: '/openai/chat/completions', body: { model: 'all', messages: MESSAGES } },
    { status: 404, code: 'unknown_url', says: /base_url.*\/v1/ },
  ],
  'a path with /v1 three times': [
    { path: '/v1/v1/v1/chat/completions', body: {} },
    { status: 404, code: 'unknown_url', says: /"\/v1\/v1\/v1\/chat\/completions".*base_url/ },
  ],
  'the root': [{ path: '/' }, { status: 404, code: 'unknown_url', says: /POST \/v1\/chat\/completions/ }],
  'an API of OpenAI that is not here': [
    { path: '/v1/audio/speech', body: {} },
    { status: 404, code: 'unknown_url', says: /POST \/v1\/chat\/completions/ },
  ],
  'a compressed body': [
    { headers: { 'content-encoding': 'gzip' }, body: {} },
    { status: 415, code: 'unsupported_content_encoding', says: /without content-encoding/ },
  ],
  'a path of many kilobytes': [
    { path: `/v1/models/${'x'.repeat(5_000)}` },
    { status: 414, code: 'uri_too_long', says: /longer than 2048/ },
  ],
  'an unknown model by path': [
    { path: '/v1/models/gpt-404' },
    { status: 404, code: 'model_not_found', param: 'model', says: /does not exist.*\ball\b/ },
  ],
  'a model by a path that cannot be decoded': [
    { path: '/v1/models/%zz' },
    { status: 404, code: 'model_not_found', param: 'model', says: /does not exist/ },
  ],
  'a model called constructor by path': [
    { path: '/v1/models/constructor' },
    { status: 404, code: 'model_not_found', param: 'model', says: /does not exist/ },
  ],
};

const KEYS: Readonly<Record<string, readonly [headers: Readonly<Record<string, string>>, refusal: Refusal]>> = {
  'no key': [{}, { status: 401, code: 'missing_api_key', says: /Authorization: Bearer/ }],
  'an empty key': [
    { authorization: 'Bearer ' },
    { status: 401, code: 'missing_api_key', says: /Authorization: Bearer/ },
  ],
  'a key of another scheme': [
    { authorization: 'Basic bmVtbzpuZW1v' },
    { status: 401, code: 'missing_api_key', says: /Authorization: Bearer/ },
  ],
  'an unknown key': [
    { authorization: 'Bearer nemo_unknown' },
    { status: 401, code: 'invalid_api_key', says: /not known/ },
  ],
  'a key of OpenAI’s': [
    { authorization: 'Bearer sk-proj-123' },
    { status: 401, code: 'invalid_api_key', says: /not known/ },
  ],
  'the key constructor': [
    { authorization: 'Bearer constructor' },
    { status: 401, code: 'invalid_api_key', says: /not known/ },
  ],
  'the key __proto__': [
    { authorization: 'Bearer __proto__' },
    { status: 401, code: 'invalid_api_key', says: /not known/ },
  ],
  'a key of many kilobytes': [
    { authorization: `Bearer ${'x'.repeat(8_000)}` },
    { status: 401, code: 'invalid_api_key', says: /not known/ },
  ],
};

describe('a request that the caller has to change', () => {
  let gateway: RunningGateway<'only'>;
  before(async () => {
    gateway = await runningGateway({ fakes: { only: 'openai' } });
  });
  after(() => gateway.close());

  afterEach(async () => {
    const seen = gateway.fakes.only.requests.length;
    assert.equal(seen, 0, 'no provider was asked');
    const models = await gateway.fetch('/v1/models');
    assert.equal(models.status, 200, 'the next request is answered');
    await models.text();
  });

  for (const [name, [body, refusal]] of Object.entries(BODIES)) {
    it(`with a body ${name} gets ${refusal.status} and is told what to change`, async () => {
      await assertRefused(await send({ body }), refusal);
    });
  }

  for (const [name, [request, refusal]] of Object.entries(REQUESTS)) {
    it(`with ${name} gets ${refusal.status} and is told what there is`, async () => {
      const response = await send(request);
      assert.equal(response.headers.get('allow') !== null, refusal.status === 405, 'allow goes with 405');
      await assertRefused(response, refusal);
    });
  }

  for (const [name, [headers, refusal]] of Object.entries(KEYS)) {
    it(`with ${name} gets 401 and is told what to send, whatever it asks for`, async () => {
      for (const path of ['/v1/models', CHAT, '/v1/nothing', '/health/nothing']) {
        const response = await fetch(gateway.origin + path, { headers });
        const { message } = await assertRefused(response, refusal);
        assert.ok(!message.includes('nemo_unknown') && !message.includes('sk-proj'), 'a key is never repeated');
      }
    });
  }

  it('with a body of broken JSON is told that it is no JSON', async () => {
    for (const body of ['{"model": "all", "messages": [', "{'model': 'all'}", 'model=all', '']) {
      await assertRefused(await send({ body }), { status: 400, param: null, says: /not (valid )?JSON|empty/ });
    }
  });

  it('with a body of more than 6 MB in chunks, whose length nobody knows before, gets 413', async () => {
    const piece = new Uint8Array(64 * 1024).fill(0x20);
    let left = TOO_MANY_BYTES / piece.length;
    const body = new ReadableStream({
      pull: (controller) => {
        left -= 1;
        return left < -1 ? controller.close() : controller.enqueue(piece);
      },
    });
    const response = await gateway.fetch(CHAT, { method: 'POST', body, duplex: 'half' });
    await assertRefused(response, { status: 413, code: 'request_too_large', says: /6291456 bytes/ });
  });

  it('that names a huge length gets 413 before its body has come', async () => {
    const answer = await raw([`POST ${CHAT} HTTP/1.1`, 'Content-Length: 99999999999']);
    assertRawError(answer, 413, 'request_too_large');
  });

  it('with a method that HTTP does not know gets 400', async () => {
    assertRawError(await raw([`FROBNICATE ${CHAT} HTTP/1.1`]), 400, 'malformed_http');
  });

  it('with a control character in a header gets 400 and is told so', async () => {
    for (const character of ['\x00', '\x01', '\x7f', '\n']) {
      const answer = await raw(['GET /v1/models HTTP/1.1', `X-Nemo-Tags: vision${character}code`]);
      assert.match(assertRawError(answer, 400, 'malformed_http'), /control characters/);
    }
  });

  it('with headers of more than 16 KB gets 431', async () => {
    const answer = await raw(['GET /v1/models HTTP/1.1', `X-Nemo-Tags: ${'x'.repeat(20_000)}`]);
    assertRawError(answer, 431, 'malformed_http');
  });

  it('that is no HTTP at all gets 400', async () => {
    assertRawError(await rawHttp(gateway.origin, ['\x16\x03\x01\x02\x00\x01\x00\r\n\r\n']), 400, 'malformed_http');
  });

  it('with two different lengths, as smugglers send, gets 400', async () => {
    const answer = await raw([`POST ${CHAT} HTTP/1.1`, 'Content-Length: 5', 'Transfer-Encoding: chunked']);
    assertRawError(answer, 400, 'malformed_http');
  });

  it('by HEAD gets the status without a body', async () => {
    const response = await gateway.fetch(CHAT, { method: 'HEAD' });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get('allow'), 'POST');
    assert.equal(await response.text(), '');
  });

  async function send({ method, path = CHAT, headers = {}, body }: BadRequest): Promise<Response> {
    return gateway.fetch(path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers,
      ...(body === undefined ? {} : { body: bodyOf(body) }),
    });
  }

  function raw(lines: readonly string[]): Promise<RawAnswer> {
    const head = [...lines, 'Host: localhost', `Authorization: Bearer ${gateway.key}`];
    return rawHttp(gateway.origin, [`${head.join('\r\n')}\r\n\r\n`]);
  }
});

describe('odd requests that are right all the same', () => {
  let gateway: RunningGateway<'only'>;
  before(async () => {
    gateway = await runningGateway({ fakes: { only: 'openai' } });
  });
  after(() => gateway.close());

  it('asks for the health without a key', async () => {
    const response = await fetch(`${gateway.origin}/health`);
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), { status: 'ok' });
  });

  it('names the whole URL, as clients of a proxy do', async () => {
    const head = [
      `GET ${gateway.origin}/v1/models HTTP/1.1`,
      'Host: localhost',
      `Authorization: Bearer ${gateway.key}`,
    ];
    const answer = await rawHttp(gateway.origin, [`${head.join('\r\n')}\r\n\r\n`]);
    assert.equal(answer.status, 200);
  });

  it('carries a query', async () => {
    const response = await gateway.fetch(`${CHAT}?api-version=1`, {
      method: 'POST',
      body: JSON.stringify({ model: 'all', messages: MESSAGES }),
    });
    assert.equal(response.status, 200);
  });

  it('begins with a byte-order mark', async () => {
    const response = await gateway.fetch(CHAT, {
      method: 'POST',
      body: `\ufeff${JSON.stringify({ model: 'all', messages: MESSAGES })}`,
    });
    assert.equal(response.status, 200);
  });

  it('carries members that nobody knows yet', async () => {
    const response = await gateway.fetch(CHAT, {
      method: 'POST',
      body: JSON.stringify({ model: 'all', messages: MESSAGES, some_new_member: { a: 1 } }),
    });
    assert.equal(response.status, 200);
  });

  it('sends the key as x-api-key', async () => {
    const response = await fetch(`${gateway.origin}/v1/models`, { headers: { 'x-api-key': gateway.key } });
    assert.equal(response.status, 200);
  });

  it('asks for an upgrade, which is not taken', async () => {
    const head = ['GET /v1/models HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket'];
    const answer = await rawHttp(gateway.origin, [
      `${[...head, `Authorization: Bearer ${gateway.key}`].join('\r\n')}\r\n\r\n`,
    ]);
    assert.equal(answer.status, 200);
  });

  for (const header of ['x-nemo-tags', 'x-nemo-timeout-ms', 'x-stainless-timeout'] as const) {
    it(`has nonsense in ${header}`, async () => {
      const value = header === 'x-nemo-tags' ? ',, ,' : 'soon';
      const response = await gateway.fetch(CHAT, {
        method: 'POST',
        headers: { [header]: value },
        body: JSON.stringify({ model: 'all', messages: MESSAGES }),
      });
      assert.equal(response.status, 200);
    });
  }
});

async function assertRefused(response: Response, refusal: Refusal): Promise<{ readonly message: string }> {
  assert.equal(response.status, refusal.status);
  for (const name of ['x-request-id', 'x-nemo-request-id', 'x-nemo-latency-ms', 'server-timing']) {
    assert.ok(response.headers.has(name), `${name} is on errors too`);
  }
  assert.equal(response.headers.get('x-nemo-attempts'), '0');
  const error = await openAiErrorOf(response);
  assert.match(error.message, refusal.says);
  assert.equal(error.type, 'invalid_request_error');
  if (refusal.code !== undefined) {
    assert.equal(error.code, refusal.code);
  }
  if (refusal.param !== undefined) {
    assert.equal(error.param, refusal.param);
  }
  return error;
}

function assertRawError(answer: RawAnswer, status: number, code: string): string {
  assert.equal(answer.status, status);
  assert.equal(answer.headers.get('connection'), 'close');
  const error = member(parseJson(answer.body), 'error');
  assert.equal(member(error, 'code'), code);
  assert.equal(member(error, 'type'), 'invalid_request_error');
  return String(member(error, 'message'));
}

function bodyOf(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (Buffer.isBuffer(body)) {
    return new Uint8Array(body);
  }
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function nested(levels: number): string {
  return '{"a":'.repeat(levels) + 1 + '}'.repeat(levels);
}
