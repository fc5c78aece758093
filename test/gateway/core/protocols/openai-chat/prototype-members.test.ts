import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { coreGateway } from '../../../../support/core-gateway.ts';

const NAMES = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__', '__defineGetter__'];

describe('members that are called as those of every object', () => {
  for (const [path, asked] of [
    ['/v1/chat/completions', '"model":"openai","messages":[{"role":"user","content":"hi"}]'],
    ['/v1/completions', '"model":"openai","prompt":"hi"'],
    ['/v1/embeddings', '"model":"vectors","input":"hi"'],
  ] as const) {
    for (const stream of [true, false]) {
      it(`reach an OpenAI-shaped server under their own names from ${path}, stream: ${stream}`, async () => {
        const sent: string[][] = [];
        const ask = coreGateway(async ({ request }) => {
          sent.push(Object.keys(request.body));
          return { kind: 'failed', failure: { kind: 'unreachable', code: 'ECONNREFUSED' } };
        });
        const members = NAMES.map((name) => `"${name}":true`).join();
        await ask(path, new TextEncoder().encode(`{"stream":${stream},${asked},${members}}`));
        const foreign = sent[0]?.filter((name) => name.includes('function') || name.includes('object'));
        assert.deepEqual(foreign, []);
        assert.ok(['constructor', 'toString', 'valueOf'].every((name) => sent[0]?.includes(name)));
      });
    }
  }
});
