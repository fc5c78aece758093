import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import { arrayMember, type JsonObject, member } from '../../functions/gateway/core/wire/json.ts';
import type { Step } from '../support/fake-provider-step.ts';
import { gate } from '../support/gate.ts';
import { deploymentId, type RunningGateway, runningGateway } from '../support/running-gateway.ts';
import { ask, send } from './support/ask.ts';

const PROTOCOLS: readonly ProtocolName[] = ['openai', 'anthropic', 'gemini', 'bedrock', 'openai-responses'];

/** "The quick brown " and then nothing more. */
const CUT: Step = { kind: 'cut', chunks: ['The', ' quick', ' brown '], afterChunks: 3 };
const REST: Step = { kind: 'answer', chunks: [' fox', ' jumps.'], usage: { inputTokens: 14, outputTokens: 3 } };

type Name = 'first' | 'second' | 'third';

interface Setting {
  readonly protocols?: Partial<Record<Name, ProtocolName>>;
  readonly second?: object;
  readonly route?: object;
}

/** Three deployments in order; the second and the third take the beginning of their answer. */
function continuingGateway({ protocols, second, route }: Setting = {}): Promise<RunningGateway<Name>> {
  return runningGateway<Name>({
    fakes: { first: 'openai', second: 'openai', third: 'openai', ...protocols },
    deployments: { second: { prefill: true, ...second }, third: { prefill: true } },
    config: {
      routes: {
        all: {
          strategy: 'ordered',
          deployments: ['first', 'second', 'third'].map(deploymentId),
          onStreamCut: 'continue',
          timeouts: { stallMs: 150 },
          ...route,
        },
      },
    },
  });
}

/** How the second deployment is shown what had been said. */
const PREFIXED: Readonly<Record<ProtocolName, { readonly member: string; readonly last: JsonObject }>> = {
  openai: { member: 'messages', last: { role: 'assistant', content: 'The quick brown' } },
  'openai-responses': {
    member: 'input',
    last: { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'The quick brown' }] },
  },
  anthropic: { member: 'messages', last: { role: 'assistant', content: [{ type: 'text', text: 'The quick brown' }] } },
  gemini: { member: 'contents', last: { role: 'model', parts: [{ text: 'The quick brown' }] } },
  bedrock: { member: 'messages', last: { role: 'assistant', content: [{ text: 'The quick brown' }] } },
};

function counts(usage: JsonObject | undefined): readonly unknown[] {
  return [usage?.prompt_tokens, usage?.completion_tokens, usage?.total_tokens];
}

