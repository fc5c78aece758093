import { gzipSync } from 'node:zlib';

/** What a case may put into its request. */
export interface CaseContext {
  /** A key that is good, and may ask for everything. */
  readonly key: string;
  /** The address of a server that nobody must ever call. */
  readonly canary: string;
}

/** A request as an attacker sends it. The path goes out as it is written, unnormalised. */
export interface CaseRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** One attack and what has to come of it. */
export interface SecurityCase {
  readonly name: string;
  readonly request: (context: CaseContext) => CaseRequest;
  readonly status: number;
  /** Where the local system answers otherwise. */
  readonly locally?: { readonly status: number; readonly code: string };
  /** OpenAI's error code, where it says more than the status. */
  readonly code?: string;
  /** Calls that the provider may see. Default: none. */
  readonly upstreamCalls?: number;
}

const CHAT = '/v1/chat/completions';
/** A route that the gateway under test has to have. */
export const CASE_ROUTE = 'all';
const MESSAGES = [{ role: 'user', content: 'Hello' }];

function chat(more: object, headers: Readonly<Record<string, string>> = {}): SecurityCase['request'] {
  return ({ key }) => ({
    method: 'POST',
    path: CHAT,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: CASE_ROUTE, messages: MESSAGES, ...more }),
  });
}

function chatText(body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): SecurityCase['request'] {
  return (context) => ({ ...chat({}, headers)(context), body });
}

/** A request without a key of the caller's own. */
function anonymous(
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): SecurityCase['request'] {
  return () => ({ method, path, headers });
}

function known(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): SecurityCase['request'] {
  return ({ key }) => ({ method, path, headers: { authorization: `Bearer ${key}`, ...headers } });
}

const INHERITED = [
  'constructor',
  '__proto__',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
];

const SIDE_ROUTES = [
  '/key/generate',
  '/key/info',
  '/user/new',
  '/config',
  '/config/update',
  '/get/config/callbacks',
  '/model/info',
  '/model/new',
  '/spend/logs',
  '/global/spend',
  '/admin',
  '/ui',
  '/docs',
  '/openapi.json',
  '/metrics',
  '/debug/pprof',
  '/debug/asyncio-tasks',
  '/.env',
  '/.git/config',
  '/routes',
  '/health/readiness',
  '/health/services',
  '/v1/keys',
  '/v1/mcp',
  '/v1/files',
  '/mcp/tools/call',
  '/anthropic/v1/messages',
  '/openai/deployments/x/chat/completions',
  '/vertex_ai/x',
  '/proxy/http://169.254.169.254/latest/meta-data',
  '/local/providers/only/down',
  '/local/load/start',
  '/status',
  '/status/',
  '/status?after=x.1',
  '/index.html',
  '/favicon.ico',
  '/2015-03-31/functions/function/invocations',
];

const ODD_PATHS = [
  '//v1//models',
  '/v1//models',
  '/v1/./models',
  '/v1/../v1/models',
  '/health/../v1/models',
  '/health/..;/v1/models',
  '/health;/v1/models',
  '/health/',
  '/health%2f',
  '/health%00',
  '/Health',
  '/V1/models',
  '/v1%2fmodels',
  '/v1/models%2f..%2f..%2fhealth',
  '/%76%31/models/../x',
  '/v1/chat//completions',
  '/v1/chat/completions%20',
];

const INJECTIONS = [
  "' OR '1'='1",
  "nemo_' OR 1=1--",
  'nemo_"; DROP TABLE keys; --',
  '{"$ne":null}',
  '{"S":"*"}',
  'nemo_*',
  'nemo_%',
  'nemo_\\u0000',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text itself is the attack; nothing is to be interpolated here.
  '${jndi:ldap://127.0.0.1/a}',
  'nemo_attribute_exists(sha256)',
  'account#0',
  'undefined',
  'null',
  'true',
  '[object Object]',
  'Bearer',
];

/**
 * Attacks by the classes of what was published against gateways for language models. Data, so that the same cases run against the HTTP
 * server and under the Lambda runtime. Whatever the status, an error has OpenAI's shape.
 */
