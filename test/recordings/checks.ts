import assert from 'node:assert/strict';
import { isJsonObject, member, numberMember, parseJson } from '../../functions/gateway/core/wire/json.ts';
import type { Seen, SeenChoice } from './asked-gateway.ts';
import type { Expectation, ExpectedCall, ExpectedChoice, ExpectedFailure, ExpectedUsage } from './expectation.ts';

/** Holds what the client saw to what the recording says. */
export function assertSeen(seen: Seen, expected: Expectation): void {
  if (expected.kind === 'failure') {
    assertFailure(seen, expected);
    return;
  }
  assert.ok(seen.kind === 'answer', `The client threw: ${JSON.stringify(seen)}`);
  assert.equal(seen.choices.length, expected.choices.length, 'number of choices');
  for (const [index, choice] of expected.choices.entries()) {
    assertChoice(seen.choices[index], choice);
  }
  assertUsage(seen.usage, expected.usage);
}

function assertChoice(seen: SeenChoice | undefined, expected: ExpectedChoice): void {
  const { content, reasoning, refusal, finish } = expected;
  const words = { content, reasoning, refusal, finish };
  assert.ok(seen !== undefined);
  assert.deepEqual(
    { content: seen.content, reasoning: seen.reasoning, refusal: seen.refusal, finish: seen.finish },
    words,
  );
  assertCalls(seen.calls, expected.calls);
}

function assertCalls(
  seen: readonly { id: string; name: string; arguments: string }[],
  expected: readonly ExpectedCall[],
): void {
  assert.deepEqual(
    seen.map(({ name, arguments: text }) => ({ name, arguments: parseJson(text) ?? text })),
    expected.map(({ name, arguments: text }) => ({ name, arguments: parseJson(text) ?? text })),
  );
  const ids = seen.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, `ids of calls repeat: ${ids}`);
  assert.ok(!ids.includes(''), 'a call has no id');
  const given = expected.map(({ id }) => id);
  const isRepeated = new Set(given).size < given.length;
  for (const [index, id] of given.entries()) {
    assert.ok(id === undefined || isRepeated || ids[index] === id, `the id ${id} became ${ids[index]}`);
  }
}

function assertUsage(seen: unknown, expected: ExpectedUsage | undefined): void {
  if (expected === undefined) {
    assert.ok(seen === undefined || seen === null, `usage nobody counted: ${JSON.stringify(seen)}`);
    return;
  }
  assert.ok(isJsonObject(seen), 'the usage is missing');
  const prompt = member(seen, 'prompt_tokens_details');
  const completion = member(seen, 'completion_tokens_details');
  const counted = {
    prompt: numberMember(seen, 'prompt_tokens'),
    completion: numberMember(seen, 'completion_tokens'),
    total: numberMember(seen, 'total_tokens'),
    cached: numberMember(prompt, 'cached_tokens') ?? 0,
    cacheWrite: numberMember(prompt, 'cache_write_tokens') ?? 0,
    reasoning: numberMember(completion, 'reasoning_tokens') ?? 0,
  };
  const { cached = 0, cacheWrite = 0, reasoning = 0 } = expected;
  assert.deepEqual(counted, { ...expected, cached, cacheWrite, reasoning });
}

function assertFailure(seen: Seen, expected: ExpectedFailure): void {
  assert.ok(seen.kind === 'failure', `Expected ${JSON.stringify(expected)}, the client got an answer.`);
  // A failure after the first content comes inside the stream, where there is no status any more.
  if (seen.status !== undefined) {
    assert.equal(seen.status, expected.status, seen.message);
  }
  const isStreamed = seen.status === undefined;
  const types = isStreamed && expected.status === 429 ? [expected.type, 'rate_limit_error'] : [expected.type];
  assert.ok(types.includes(seen.type ?? ''), `${seen.type} ${seen.message}`);
  if (expected.code !== undefined && !isStreamed) {
    assert.equal(seen.code, expected.code);
  }
  if (expected.message !== undefined) {
    assert.ok(seen.message.includes(expected.message), `${seen.message} does not say: ${expected.message}`);
  }
  if (expected.retryAfter !== undefined && !isStreamed) {
    assert.equal(seen.retryAfter, expected.retryAfter);
  }
}

/** Holds two ways of asking for the same answer to the same result. */
export function assertAgree(one: Seen, other: Seen): void {
  if (one.kind === 'failure' || other.kind === 'failure') {
    assert.equal(one.kind, other.kind, `${JSON.stringify(one)} and ${JSON.stringify(other)}`);
    return;
  }
  assert.deepEqual(other, one);
}

/** Holds our reading of the raw bytes to what the vendor's own SDK said of them. */
export function assertSdkAgrees(outcome: string | undefined, expected: Expectation): void {
  const [, finish, calls] = /^OK (?:\d+ )?([A-Za-z_]+)(?:[: ](?:fc=)?(\d+))?/.exec(outcome ?? '') ?? [];
  if (finish === undefined || expected.kind === 'failure') {
    return;
  }
  const mapped = SDK_FINISHES[finish] ?? 'stop';
  const [choice] = expected.choices;
  const own = choice?.finish === 'tool_calls' && mapped === 'stop' ? 'stop' : choice?.finish;
  assert.equal(own, mapped, `the vendor's SDK says ${outcome}`);
  if (calls !== undefined && mapped === 'tool_calls') {
    assert.equal(choice?.calls.length, Number(calls), `the vendor's SDK says ${outcome}`);
  }
}

/** Everything else stands for `stop`. */
const SDK_FINISHES: Readonly<Record<string, string>> = {
  tool_calls: 'tool_calls',
  tool_use: 'tool_calls',
  length: 'length',
  max_tokens: 'length',
  MAX_TOKENS: 'length',
  content_filter: 'content_filter',
  refusal: 'content_filter',
  SAFETY: 'content_filter',
  RECITATION: 'content_filter',
  MODEL_ARMOR: 'content_filter',
  PROHIBITED_CONTENT: 'content_filter',
  BLOCKLIST: 'content_filter',
};
