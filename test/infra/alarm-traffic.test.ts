import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isJsonObject, type JsonObject, numberMember } from '../../functions/gateway/core/wire/json.ts';
import { goesOff, type Period } from './alarm-evaluation.ts';
import { shipped, templateOf } from './synthesised.ts';

const template = templateOf(shipped('prod'));
const MINUTES_A_MONTH = 30 * 24 * 60;
const MONTHS = 3;

function alarm(name: string): JsonObject {
  const found = Object.values(template.findResources('AWS::CloudWatch::Alarm'))
    .map(({ Properties }): unknown => Properties)
    .find((properties) => isJsonObject(properties) && properties.AlarmName === `nemorouter-prod: ${name}`);
  assert.ok(isJsonObject(found), name);
  return found;
}

/** Traffic by the minute, as sums from the beginning on: any window is a difference. */
interface Traffic {
  readonly calls: Float64Array;
  readonly bad: Float64Array;
}

/** A page of several alarms that have to be on at once, and the names of what they count. */
interface Page {
  readonly alarms: readonly JsonObject[];
  readonly all: string;
  readonly counted: string;
}

const OF_ERRORS = { all: 'Errors SampleCount', counted: 'Errors Sum' };
const FAST: Page = {
  alarms: ['5 minutes', '1 hour'].map((window) => alarm(`the error budget burns fast over ${window}`)),
  ...OF_ERRORS,
};
const SLOW: Page = {
  alarms: ['30 minutes', '6 hours'].map((window) => alarm(`the error budget burns slowly over ${window}`)),
  ...OF_ERRORS,
};
const URL: Page = {
  alarms: [alarm('the address answers 5xx')],
  all: 'UrlRequestCount Sum',
  counted: 'Url5xxCount Sum',
};
const FIRST_TOKENS: Page = {
  alarms: [alarm('first tokens are slow')],
  all: 'TimeToFirstToken SampleCount',
  counted: 'TimeToFirstToken TC(5000:)',
};
const ANSWERS: Page = {
  alarms: [alarm('answers are slow')],
  all: 'InvocationLatency SampleCount',
  counted: 'InvocationLatency TC(60000:)',
};
const FAILOVERS: Page = {
  alarms: [alarm('requests fail over')],
  all: 'Failovers SampleCount',
  counted: 'Failovers Sum',
};

/** What makes the ticket that a provider is down, of one of its deployments. */
const DEPLOYMENT = (['fails', 'is down'] as const).map(
  (of) => [of, { alarms: [alarm(`deployment openai/gpt-5-mini ${of}`)], ...OF_ERRORS }] as const,
);

/** With the share at which each goes off. */
const PAGES: readonly (readonly [name: string, Page, threshold: number])[] = [
  ['the fast burn', FAST, 0.0144],
  ['the slow burn', SLOW, 0.006],
  ["the address's 5xx", URL, 0.0144],
  ['slow first tokens', FIRST_TOKENS, 0.01],
  ['slow answers', ANSWERS, 0.01],
  ['failovers', FAILOVERS, 0.1],
];

/** A mean from which on that is exact enough. */
const MANY = 50;

/** A small generator of its own, so that a run can be repeated: mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Poisson, by Knuth's product; of large means by the normal distribution that they come near to (Box and Muller). */
function poisson(mean: number, random: () => number): number {
  if (mean > MANY) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  let count = -1;
  for (let product = 1, floor = Math.exp(-mean); product > floor; product *= random()) {
    count += 1;
  }
  return count;
}

function traffic(callsInFiveMinutes: number, share: number, random: () => number): Traffic {
  const minutes = MINUTES_A_MONTH * MONTHS;
  const [calls, bad] = [new Float64Array(minutes + 1), new Float64Array(minutes + 1)];
  for (let minute = 0; minute < minutes; minute++) {
    const failed = poisson((callsInFiveMinutes / 5) * share, random);
    const good = poisson((callsInFiveMinutes / 5) * (1 - share), random);
    calls[minute + 1] = calls[minute]! + good + failed;
    bad[minute + 1] = bad[minute]! + failed;
  }
  return { calls, bad };
}

/** Whether the page is on at the end of a minute. CloudWatch looks every minute, at windows that end then. */
function isOn({ alarms, all, counted }: Page, { calls, bad }: Traffic, minute: number): boolean {
  return alarms.every((one) => {
    const length = periodMinutes(one);
    const count = numberMember(one, 'EvaluationPeriods') ?? 1;
    const periods = Array.from({ length: count }, (_, index): Period => {
      const until = Math.max(0, minute - (count - 1 - index) * length);
      const from = Math.max(0, until - length);
      const of = calls[until]! - calls[from]!;
      return of === 0 ? {} : { [all]: of, [counted]: bad[until]! - bad[from]! };
    });
    return goesOff(one, periods);
  });
}