export const SECURITY_CASES: Readonly<Record<string, readonly SecurityCase[]>> = {
  'server-side request forgery by an address of the caller’s': [
    ...['base_url', 'api_base', 'baseURL', 'api_url', 'endpoint', 'proxy', 'callback_url', 'success_callback'].map(
      (member) => ({
        name: `member ${member}`,
        request: (context: CaseContext) => chat({ [member]: context.canary, api_key: 'x' })(context),
        status: 200,
        upstreamCalls: 1,
      }),
    ),
    ...['x-base-url', 'x-api-base', 'x-forwarded-host', 'x-portkey-custom-host', 'helicone-target-url'].map(
      (header) => ({
        name: `header ${header}`,
        request: (context: CaseContext) => chat({}, { [header]: context.canary })(context),
        status: 200,
        upstreamCalls: 1,
      }),
    ),
    {
      name: 'an address as the model',
      request: (context) => chat({ model: context.canary })(context),
      status: 404,
      code: 'model_not_found',
    },
    {
      name: 'the address of an image, which only the vendor may fetch',
      request: (context) =>
        chat({
          messages: [
            { role: 'user', content: [{ type: 'image_url', image_url: { url: `${context.canary}/cat.png` } }] },
          ],
        })(context),
      status: 200,
      upstreamCalls: 1,
    },
    {
      name: 'a whole URL of another host as the request’s target',
      request: (context) => ({ ...known('/')(context), path: `${context.canary}/latest/meta-data` }),
      status: 404,
      code: 'unknown_url',
    },
  ],
  'injection through the Authorization header': INJECTIONS.map((text) => ({
    name: text,
    request: anonymous('/v1/models', { authorization: `Bearer ${text}` }),
    status: 401,
  })),
  'authentication bypass by a key that is nearly right': [
    ...(
      [
        ['one character short', (key) => key.slice(0, -1)],
        ['one character long', (key) => `${key}A`],
        ['in capitals', (key) => key.toUpperCase()],
        ['its beginning alone', (key) => key.slice(0, 16)],
        ['twice', (key) => `${key}, Bearer ${key}`],
        ['percent-encoded', (key) => key.replace('_', '%5F')],
        ['with a NUL written out', (key) => `${key}%00`],
        ['with another after it', (key) => `${key} x`],
      ] satisfies readonly (readonly [string, (key: string) => string])[]
    ).map(([name, change]) => ({
      name,
      request: ({ key }: CaseContext) =>
        anonymous('/v1/models', { authorization: `Bearer ${change(key)}` })({ key, canary: '' }),
      status: 401,
    })),
    {
      name: 'in the query',
      request: ({ key, canary }) => anonymous(`/v1/models?key=${key}&api_key=${key}`)({ key, canary }),
      status: 401,
      code: 'missing_api_key',
    },
    {
      name: 'in a cookie',
      request: ({ key, canary }) => anonymous('/v1/models', { cookie: `token=${key}` })({ key, canary }),
      status: 401,
      code: 'missing_api_key',
    },
  ],
  'authentication bypass by what headers say of the way here': [
    'x-original-url',
    'x-rewrite-url',
    'x-forwarded-prefix',
    'x-forwarded-path',
    'x-forwarded-uri',
  ].map((header) => ({
    name: `${header}: /health`,
    request: anonymous('/v1/models', { [header]: '/health' }),
    status: 401,
    code: 'missing_api_key',
  })),
  'trust in an address or a host': [
    ...['x-forwarded-for', 'x-real-ip', 'x-client-ip', 'cf-connecting-ip', 'true-client-ip', 'forwarded'].map(
      (header) => ({
        name: `${header}: 127.0.0.1`,
        request: anonymous('/v1/models', { [header]: '127.0.0.1' }),
        status: 401,
        code: 'missing_api_key',
      }),
    ),
    ...['localhost', 'admin.internal', '127.0.0.1:4000/health?', 'health'].map((host) => ({
      name: `Host: ${host}`,
      request: anonymous('/v1/models', { host }),
      status: 401,
      code: 'missing_api_key',
      ...(host === 'localhost' ? {} : { locally: { status: 421, code: 'foreign_host' } }),
    })),
  ],
  'names that every object inherits': [
    ...INHERITED.map((name) => ({
      name: `the key ${name}`,
      request: anonymous('/v1/models', { authorization: `Bearer ${name}` }),
      status: 401,
      code: 'invalid_api_key',
    })),
    ...INHERITED.map((model) => ({
      name: `the model ${model}`,
      request: chat({ model }),
      status: 404,
      code: 'model_not_found',
    })),
    ...INHERITED.map((model) => ({
      name: `the path of a model ${model}`,
      request: known(`/v1/models/${model}`),
      status: 404,
      code: 'model_not_found',
    })),
    ...INHERITED.map((tag) => ({
      name: `the tag ${tag}`,
      request: chat({}, { 'x-nemo-tags': tag }),
      status: 400,
    })),
    ...INHERITED.map((role) => ({
      name: `the role ${role}`,
      request: chat({ messages: [{ role, content: 'Hello' }] }),
      status: 400,
    })),
  ],
  'headers that every object inherits': ['__proto__', 'constructor', 'hasOwnProperty', 'toString'].map((name) => ({
    name,
    request: ({ key }: CaseContext) => ({
      method: 'GET',
      path: '/v1/models',
      headers: Object.fromEntries([
        ['authorization', `Bearer ${key}`],
        [name, 'x'],
      ]),
    }),
    status: 200,
  })),
  'a side route without a guard': SIDE_ROUTES.flatMap((path) => [
    { name: `GET ${path} without a key`, request: anonymous(path), status: 401, code: 'missing_api_key' },
    {
      name: `POST ${path} without a key`,
      request: anonymous(path, { 'content-type': 'application/json' }, 'POST'),
      status: 401,
      code: 'missing_api_key',
    },
    { name: `${path} with a key`, request: known(path), status: 404, code: 'unknown_url' },
  ]),
  'a path that is read in two ways': ODD_PATHS.flatMap((path) => [
    { name: `${path} without a key`, request: anonymous(path), status: 401, code: 'missing_api_key' },
    { name: `${path} with a key`, request: known(path), status: 404 },
  ]),
  'a method that is read in two ways': ['x-http-method-override', 'x-http-method', 'x-method-override'].map(
    (header) => ({
      name: header,
      request: known(CHAT, { [header]: 'POST' }),
      status: 405,
      code: 'method_not_allowed',
    }),
  ),
  'response splitting and header injection': [
    {
      name: 'line ends in the model',
      request: chat({ model: 'a\r\nset-cookie: evil=1\r\n\r\n<script>' }),
      status: 404,
      code: 'model_not_found',
    },
    {
      name: 'line ends in the path of a model',
      request: known('/v1/models/a%0d%0aset-cookie:%20evil=1'),
      status: 404,
      code: 'model_not_found',
    },
    {
      name: 'line ends in a member that is dropped or passed on',
      request: chat({ 'x\r\nset-cookie: evil=1': 1, user: 'a\r\nset-cookie: evil=1' }),
      status: 200,
      upstreamCalls: 1,
    },
    {
      name: 'line ends in a path',
      request: known('/a%0d%0aset-cookie:%20evil=1'),
      status: 404,
      code: 'unknown_url',
    },
  ],
  'JSON bombs': [
    { name: 'arrays in arrays', request: chatText('['.repeat(1_000_000)), status: 400 },
    { name: 'objects in objects', request: chatText(`${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)}`), status: 400 },
    { name: 'a tool whose schema nests', request: chatText(bombInTool(20_000)), status: 400 },
    { name: 'millions of empty objects', request: chatText(`[${'{},'.repeat(2_000_000)}{}]`), status: 400 },
    { name: 'millions of numbers', request: chatText(`[${'1,'.repeat(3_000_000)}1]`), status: 400 },
    { name: 'a number of a million digits', request: chatText(`{"model":${'9'.repeat(1_000_000)}}`), status: 400 },
    { name: 'a number beyond all numbers', request: chat({ temperature: '@' }), status: 400 },
    {
      name: 'a number that parses to infinity',
      request: chatText(`{"model":"${CASE_ROUTE}","messages":[{"role":"user","content":"a"}],"temperature":1e999}`),
      status: 400,
    },
    {
      name: 'brackets in a string, which are none',
      request: chat({ messages: [{ role: 'user', content: `\\"${'[{'.repeat(10_000)}` }] }),
      status: 200,
      upstreamCalls: 1,
    },
  ],
  'prototype pollution': [
    ...[
      `"__proto__":{"polluted":true}`,
      `"constructor":{"prototype":{"polluted":true}}`,
      `"metadata":{"__proto__":{"polluted":true}}`,
      `"tools":[{"type":"function","function":{"name":"f","parameters":{"__proto__":{"polluted":true},"type":"object"}}}]`,
      `"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"__proto__":{"polluted":true}}}}`,
    ].map((member) => ({
      name: member.slice(0, 60),
      request: chatText(`{"model":"${CASE_ROUTE}","messages":[{"role":"user","content":"a"}],${member}}`),
      status: 200,
      upstreamCalls: 1,
    })),
    {
      name: 'a message that is all prototype',
      request: chatText(`{"model":"${CASE_ROUTE}","messages":[{"__proto__":{"role":"user","content":"a"}}]}`),
      status: 400,
    },
    {
      name: 'a model that is inherited',
      request: chatText(`{"__proto__":{"model":"${CASE_ROUTE}"},"messages":[{"role":"user","content":"a"}]}`),
      status: 400,
    },
  ],
  'inputs that are too long': [
    { name: 'a path', request: known(`/v1/models/${'a'.repeat(5_000)}`), status: 414, code: 'uri_too_long' },
    {
      name: 'the name of a model',
      request: chat({ model: 'a'.repeat(1_000_000) }),
      status: 404,
      code: 'model_not_found',
    },
    {
      name: 'a list of messages',
      request: chat({ messages: Array.from({ length: 10_001 }, () => MESSAGES[0]) }),
      status: 400,
    },
    {
      name: 'a list of tools',
      request: chat({
        tools: Array.from({ length: 1_025 }, (_, index) => ({ type: 'function', function: { name: `f${index}` } })),
      }),
      status: 400,
    },
    { name: 'a role', request: chat({ messages: [{ role: 'r'.repeat(1_000_000), content: 'a' }] }), status: 400 },
    { name: 'a number of choices', request: chat({ n: 1_000_000 }), status: 400 },
  ],
  'a compressed body that grows': [
    ...['gzip', 'deflate', 'br', 'zstd', 'GZIP', 'identity, gzip'].map((encoding) => ({
      name: encoding,
      request: chatText(gzipSync(Buffer.alloc(1_000_000, 0x20)), { 'content-encoding': encoding }),
      status: 415,
      code: 'unsupported_content_encoding',
    })),
  ],
  'expressions that take forever': [
    {
      name: 'spaces before a key',
      request: anonymous('/v1/models', { authorization: `Bearer${' '.repeat(12_000)}\t.` }),
      status: 401,
    },
    {
      name: 'a data URL without an end',
      request: image(`data:${'image/'.repeat(50_000)}`),
      status: 200,
      upstreamCalls: 1,
    },
    {
      name: 'a data URL of parameters',
      request: image(`data:image/png${';a=b'.repeat(50_000)}`),
      status: 200,
      upstreamCalls: 1,
    },
    {
      name: 'a header of commas',
      request: chat({}, { 'x-nemo-tags': ','.repeat(12_000) }),
      status: 200,
      upstreamCalls: 1,
    },
    {
      name: 'white space in a prompt',
      request: chat({ messages: [{ role: 'user', content: ' \n\t'.repeat(100_000) }] }),
      status: 200,
      upstreamCalls: 1,
    },
  ],
  'pages of other origins': [
    {
      name: 'a preflight',
      request: anonymous(CHAT, { origin: 'https://evil.example', 'access-control-request-method': 'POST' }, 'OPTIONS'),
      status: 401,
    },
    {
      name: 'a call with an origin',
      request: chat({}, { origin: 'https://evil.example' }),
      status: 200,
      upstreamCalls: 1,
    },
    {
      name: 'a form',
      request: anonymous(CHAT, { origin: 'null', 'content-type': 'text/plain' }, 'POST'),
      status: 401,
    },
  ],
};

function bombInTool(levels: number): string {
  const schema = `${'{"properties":{"a":'.repeat(levels)}{}${'}}'.repeat(levels)}`;
  return `{"model":"${CASE_ROUTE}","messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f","parameters":${schema}}}]}`;
}

function image(url: string): SecurityCase['request'] {
  return chat({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }] });
}