describe('a stream that is cut where another deployment may go on with it', () => {
  for (const first of PROTOCOLS) {
    for (const second of PROTOCOLS) {
      it(`from ${first} to ${second} is one whole answer to the caller`, async () => {
        await using gateway = await continuingGateway({ protocols: { first, second } });
        gateway.fakes.first.script(CUT);
        gateway.fakes.second.script(REST);
        const seen = await ask(gateway);
        assert.equal(seen.text, 'The quick brown fox jumps.');
        assert.equal(seen.finish, 'stop');
        assert.equal(seen.isDone, true);
        assert.equal(seen.error, undefined);
        assert.deepEqual([...seen.models], [deploymentId('first')]);
        const asked = arrayMember(gateway.fakes.second.requests[0]?.body, PREFIXED[second].member);
        assert.deepEqual(asked.at(-1), PREFIXED[second].last);
        assert.equal(gateway.fakes.third.requests.length, 0);
      });
    }
  }

  it('because it stalled is gone on with too, and the silent provider is aborted', async () => {
    await using gateway = await continuingGateway();
    gateway.fakes.first.script({ kind: 'stall', chunks: ['The', ' quick', ' brown'], afterChunks: 3 });
    gateway.fakes.second.script(REST);
    const seen = await ask(gateway);
    assert.equal(seen.text, 'The quick brown fox jumps.');
    assert.equal(seen.isDone, true);
    assert.equal(await gateway.fakes.first.requests[0]?.ended, 'aborted-by-client');
  });

  it('has both attempts in its trail, and who went on is who served it', async () => {
    await using gateway = await continuingGateway();
    gateway.fakes.first.script(CUT);
    gateway.fakes.second.script(REST);
    const { trail, headers } = await ask(gateway);
    assert.deepEqual(
      arrayMember(trail, 'attempts').map((attempt) => [
        member(attempt, 'deployment'),
        member(attempt, 'outcome'),
        member(attempt, 'continues'),
      ]),
      [
        [deploymentId('first'), 'failed', undefined],
        [deploymentId('second'), 'served', true],
      ],
    );
    assert.equal(trail?.served_by, deploymentId('second'));
    assert.equal(trail?.routing, 'fallback');
    // The headers had gone out before anything was wrong.
    assert.equal(headers.get('x-nemo-routed-model'), deploymentId('first'));
    const record = await gateway.record(0);
    assert.equal(record.ending, 'complete');
  });

  it("tells the usage of the whole, with the prompt's tokens once", async () => {
    await using gateway = await continuingGateway();
    gateway.fakes.first.script(CUT);
    gateway.fakes.second.script(REST);
    const { usage } = await ask(gateway);
    // The first told nothing: 16 characters count 4 tokens, which were part of the 14 that the second has read.
    assert.deepEqual(counts(usage), [10, 7, 17]);
    const record = await gateway.record(0);
    assert.deepEqual([record.usage?.input, record.usage?.output], [10, 7]);
  });

  it('costs the tokens of both', async () => {
    await using gateway = await runningGateway<'first' | 'second'>({
      fakes: { first: 'openai', second: 'openai' },
      deployments: {
        first: { inputPrice: 1_000_000, outputPrice: 1_000_000 },
        second: { prefill: true, inputPrice: 1_000_000, outputPrice: 1_000_000 },
      },
      config: { onStreamCut: 'continue' },
    });
    gateway.fakes.first.script(CUT);
    gateway.fakes.second.script(REST);
    await ask(gateway);
    const { attempts, costUsd } = await gateway.record(0);
    const [cut, rest] = attempts;
    // At two bytes a token "Hello" counts 3 at the least, and the 16 characters that came of the answer 8.
    assert.ok((cut?.costUsd ?? 0) >= 11, String(cut?.costUsd));
    assert.deepEqual([cut?.isCostEstimate, rest?.isCostEstimate, rest?.costUsd], [true, undefined, 17]);
    assert.equal(costUsd, (cut?.costUsd ?? 0) + 17);
  });

  it('leaves to the continuation what is left of the limit of tokens', async () => {
    await using gateway = await continuingGateway();
    gateway.fakes.first.script(CUT);
    gateway.fakes.second.script(REST);
    await ask(gateway, { max_completion_tokens: 50 });
    assert.equal(member(gateway.fakes.second.requests[0]?.body, 'max_completion_tokens'), 46);
  });

  it('goes on from the beginning that the caller himself had written', async () => {
    await using gateway = await continuingGateway();
    gateway.fakes.first.script(CUT);
    gateway.fakes.second.script(REST);
    const own = { role: 'assistant', content: 'Once: ' };
    await ask(gateway, { messages: [{ role: 'user', content: 'Hello' }, own] });
    const asked = arrayMember(gateway.fakes.second.requests[0]?.body, 'messages');
    assert.deepEqual(asked.at(-1), { role: 'assistant', content: 'Once: The quick brown' });
  });

  it('is asked for anew where nothing but white space had come', async () => {
    await using gateway = await continuingGateway();
    gateway.fakes.first.script({ kind: 'cut', chunks: ['\n'], afterChunks: 1 });
    gateway.fakes.second.script(REST);
    const seen = await ask(gateway);
    assert.equal(seen.text, '\nfox jumps.');
    assert.equal(arrayMember(gateway.fakes.second.requests[0]?.body, 'messages').length, 1);
  });

  it('in the middle of a character is one whole text', async () => {
    await using gateway = await continuingGateway();
    gateway.fakes.first.script({ kind: 'cut', chunks: ['Hi', ' \ud83d'], afterChunks: 2 });
    gateway.fakes.second.script({ kind: 'answer', chunks: [' \ud83d\ude00', ' there.'] });
    const seen = await ask(gateway);
    assert.equal(seen.text, 'Hi \u{1f600} there.');
    const asked = arrayMember(gateway.fakes.second.requests[0]?.body, 'messages');
    assert.deepEqual(asked.at(-1), { role: 'assistant', content: 'Hi' });
  });

  it('by a provider that has told its usage counts what it told', async () => {
    await using gateway = await continuingGateway({ protocols: { first: 'anthropic' } });
    gateway.fakes.first.script({ ...CUT, usage: { inputTokens: 21, outputTokens: 9 } });
    gateway.fakes.second.script(REST);
    const { usage } = await ask(gateway);
    assert.deepEqual(counts(usage), [21, 7, 28]);
  });

  it('with tools that the answer has not used is gone on with, and may use them then', async () => {
    await using gateway = await continuingGateway();
    gateway.fakes.first.script(CUT);
    gateway.fakes.second.script({ kind: 'answer', chunks: [' fox'], calls: [{ name: 'look', arguments: '{}' }] });
    const seen = await ask(gateway, { tools: [{ type: 'function', function: { name: 'look' } }] });
    assert.equal(seen.text, 'The quick brown fox');
    assert.equal(seen.finish, 'tool_calls');
    assert.equal(seen.isDone, true);
  });

  it('twice is gone on with twice', async () => {
    await using gateway = await continuingGateway();
    gateway.fakes.first.script(CUT);
    gateway.fakes.second.script({ kind: 'cut', chunks: [' fox', ' jumps'], afterChunks: 2 });
    gateway.fakes.third.script({
      kind: 'answer',
      chunks: [' over', ' it.'],
      usage: { inputTokens: 17, outputTokens: 2 },
    });
    const seen = await ask(gateway);
    assert.equal(seen.text, 'The quick brown fox jumps over it.');
    assert.equal(seen.isDone, true);
    // 16 characters of the first, 10 of the second, and what the third told.
    assert.deepEqual(counts(seen.usage), [10, 9, 19]);
  });

  it('passes over a deployment that fails to go on', async () => {
    await using gateway = await continuingGateway();
    gateway.fakes.first.script(CUT);
    gateway.fakes.second.script({ kind: 'status', status: 503 });
    gateway.fakes.third.script(REST);
    assert.equal((await ask(gateway)).text, 'The quick brown fox jumps.');
  });
});

