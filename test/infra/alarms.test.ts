import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isJsonObject, type JsonObject } from '../../functions/gateway/core/wire/json.ts';
import { goesOff, type Period } from './alarm-evaluation.ts';
import { shipped, templateOf } from './synthesised.ts';

const template = templateOf(shipped('prod'));

function alarm(name: string): JsonObject {
  const found = Object.values(template.findResources('AWS::CloudWatch::Alarm'))
    .map(({ Properties }): unknown => Properties)
    .find((properties) => isJsonObject(properties) && properties.AlarmName === `nemorouter-prod: ${name}`);
  assert.ok(isJsonObject(found), name);
  return found;
}

/** A period of nothing: no traffic, no metrics. */
const QUIET: Period = {};

/** A period of so many calls, of which so many are slow. */
function slow(calls: number, over: number): Period {
  return {
    'TimeToFirstToken SampleCount': calls,
    'TimeToFirstToken TC(5000:)': over,
    'InvocationLatency SampleCount': calls,
    'InvocationLatency TC(60000:)': over,
  };
}

function failing(requests: number, failed: number): Period {
  return {
    'Errors SampleCount': requests,
    'Errors Sum': failed,
    'Failovers SampleCount': requests,
    'Failovers Sum': failed,
  };
}

interface Course {
  readonly what: string;
  readonly periods: readonly Period[];
  readonly goesOff: boolean;
}

const OF_LATENCY: readonly Course[] = [
  { what: 'three slow calls of three, again and again', periods: Array(3).fill(slow(3, 3)), goesOff: false },
  { what: 'five slow minutes', periods: [QUIET, QUIET, slow(1000, 1000)], goesOff: false },
  { what: 'ten slow minutes', periods: [QUIET, slow(20, 20), slow(20, 20)], goesOff: true },
  { what: 'ten slow minutes with a lull between', periods: [slow(20, 20), QUIET, slow(20, 20)], goesOff: true },
  { what: 'no traffic', periods: Array(3).fill(QUIET), goesOff: false },
  { what: 'a slow call in a hundred', periods: Array(3).fill(slow(1000, 10)), goesOff: false },
  { what: 'two slow calls in a hundred', periods: Array(3).fill(slow(1000, 20)), goesOff: true },
];

