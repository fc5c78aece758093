import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { embeddedMetricLines } from '../../functions/gateway/core/metrics/embedded-metric-lines.ts';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import { PROTOCOL_NAMES } from '../../functions/gateway/core/protocols/protocols.ts';
import { requestLine } from '../../infra/local/request-line.ts';
import type { Step } from '../support/fake-provider-step.ts';
import { type RunningGateway, runningGateway } from '../support/running-gateway.ts';
import { type CaseAnswer, sendCase } from './send-case.ts';
import { SURFACE_FORMS, type SurfaceForm, waysOfAsking } from './support/surface-forms.ts';

const PROMPT = 'canary-of-the-prompt-5f1c';
const COMPLETION = 'canary-of-the-completion-9ab3';
/** What `runningGateway` gives every vendor. */
const VENDOR_KEY = 'key-of-the-vendor';

/** Everything a vendor can quote, in one text. */
function quoting(callersKey: string): string {
  return `You said ${PROMPT} with ${VENDOR_KEY} (Authorization: Bearer ${VENDOR_KEY}) for ${callersKey}, and I say ${COMPLETION}`;
}

const MEANINGS = [
  'rate-limited',
  'quota-spent',
  'overloaded',
  'server-error',
  'timeout',
  'context-exceeded',
  'content-policy',
  'unauthorized',
  'forbidden',
  'not-found',
  'invalid-request',
] as const;

/** Ways of a vendor's to say it. */
function stepsOf(said: string): readonly (readonly [string, Step])[] {
  return [
    ['answers', { kind: 'answer', chunks: [COMPLETION, ' and more'] }],
    ['thinks', { kind: 'answer', reasoning: [COMPLETION], chunks: [COMPLETION] }],
    ['calls a tool', { kind: 'tool-call', calls: [{ name: 'look_up', arguments: `{"q":"${COMPLETION}"}` }] }],
    ...MEANINGS.map((meaning): [string, Step] => [`fails: ${meaning}`, { kind: 'status', meaning, message: said }]),
    ...[400, 401, 403, 404, 429, 500, 503].map((status): [string, Step] => [
      `fails with ${status} and a body of its own`,
      {
        kind: 'status',
        status,
        body: JSON.stringify({ error: { message: said, type: said, code: said, param: said } }),
      },
    ]),
    ['fails with text', { kind: 'status', status: 400, body: said }],
    ['breaks off', { kind: 'cut', chunks: [COMPLETION, COMPLETION], afterChunks: 1 }],
    ['says an error in the stream', { kind: 'error-event', afterChunks: 0, meaning: 'server-error', message: said }],
    [
      'says an error after the first token',
      { kind: 'error-event', afterChunks: 1, chunks: [COMPLETION, 'x'], meaning: 'overloaded', message: said },
    ],
    ['sends a broken event', { kind: 'malformed-event', atChunk: 1, chunks: [COMPLETION, COMPLETION] }],
    ['sends text in place of a stream', { kind: 'raw', pieces: [said] }],
    ['sends an event of its own', { kind: 'raw', pieces: [`event: ${said}\ndata: ${said}\n\n`] }],
  ];
}

/** The APIs that prompts are asked by. */
const ASKED = SURFACE_FORMS.filter(({ name }) => name !== 'embeddings' && name !== 'count_tokens');

for (const protocol of PROTOCOL_NAMES) {
  describe(`nothing leaks where a vendor of the protocol ${protocol}`, () => {
    for (const [way, form] of ASKED.flatMap(waysOfAsking)) {
      for (const [index, [what]] of stepsOf('').entries()) {
        test(`${what}, ${form.name}, ${way}`, () => assertNoLeak(protocol, index, form));
      }
    }
  });
}

const running = new Map<ProtocolName, Promise<RunningGateway<'vendor'>>>();
test.after(async () => {
  await Promise.all([...running.values()].map(async (gateway) => (await gateway).close()));
});

async function assertNoLeak(protocol: ProtocolName, index: number, form: SurfaceForm): Promise<void> {
  const starting = running.get(protocol) ?? runningGateway({ fakes: { vendor: protocol }, config: FAST });
  running.set(protocol, starting);
  const gateway = await starting;
  const step = stepsOf(quoting(gateway.key))[index]![1];
  gateway.fakes.vendor.byDefault(step);
  const before = gateway.records.length;
  const answer = await sendCase(gateway.origin, question(gateway.key, form));
  const record = await gateway.record(before);
  const logged = [...embeddedMetricLines(record, 'test', 0), requestLine(record), ...gateway.storeErrors].join('\n');
  for (const secret of [VENDOR_KEY, gateway.key, PROMPT, COMPLETION]) {
    assert.ok(!logged.includes(secret), `the log says ${secret}: ${logged}`);
    assert.ok(!JSON.stringify(answer.headers).includes(secret), `the headers say ${secret}`);
    assert.ok(!trailOf(answer).includes(secret), `the trail says ${secret}`);
  }
  assert.ok(!answer.body.includes(VENDOR_KEY), `the caller is told the vendor's key: ${answer.body}`);
}

/** Failing vendors must not be ejected out of the test, nor waited for. */
const FAST = {
  ejection: {
    consecutiveFailures: 100,
    failureRate: 1,
    misconfiguredCooldownMs: 1,
    baseCooldownMs: 1,
    maxCooldownMs: 1,
  },
  timeouts: { deadlineMs: 1_500 },
  maxAttempts: 1,
};

function question(key: string, { name, path, body }: SurfaceForm): Parameters<typeof sendCase>[1] {
  const members =
    name === 'messages'
      ? { system: PROMPT, metadata: { user_id: PROMPT } }
      : { metadata: { note: PROMPT }, ...(name === 'responses' && { instructions: PROMPT }) };
  return {
    method: 'POST',
    path,
    headers: { authorization: `Bearer ${key}`, 'x-canary': PROMPT },
    body: JSON.stringify(body('all', { text: PROMPT, members, ...(name !== 'completions' && { tools: ['look_up'] }) })),
  };
}

function trailOf({ body }: CaseAnswer): string {
  return body
    .split('\n')
    .filter((line) => line.startsWith(':'))
    .join('\n');
}
