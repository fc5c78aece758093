import type { Random } from '../../../functions/gateway/core/model/clock.ts';

const MANY = Array.from({ length: 300 }, (_, index) => [`x${index}`, 1]);

/** What hostile callers add to a body or make of it, small enough that thousands at once measure the gateway and not the parser. */
const HOSTILE: readonly ((body: object) => string)[] = [
  (body) => JSON.stringify({ ...body, Model: 'the-dearest', N: 50 }),
  (body) => JSON.stringify({ ...body, ...Object.fromEntries(MANY) }),
  (body) => JSON.stringify({ ...body, api_base: 'http://127.0.0.1:1', api_key: 'x', models: ['another'], best_of: 50 }),
  (body) => JSON.stringify({ ...body, n: 1_000_000 }),
  (body) => `${JSON.stringify(body).slice(0, -1)},"x":${'['.repeat(400)}${']'.repeat(400)}}`,
  (body) => JSON.stringify(body).slice(0, -9),
  (body) => JSON.stringify({ ...body, metadata: JSON.parse('{"__proto__":{"polluted":true},"constructor":1}') }),
  (body) => JSON.stringify({ ...body, tools: [{ type: 'function', function: { name: 'f'.repeat(5000) } }] }),
  (body) => JSON.stringify({ ...body, user: 'a\r\nset-cookie: evil=1', 'x\r\ny': '\u0000\ud800' }),
  (body) => JSON.stringify({ ...body, model: 'constructor' }),
];

/** The body as a hostile caller sends it. */
export function hostileBody(body: object, random: Random): string {
  const change = HOSTILE[Math.floor(random() * HOSTILE.length)] ?? JSON.stringify;
  return change(body);
}