const ALARMS: Readonly<Record<string, readonly Course[]>> = {
  'first tokens are slow': OF_LATENCY,
  'answers are slow': OF_LATENCY,
  'requests fail over': [
    { what: 'three failovers of three', periods: Array(3).fill(failing(3, 3)), goesOff: false },
    { what: 'every second call', periods: Array(3).fill(failing(100, 50)), goesOff: true },
    { what: 'one call in a hundred', periods: Array(3).fill(failing(100, 1)), goesOff: false },
    { what: 'a bad five minutes', periods: [failing(100, 0), failing(100, 0), failing(100, 100)], goesOff: false },
  ],
  'the address answers 5xx': [
    {
      what: 'answers of Lambda that no line tells of',
      periods: Array(3).fill({ 'UrlRequestCount Sum': 10, 'Url5xxCount Sum': 10 }),
      goesOff: true,
    },
    {
      what: 'three such answers',
      periods: Array(3).fill({ 'UrlRequestCount Sum': 10, 'Url5xxCount Sum': 3 }),
      goesOff: false,
    },
    { what: 'no traffic', periods: Array(3).fill(QUIET), goesOff: false },
  ],
  'deployment openai/gpt-5-mini fails': [
    { what: 'a call a minute, all failed', periods: [failing(15, 15)], goesOff: true },
    { what: 'many calls, most of them failed', periods: [failing(1000, 600)], goesOff: true },
    { what: 'ten failed calls', periods: [failing(10, 10)], goesOff: false },
    { what: 'failures among successes', periods: [failing(1000, 400)], goesOff: false },
    { what: 'no calls', periods: [QUIET], goesOff: false },
  ],
  'deployment openai/gpt-5-mini is down': [
    { what: 'the few calls that one gets which is set aside', periods: Array(2).fill(failing(3, 3)), goesOff: true },
    { what: 'twenty minutes of them', periods: [failing(30, 3), failing(3, 3)], goesOff: false },
    { what: 'two failed calls', periods: Array(2).fill(failing(2, 2)), goesOff: false },
    { what: 'failures among successes', periods: Array(2).fill(failing(5, 4)), goesOff: false },
    { what: 'no calls', periods: Array(2).fill(QUIET), goesOff: false },
  ],
  'deployment openai/gpt-5-mini is rate-limited all day': [
    {
      what: 'six of eight hours',
      periods: [QUIET, QUIET, ...Array(6).fill({ 'Errors SampleCount': 100, 'Throttles Sum': 30 })],
      goesOff: true,
    },
    {
      what: 'a busy hour',
      periods: [...Array(7).fill(QUIET), { 'Errors SampleCount': 100, 'Throttles Sum': 90 }],
      goesOff: false,
    },
  ],
  'shared state is lost': [
    {
      what: 'ten minutes of failures',
      periods: [QUIET, { 'StateFailures Sum': 6 }, { 'StateFailures Sum': 60 }],
      goesOff: true,
    },
    { what: 'one failure that a retry mended', periods: Array(3).fill({ 'StateFailures Sum': 1 }), goesOff: false },
    { what: 'none', periods: Array(3).fill(QUIET), goesOff: false },
  ],
  'concurrency is near its limit': [
    {
      what: 'three minutes above four fifths',
      periods: Array(5).fill({ 'ConcurrentExecutions Maximum': 161 }),
      goesOff: true,
    },
    { what: 'three minutes below', periods: Array(5).fill({ 'ConcurrentExecutions Maximum': 159 }), goesOff: false },
  ],
  'the call from outside fails or is silent': [
    { what: 'silence', periods: [QUIET], goesOff: true },
    { what: 'mostly failures', periods: [{ 'CanaryFailures Average': 0.6 }], goesOff: true },
    { what: 'one failure of five', periods: [{ 'CanaryFailures Average': 0.2 }], goesOff: false },
  ],
  'the prober is silent': [
    { what: 'no run', periods: [QUIET], goesOff: true },
    { what: 'runs', periods: [{ 'Invocations Sum': 4 }], goesOff: false },
  ],
  'spending is high': [
    { what: 'a day at twice the pace of the budget', periods: [{ 'CostUSD Sum': (2 * 5_000) / 30 }], goesOff: true },
    { what: 'a day within the budget', periods: [{ 'CostUSD Sum': 5_000 / 31 }], goesOff: false },
    { what: 'a day without calls', periods: [QUIET], goesOff: false },
  ],
  'Lambda turns calls away': [
    { what: 'three throttled calls', periods: [{ 'Throttles Sum': 3 }], goesOff: true },
    { what: 'one', periods: [{ 'Throttles Sum': 1 }], goesOff: false },
    { what: 'none', periods: [{ 'Throttles Sum': 0 }], goesOff: false },
  ],
  'the gateway crashes': [
    { what: 'three crashes', periods: [{ 'Errors Sum': 3 }], goesOff: true },
    { what: 'one', periods: [{ 'Errors Sum': 1 }], goesOff: false },
  ],
  'DynamoDB is throttled': [
    {
      what: 'ten minutes of throttled writes',
      periods: [QUIET, { 'WriteThrottleEvents Sum': 3 }, { 'WriteThrottleEvents Sum': 1 }],
      goesOff: true,
    },
    { what: 'a moment of it', periods: [QUIET, QUIET, { 'ReadThrottleEvents Sum': 9 }], goesOff: false },
  ],
  'metrics are lost': [
    { what: 'one line that CloudWatch could not read', periods: [{ 'EMFParsingErrors Sum': 1 }], goesOff: true },
    { what: 'one that it would not take', periods: [{ 'EMFValidationErrors Sum': 1 }], goesOff: true },
    { what: 'none', periods: [QUIET], goesOff: false },
  ],
};

for (const [name, courses] of Object.entries(ALARMS)) {
  describe(`the alarm "${name}"`, () => {
    for (const { what, periods, goesOff: isExpected } of courses) {
      test(`${isExpected ? 'goes off after' : 'stays silent after'} ${what}`, () => {
        assert.equal(goesOff(alarm(name), periods), isExpected);
      });
    }
  });
}
