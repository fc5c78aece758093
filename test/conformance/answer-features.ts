import assert from 'node:assert/strict';
import { member } from '../../functions/gateway/core/wire/json.ts';
import type { Step } from '../support/fake-provider-step.ts';
import { answerFeature, failureFeature, type SeenAnswer } from './answer-cells.ts';
import { anthropicStream, bedrockStream, geminiStream, openAiStream } from './raw-answers.ts';
import { at } from './request-cells.ts';

const CALLS = [
  { name: 'weather', fragments: ['{"ci', 'ty":"Oslo"}'] },
  { name: 'now' },
  { name: 'weather', fragments: ['{"city":"Rome"}'] },
];
const USAGE = { inputTokens: 90, cachedInputTokens: 30, outputTokens: 12, reasoningTokens: 4 };
const LOGPROB = { token: 'Hi', logprob: -0.25, bytes: null, top_logprobs: [] };

function only({ choices }: SeenAnswer): SeenAnswer['choices'][number] {
  const [choice] = choices;
  assert.ok(choice !== undefined && choices.length === 1);
  return choice;
}

/** Rows about what the caller gets. */
export const ANSWER_FEATURES = [
  answerFeature('answer: text', {
    step: { kind: 'answer', chunks: ['One', ' – two', ' 三'] },
    sees: (seen) => {
      assert.equal(only(seen).content, 'One – two 三');
      assert.equal(only(seen).finish, 'stop');
    },
  }),
  answerFeature('answer: parallel tool calls', {
    step: { kind: 'tool-call', calls: CALLS },
    sees: (seen) => {
      const { calls, finish } = only(seen);
      assert.deepEqual(
        calls.map(({ name, arguments: text }) => [name, JSON.parse(text)]),
        [
          ['weather', { city: 'Oslo' }],
          ['now', {}],
          ['weather', { city: 'Rome' }],
        ],
      );
      assert.equal(new Set(calls.map(({ id }) => id)).size, 3);
      assert.equal(finish, 'tool_calls');
    },
  }),
  answerFeature('answer: reasoning text (reasoning_content)', {
    step: {
      openai: 'n.a.',
      compatible: { kind: 'answer', reasoning: ['Let me ', 'think.'], text: 'So.' },
      anthropic: { kind: 'answer', reasoning: ['Let me ', 'think.'], text: 'So.' },
      gemini: { kind: 'answer', reasoning: ['Let me ', 'think.'], text: 'So.' },
      bedrock: { kind: 'answer', reasoning: ['Let me ', 'think.'], text: 'So.' },
    },
    notes: { openai: 'not shown in chat' },
    sees: (seen) => {
      assert.equal(only(seen).reasoning, 'Let me think.');
      assert.equal(only(seen).content, 'So.');
    },
  }),
  answerFeature('answer: finish_reason length', {
    step: { kind: 'answer', finish: 'length' },
    sees: (seen) => assert.equal(only(seen).finish, 'length'),
  }),
  answerFeature('answer: finish_reason content_filter', {
    step: { kind: 'answer', finish: 'content-filter' },
    sees: (seen) => assert.equal(only(seen).finish, 'content_filter'),
  }),
  answerFeature('answer: refusal', {
    step: {
      openai: openAiStream([{ refusal: 'I ' }, { refusal: 'won’t.' }]),
      compatible: openAiStream([{ refusal: 'I ' }, { refusal: 'won’t.' }]),
      anthropic: anthropicStream({
        deltas: [],
        stop: { stop_reason: 'refusal', stop_details: { type: 'refusal', explanation: 'I won’t.' } },
      }),
      gemini: 'n.a.',
      bedrock: 'n.a.',
    },
    notes: { gemini: 'content_filter', bedrock: 'content_filter' },
    sees: (seen) => assert.equal(only(seen).refusal, 'I won’t.'),
  }),
  answerFeature('answer: logprobs', {
    ask: { logprobs: true },
    step: {
      openai: openAiStream([{ content: 'Hi' }], { choice: { logprobs: { content: [LOGPROB], refusal: null } } }),
      compatible: openAiStream([{ content: 'Hi' }], { choice: { logprobs: { content: [LOGPROB], refusal: null } } }),
      anthropic: 'n.a.',
      gemini: geminiStream({ logprobsResult: { chosenCandidates: [{ token: 'Hi', logProbability: -0.25 }] } }),
      bedrock: 'n.a.',
    },
    sees: (seen) => {
      assert.equal(at(only(seen).others, 'logprobs.content.0.token'), 'Hi');
      assert.equal(at(only(seen).others, 'logprobs.content.0.logprob'), -0.25);
    },
  }),
  answerFeature('answer: citations (annotations)', {
    step: {
      openai: openAiStream([
        { content: 'Hi' },
        { annotations: [{ type: 'url_citation', url_citation: { url: 'https://a.example' } }] },
      ]),
      compatible: openAiStream([
        { content: 'Hi' },
        { annotations: [{ type: 'url_citation', url_citation: { url: 'https://a.example' } }] },
      ]),
      anthropic: anthropicStream({
        deltas: [
          { type: 'text_delta', text: 'Hi' },
          {
            type: 'citations_delta',
            citation: { type: 'web_search_result_location', url: 'https://a.example', title: 'A', cited_text: 'Hi' },
          },
        ],
      }),
      gemini: geminiStream({
        groundingMetadata: { groundingChunks: [{ web: { uri: 'https://a.example', title: 'A' } }] },
      }),
      bedrock: bedrockStream({
        deltas: [{ text: 'Hi' }, { citation: { title: 'A', location: { web: { url: 'https://a.example' } } } }],
      }),
    },
    sees: (seen) => assert.equal(at(only(seen).others, 'annotations.0.url_citation.url'), 'https://a.example'),
  }),
  answerFeature('usage: prompt, completion, total', {
    step: { kind: 'answer', usage: USAGE },
    sees: ({ usage }) => {
      const counts = ['prompt_tokens', 'completion_tokens', 'total_tokens'].map((name) => member(usage, name));
      assert.deepEqual(counts, [90, 12, 102]);
    },
  }),
  answerFeature('usage: cached tokens', {
    step: { kind: 'answer', usage: USAGE },
    sees: ({ usage }) => assert.equal(at(usage, 'prompt_tokens_details.cached_tokens'), 30),
  }),
  answerFeature('usage: cache-write tokens', {
    step: {
      openai: openAiStream([{ content: 'Hi' }], {
        top: {
          usage: {
            prompt_tokens: 10,
            completion_tokens: 2,
            total_tokens: 12,
            prompt_tokens_details: { cache_write_tokens: 7 },
          },
        },
      }),
      compatible: openAiStream([{ content: 'Hi' }], {
        top: {
          usage: {
            prompt_tokens: 10,
            completion_tokens: 2,
            total_tokens: 12,
            prompt_tokens_details: { cache_write_tokens: 7 },
          },
        },
      }),
      anthropic: anthropicStream({ usage: { cache_creation_input_tokens: 7 } }),
      gemini: 'n.a.',
      bedrock: bedrockStream({
        metadata: { usage: { inputTokens: 3, outputTokens: 2, cacheWriteInputTokens: 7, totalTokens: 12 } },
      }),
    },
    sees: ({ usage }) => {
      assert.equal(at(usage, 'prompt_tokens_details.cache_write_tokens'), 7);
      assert.equal(member(usage, 'prompt_tokens'), 10);
    },
  }),
  answerFeature('usage: reasoning tokens', {
    step: {
      openai: { kind: 'answer', usage: USAGE },
      compatible: { kind: 'answer', usage: USAGE },
      anthropic: { kind: 'answer', usage: USAGE },
      gemini: { kind: 'answer', usage: USAGE },
      bedrock: 'n.a.',
    },
    sees: ({ usage }) => assert.equal(at(usage, 'completion_tokens_details.reasoning_tokens'), 4),
  }),
  answerFeature('answer: service_tier', {
    step: {
      openai: openAiStream([{ content: 'Hi' }], { top: { service_tier: 'priority' } }),
      compatible: openAiStream([{ content: 'Hi' }], { top: { service_tier: 'priority' } }),
      anthropic: anthropicStream({ usage: { service_tier: 'priority' } }),
      gemini: geminiStream({}, { serviceTier: 'priority' }),
      bedrock: bedrockStream({ metadata: { serviceTier: { type: 'priority' } } }),
    },
    sees: ({ about }) => assert.equal(about.service_tier, 'priority'),
  }),
  answerFeature('answer: system_fingerprint', {
    step: {
      openai: { kind: 'answer' },
      compatible: { kind: 'answer' },
      anthropic: 'n.a.',
      gemini: { kind: 'answer' },
      bedrock: 'n.a.',
    },
    notes: { gemini: 'the model’s version' },
    sees: ({ about }) => assert.equal(typeof about.system_fingerprint, 'string'),
  }),
  failureFeature('error in the stream, before the first token', {
    step: { kind: 'error-event', afterChunks: 0, meaning: 'overloaded' },
    sees: (seen) => {
      assert.equal(seen.status, 502);
      assert.equal(seen.type, 'server_error');
    },
  }),
  failureFeature('error in the stream, after it', {
    // The pause lets the first token go out before the error comes.
    step: {
      kind: 'error-event',
      chunks: ['One', 'two'],
      afterChunks: 2,
      chunkDelayMs: 100,
      meaning: 'overloaded',
    },
    sees: (seen, form) => {
      assert.equal(seen.status, form === 'stream' ? undefined : 502);
      assert.equal(seen.type, 'server_error');
    },
  }),
  failureFeature('stream cut off', {
    step: { kind: 'cut', afterChunks: 1, clean: true },
    sees: (seen, form) => {
      assert.equal(seen.status, form === 'stream' ? undefined : 502);
      assert.equal(seen.code, form === 'stream' ? 'upstream_stream_truncated' : 'upstream_failed');
    },
  }),
  failureFeature('refused request, in the vendor’s words', {
    step: { kind: 'status', meaning: 'invalid-request', message: 'No such thing.' },
    sees: (seen) => {
      assert.equal(seen.status, 400);
      assert.equal(seen.type, 'invalid_request_error');
      assert.match(seen.message, /No such thing\./);
    },
  }),
  failureFeature('prompt too long', {
    step: { kind: 'status', meaning: 'context-exceeded' },
    sees: (seen) => {
      assert.equal(seen.status, 400);
      assert.equal(seen.code, 'context_length_exceeded');
    },
  }),
  failureFeature('spent quota', {
    step: { kind: 'status', meaning: 'quota-spent' },
    sees: (seen) => {
      assert.equal(seen.status, 429);
      assert.equal(seen.type, 'insufficient_quota');
    },
  }),
  failureFeature('Retry-After in seconds', {
    step: busy({ 'retry-after': '7' }),
    sees: limited((seconds) => seconds === 7),
  }),
  failureFeature('Retry-After as a date', {
    // A minute and a half from when this file is read: what is left of it is more than the longest wait that is passed on.
    step: busy({ 'retry-after': new Date(Date.now() + 90_000).toUTCString() }),
    sees: limited((seconds) => seconds === 60),
  }),
  failureFeature('retry-after-ms', {
    step: busy({ 'retry-after-ms': '7500' }),
    sees: limited((seconds) => seconds === 8),
  }),
  failureFeature('RetryInfo in the body', {
    step: {
      openai: 'n.a.',
      compatible: 'n.a.',
      anthropic: 'n.a.',
      gemini: { kind: 'status', status: 429, retryAfterSeconds: 7 },
      bedrock: 'n.a.',
    },
    sees: limited((seconds) => seconds === 7),
  }),
];

function busy(headers: Readonly<Record<string, string>>): Step {
  return { kind: 'raw', status: 429, headers: { 'content-type': 'application/json', ...headers }, pieces: ['{}'] };
}

function limited(isExpected: (seconds: number) => boolean): Parameters<typeof failureFeature>[1]['sees'] {
  return (seen) => {
    assert.equal(seen.status, 429);
    assert.equal(seen.type, 'rate_limit_error');
    assert.ok(isExpected(Number(seen.retryAfter)), `${seen.retryAfter} s`);
  };
}
