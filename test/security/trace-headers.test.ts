import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { embeddedMetricLines } from '../../functions/gateway/core/metrics/embedded-metric-lines.ts';
import { parseTraceParent } from '../../functions/gateway/core/trace/trace-context.ts';
import { rawHttp } from '../support/raw-http.ts';
import { type RunningGateway, runningGateway } from '../support/running-gateway.ts';

const TRACE = 'cafe0000cafe0000cafe0000cafe0000';
const GOOD = `traceparent: 00-${TRACE}-b7ad6b7169203331-01`;
const BODY = JSON.stringify({ model: 'all', messages: [{ role: 'user', content: 'Hello' }] });

/** Header lines as an attacker writes them. `passes`: the tracestate that a provider may see. */
const CASES: readonly { readonly name: string; readonly lines: readonly string[]; readonly passes?: string }[] = [
  { name: 'a traceparent that is a script', lines: ['traceparent: <script>canary</script>'] },
  { name: 'a traceparent that closes the log line', lines: ['traceparent: "}{"canary":"'] },
  { name: 'a traceparent of 10 KB', lines: [`traceparent: 00-${'canary'.repeat(1_700)}`] },
  { name: 'a traceparent with more behind it', lines: [`${GOOD.replace('cafe', 'beef')}-canary`] },
  { name: 'two traceparents', lines: [GOOD, GOOD.replace('cafe', 'beef')] },
  { name: 'two equal traceparents', lines: [GOOD, GOOD] },
  { name: 'two traceparents of a later version', lines: [GOOD.replace('00', '01'), GOOD.replace('00', '01')] },
  { name: 'a tracestate alone', lines: ['tracestate: a=canary'] },
  { name: 'a tracestate of 10 KB', lines: [GOOD, `tracestate: a=${'canary'.repeat(1_700)}`] },
  { name: 'a tracestate with control characters', lines: [GOOD, 'tracestate: a=canary\u0001'] },
  { name: 'a tracestate with bytes beyond ASCII', lines: [GOOD, 'tracestate: a=canaryé'] },
  { name: 'a tracestate of 1000 entries', lines: [GOOD, `tracestate: ${'c=canary,'.repeat(1_000)}`] },
  { name: 'a tracestate with a bad entry', lines: [GOOD, 'tracestate: a=canary,B=1'] },
  { name: 'two tracestates', lines: [GOOD, 'tracestate: a=1', 'tracestate: b=2'], passes: 'a=1, b=2' },
  { name: 'an X-Ray header that is a script', lines: ['x-amzn-trace-id: Root=<script>canary</script>;Sampled=1'] },
  { name: 'baggage', lines: [GOOD, 'baggage: a=canary'] },
];

describe('trace headers that nobody ought to send', () => {
  let gateway: RunningGateway<'vendor'>;
  before(async () => {
    gateway = await runningGateway({ fakes: { vendor: 'openai' } });
  });
  after(() => gateway.close());

  for (const { name, lines, passes } of CASES) {
    test(`${name}: the call is served or refused, and nothing of it gets to the provider or into the log`, async () => {
      const { requests } = gateway.fakes.vendor;
      const [calls, records] = [requests.length, gateway.records.length];
      const head = [
        'POST /v1/chat/completions HTTP/1.1',
        'host: 127.0.0.1',
        `authorization: Bearer ${gateway.key}`,
        ...lines,
      ];
      const answer = await rawHttp(gateway.origin, [
        `${head.join('\r\n')}\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
      ]);
      assert.ok(answer.status === 200 || answer.status === 400, String(answer.status));
      if (answer.status === 400) {
        assert.equal(requests.length, calls);
        return;
      }
      const record = await gateway.record(records);
      const sent = requests[calls]?.headers ?? {};
      assert.ok(parseTraceParent(sent.traceparent ?? '') !== undefined, sent.traceparent);
      assert.equal(sent.tracestate, passes);
      const text = JSON.stringify([sent, ...embeddedMetricLines(record, 'test', 0)]);
      assert.ok(!/canary|beef/.test(text), text);
    });
  }
});