describe('a cut stream ends with the error of the cut', () => {
  const outcomes: readonly { readonly name: string; readonly second: Step; readonly third: Step }[] = [
    {
      name: 'where two deployments refuse to go on',
      second: { kind: 'status', status: 400, message: 'Assistant message prefill is not supported.' },
      third: { kind: 'status', status: 400, message: 'The last message must be of the user.' },
    },
    {
      name: 'where nobody can go on',
      second: { kind: 'status', status: 503 },
      third: { kind: 'reset', when: 'before-headers' },
    },
  ];
  for (const { name, second, third } of outcomes) {
    it(name, async () => {
      await using gateway = await continuingGateway();
      gateway.fakes.first.script({ kind: 'stall', chunks: ['The', ' quick'], afterChunks: 2 });
      gateway.fakes.second.script(second);
      gateway.fakes.third.script(third);
      const seen = await ask(gateway);
      assert.equal(seen.text, 'The quick');
      assert.equal(seen.isDone, false);
      assert.equal(seen.error?.code, 'upstream_stream_stalled');
      const tried = arrayMember(seen.trail, 'attempts').map((attempt) => member(attempt, 'deployment'));
      assert.deepEqual(tried.slice(0, 2), ['first', 'second'].map(deploymentId));
      assert.equal((await gateway.record(0)).ending, 'cut');
    });
  }

  const unfit: readonly {
    readonly name: string;
    readonly setting?: Setting;
    readonly first?: Step;
    readonly body?: object;
  }[] = [
    { name: 'where the route does not say otherwise', setting: { route: { onStreamCut: 'error' } } },
    { name: 'where no attempt is left', setting: { route: { maxAttempts: 1 } } },
    { name: 'once there has been reasoning', first: { ...CUT, reasoning: ['Hm.'], afterChunks: 3 } },
    {
      name: 'once a tool call has begun',
      first: { kind: 'cut', text: 'Well', calls: [{ name: 'look', fragments: ['{"a"', ':1}'] }], afterChunks: 2 },
      body: { tools: [{ type: 'function', function: { name: 'look' } }] },
    },
    { name: 'where JSON was asked for', body: { response_format: { type: 'json_object' } } },
    { name: 'where two choices were asked for', body: { n: 2 } },
    { name: 'where log probabilities were asked for', body: { logprobs: true } },
  ];
  for (const { name, setting, first = CUT, body } of unfit) {
    it(`${name}, and nobody is asked to go on`, async () => {
      await using gateway = await continuingGateway(setting);
      gateway.fakes.first.script(first);
      const seen = await ask(gateway, body);
      assert.equal(seen.isDone, false);
      assert.equal(seen.error?.code, 'upstream_stream_truncated');
      assert.equal(gateway.fakes.second.requests.length + gateway.fakes.third.requests.length, 0);
    });
  }

  it('rather than at a deployment that does not take the beginning of an answer', async () => {
    await using gateway = await continuingGateway({ second: { prefill: false } });
    gateway.fakes.first.script(CUT);
    gateway.fakes.third.script(REST);
    assert.equal((await ask(gateway)).isDone, true);
    assert.equal(gateway.fakes.second.requests.length, 0);
  });

  it('rather than at a model that is known to refuse it, whatever its deployment says', async () => {
    const second = { model: 'claude-opus-4-6' };
    await using gateway = await continuingGateway({ protocols: { second: 'anthropic' }, second });
    gateway.fakes.first.script(CUT);
    gateway.fakes.third.script(REST);
    assert.equal((await ask(gateway)).isDone, true);
    assert.equal(gateway.fakes.second.requests.length, 0);
  });

  it('rather than at the deployment that has failed', async () => {
    await using gateway = await runningGateway({
      fakes: { only: 'openai' },
      deployments: { only: { prefill: true } },
      config: { onStreamCut: 'continue' },
    });
    gateway.fakes.only.script(CUT);
    assert.equal((await ask(gateway)).error?.code, 'upstream_stream_truncated');
    assert.equal(gateway.fakes.only.requests.length, 1);
  });

  it('rather than at one that had failed before the answer began', async () => {
    await using gateway = await continuingGateway({ protocols: {} });
    gateway.fakes.first.script({ kind: 'status', status: 500 });
    gateway.fakes.second.script(CUT);
    gateway.fakes.third.script({ kind: 'status', status: 500 });
    const seen = await ask(gateway);
    assert.equal(seen.error?.code, 'upstream_stream_truncated');
    assert.equal(gateway.fakes.first.requests.length, 1);
  });

  it('at the deadline, without a further attempt', async () => {
    await using gateway = await continuingGateway({ route: { timeouts: { stallMs: 5000, deadlineMs: 300 } } });
    gateway.fakes.first.script({ kind: 'stall', chunks: ['The', ' quick'], afterChunks: 2 });
    const seen = await ask(gateway);
    assert.equal(seen.error?.code, 'deadline_exceeded');
    assert.equal(gateway.fakes.second.requests.length, 0);
  });
});

