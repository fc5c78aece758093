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

/** Five minutes of so many requests whose p99 is above every threshold. */
function slow(requests: number): Period {
  const p99 = 120_000;
  return {
    'TimeToFirstToken SampleCount': requests,
    'TimeToFirstToken p99': p99,
    'InvocationLatency SampleCount': requests,
    'InvocationLatency p99': p99,
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
  { what: 'ten slow calls in five minutes, again and again', periods: Array(3).fill(slow(10)), goesOff: false },
  { what: 'one call less than the minimum', periods: Array(3).fill(slow(19)), goesOff: false },
  { what: 'five slow minutes', periods: [QUIET, QUIET, slow(1000)], goesOff: false },
  { what: 'ten slow minutes', periods: [QUIET, slow(20), slow(20)], goesOff: true },
  { what: 'ten slow minutes with a lull between', periods: [slow(20), QUIET, slow(20)], goesOff: true },
  { what: 'no traffic', periods: Array(3).fill(QUIET), goesOff: false },
  {
    what: 'fast calls',
    periods: Array(3).fill({ ...slow(500), 'TimeToFirstToken p99': 900, 'InvocationLatency p99': 9_000 }),
    goesOff: false,
  },
];

const OF_RATES: readonly Course[] = [
  { what: 'ten failed calls of ten', periods: Array(3).fill(failing(10, 10)), goesOff: false },
  { what: 'every second call', periods: Array(3).fill(failing(100, 50)), goesOff: true },
  { what: 'one call in a hundred', periods: Array(3).fill(failing(100, 1)), goesOff: false },
  { what: 'a bad five minutes', periods: [failing(100, 0), failing(100, 0), failing(100, 100)], goesOff: false },
  { what: 'no traffic', periods: Array(3).fill(QUIET), goesOff: false },
];

const ALARMS: Readonly<Record<string, readonly Course[]>> = {
  'time to first token is high': OF_LATENCY,
  'latency is high': OF_LATENCY,
  'requests fail': OF_RATES,
  'requests fail over': OF_RATES,
  'all providers are down': [
    { what: 'two minutes in which all fails', periods: [failing(3, 3), failing(5, 5)], goesOff: true },
    { what: 'one such minute', periods: [failing(50, 0), failing(50, 50)], goesOff: false },
    { what: 'two minutes with two calls each', periods: [failing(2, 2), failing(2, 2)], goesOff: false },
    { what: 'two minutes in which half fails', periods: [failing(50, 25), failing(50, 25)], goesOff: false },
  ],
  'openai/gpt-5-mini is down': [
    {
      what: 'ten minutes of the few calls that an ejected one gets',
      periods: [QUIET, failing(2, 2), failing(1, 1)],
      goesOff: true,
    },
    { what: 'one failed call', periods: [QUIET, QUIET, failing(1, 1)], goesOff: false },
    { what: 'failures among successes', periods: Array(3).fill(failing(100, 40)), goesOff: false },
    { what: 'no calls', periods: Array(3).fill(QUIET), goesOff: false },
  ],
  'spending is high': [
    { what: 'a day at twice the pace of the budget', periods: [{ 'CostUSD Sum': (2 * 5_000) / 30 }], goesOff: true },
    { what: 'a day within the budget', periods: [{ 'CostUSD Sum': 5_000 / 31 }], goesOff: false },
    { what: 'a day without calls', periods: [QUIET], goesOff: false },
  ],
  'Lambda turns calls away': [
    { what: 'one throttled call', periods: [{ 'Throttles Sum': 1 }], goesOff: true },
    { what: 'none', periods: [{ 'Throttles Sum': 0 }], goesOff: false },
  ],
  'the gateway crashes': [{ what: 'one crash', periods: [{ 'Errors Sum': 1 }], goesOff: true }],
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
  describe(`the alarm that ${name}`, () => {
    for (const { what, periods, goesOff: isExpected } of courses) {
      test(`${isExpected ? 'goes off after' : 'stays silent after'} ${what}`, () => {
        assert.equal(goesOff(alarm(name), periods), isExpected);
      });
    }
  });
}