const MINUTES = new WeakMap<JsonObject, number>();

function periodMinutes(one: JsonObject): number {
  const minutes = MINUTES.get(one) ?? Number(/"Period":(\d+)/.exec(JSON.stringify(one))?.[1]) / 60;
  MINUTES.set(one, minutes);
  return minutes;
}

/** How often it goes on. */
function pages(page: Page, of: Traffic): number {
  let [count, wasOn] = [0, false];
  for (let minute = 1; minute < of.calls.length; minute++) {
    // Nothing new can begin in a minute without a failure.
    const isNew = of.bad[minute]! > of.bad[minute - 1]!;
    const isNow = (wasOn || isNew) && isOn(page, of, minute);
    count += isNow && !wasOn ? 1 : 0;
    wasOn = isNow;
  }
  return count;
}

/** Minutes from the beginning of an outage to the ticket. `before`: good calls a minute; then one call in `every` minutes, which fails. */
function delayOf(
  of: 'fails' | 'is down',
  { before, every }: { readonly before: number; readonly every: number },
): number {
  const begins = 200;
  const isBad = (minute: number): boolean => minute >= begins && (minute - begins) % every === 0;
  const sums = (of: (minute: number) => number): Float64Array => {
    let sum = 0;
    return Float64Array.from({ length: 300 }, (_, minute) => (sum += minute === 0 ? 0 : of(minute - 1)));
  };
  const calls = sums((minute) => (minute < begins ? before : Number(isBad(minute))));
  const bad = sums((minute) => Number(isBad(minute)));
  const [, page] = DEPLOYMENT.find(([name]) => name === of)!;
  const found = Array.from({ length: 100 }, (_, after) => after).find((after) =>
    isOn(page, { calls, bad }, begins + after),
  );
  return found ?? Number.POSITIVE_INFINITY;
}

describe('with simulated traffic', () => {
  for (const [name, page, threshold] of PAGES) {
    for (const calls of [20, 100, 1000]) {
      test(`${name} tells falsely less than once a month at half its threshold and ${calls} calls in five minutes`, () => {
        const count = pages(page, traffic(calls, threshold / 2, seeded(19)));
        assert.ok(count < MONTHS, `${count} in ${MONTHS} months`);
      });
    }
  }

  for (const calls of [1, 2, 3, 5, 20, 100, 1000]) {
    test(`one deployment of ${calls} calls in five minutes makes falsely less than one ticket in three months at half its threshold`, () => {
      for (const [name, page] of DEPLOYMENT) {
        assert.ok(pages(page, traffic(calls, 0.25, seeded(21))) <= 1, name);
      }
    });
  }

  test('seven deployments that share twenty calls in five minutes make together less than one false ticket a month', () => {
    const random = seeded(22);
    const count = Array.from({ length: 7 }, () => traffic(20 / 7, 0.25, random))
      .flatMap((of) => DEPLOYMENT.map(([, page]) => pages(page, of)))
      .reduce((sum, one) => sum + one, 0);
    assert.ok(count < MONTHS, `${count} in ${MONTHS} months`);
  });

  test('a deployment that is tried once a minute and fails makes a ticket within a quarter of an hour, whatever came before', () => {
    for (const before of [0, 1, 20]) {
      assert.ok(delayOf('fails', { before, every: 1 }) <= 15);
    }
  });

  test('a deployment that is set aside for five minutes at a time makes a ticket within three quarters of an hour', () => {
    for (const before of [0, 1, 20]) {
      assert.ok(delayOf('is down', { before, every: 6 }) <= 45);
    }
  });

  test('a total outage at two calls a minute pages within ten minutes, whenever it begins, in each way of looking', () => {
    for (const page of [FAST, URL]) {
      for (let begins = 400; begins < 470; begins++) {
        const calls = Float64Array.from({ length: 500 }, (_, minute) => 2 * minute);
        const bad = Float64Array.from({ length: 500 }, (_, minute) => 2 * Math.max(0, minute - begins));
        const delay = Array.from({ length: 30 }, (_, after) => after).find((after) =>
          isOn(page, { calls, bad }, begins + after),
        );
        assert.ok(delay !== undefined && delay <= 10, `${delay} minutes`);
      }
    }
  });

  test('a total outage of irregular traffic, two calls a minute on average, pages within ten minutes', () => {
    const random = seeded(20);
    for (let run = 0; run < 100; run++) {
      const counts = Array.from({ length: 80 }, () => poisson(2, random));
      const [calls, bad] = [new Float64Array(81), new Float64Array(81)];
      for (const [minute, count] of counts.entries()) {
        calls[minute + 1] = calls[minute]! + count;
        bad[minute + 1] = bad[minute]! + (minute >= 60 ? count : 0);
      }
      assert.ok(isOn(FAST, { calls, bad }, 70));
    }
  });
});