describe('the deadline of a stream that somebody else goes on with', () => {
  it('is the one that it had: the continuation is aborted, and the caller sees the error of the cut', async () => {
    await using gateway = await continuingGateway({ route: { timeouts: { deadlineMs: 600 } } });
    gateway.fakes.first.script(CUT);
    gateway.fakes.second.script({ kind: 'silence', when: 'after-headers' });
    gateway.fakes.third.script({ kind: 'silence', when: 'after-headers' });
    const seen = await ask(gateway);
    assert.equal(seen.isDone, false);
    assert.equal(seen.error?.code, 'upstream_stream_truncated');
    const record = await gateway.record(0);
    assert.ok(record.totalMs >= 590, `it took ${record.totalMs} ms`);
    assert.equal(await gateway.fakes.second.requests[0]?.ended, 'aborted-by-client');
  });

  it('cuts a continuation that has begun, with its own error', async () => {
    await using gateway = await continuingGateway({ route: { timeouts: { stallMs: 5000, deadlineMs: 600 } } });
    gateway.fakes.first.script(CUT);
    gateway.fakes.second.script({ kind: 'stall', chunks: [' fox', ' jumps.'], afterChunks: 1 });
    const seen = await ask(gateway);
    assert.equal(seen.text, 'The quick brown fox');
    assert.equal(seen.error?.code, 'deadline_exceeded');
    assert.equal(await gateway.fakes.second.requests[0]?.ended, 'aborted-by-client');
  });
});

describe('a caller who hangs up while somebody is asked to go on', () => {
  it('ends that call at once, and is not recorded as a cut stream', async () => {
    await using gateway = await continuingGateway();
    gateway.fakes.first.script(CUT);
    gateway.fakes.second.script({ ...REST, holdBeforeHeaders: gate() });
    const caller = new AbortController();
    const response = await send(gateway, {}, { signal: caller.signal });
    const going = response.text().catch(() => 'gone');
    const asked = await gateway.fakes.second.arrival(0);
    caller.abort();
    assert.equal(await asked.ended, 'aborted-by-client');
    assert.equal(await going, 'gone');
    const record = await gateway.record(0);
    assert.equal(record.ending, 'hung-up');
    assert.equal(gateway.fakes.third.requests.length, 0);
  });
});
