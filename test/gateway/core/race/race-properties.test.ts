import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AttemptFailure } from '../../../../functions/gateway/core/model/attempt-failure.ts';
import { raceWakesAt, stepRace } from '../../../../functions/gateway/core/race/race.ts';
import type { Race, RaceCommand, RaceEvent, RaceRules } from '../../../../functions/gateway/core/race/race-state.ts';
import type { Contender } from '../../../../functions/gateway/core/routing/contender.ts';
import { FAILURES } from '../../../support/failures.ts';
import fc from '../../../support/property.ts';
import { raceContender } from '../../../support/racer.ts';

/** What one upstream call does: content after `contentMs`, an end `restMs` later; without content its end is all there is. */
interface Script {
  readonly contentMs: number | undefined;
  readonly restMs: number;
  readonly failure: AttemptFailure | undefined;
}

interface World {
  readonly rules: RaceRules;
  readonly scripts: readonly Script[];
  readonly hangUpMs: number;
}

interface TimedEvent {
  readonly atMs: number;
  readonly event: RaceEvent;
}

interface TimedCommand {
  readonly atMs: number;
  /** Counts the events: several may come at one instant. */
  readonly step: number;
  readonly command: RaceCommand;
}

interface Course {
  readonly race: Race;
  readonly endedAtMs: number;
  readonly endedInStep: number;
  readonly commands: readonly TimedCommand[];
  readonly mostInFlight: number;
  readonly contents: ReadonlySet<number>;
  /** The attempts whose prompt was too long, and the step in which that was known. */
  readonly tooLong: readonly { readonly attempt: number; readonly step: number }[];
  readonly hedgesGranted: number;
}

/** More steps than any race of these worlds can take. */
const MAX_STEPS = 500;

/** Runs a race against scripted calls: hands it each event at its instant, wakes it when it asks to be woken. */
function simulate(world: World): Course {
  let hedgesGranted = 0;
  const grant: NonNullable<RaceRules['mayHedge']> = (asked) => {
    const isGranted = world.rules.mayHedge?.(asked) === true;
    hedgesGranted += isGranted ? 1 : 0;
    return isGranted;
  };
  const rules = world.rules.mayHedge === undefined ? world.rules : { ...world.rules, mayHedge: grant };
  let queue: readonly TimedEvent[] = [
    { atMs: 0, event: { kind: 'started' } },
    { atMs: world.hangUpMs, event: { kind: 'hung-up' } },
  ];
  let race: Race = { rules, attempts: [] };
  let mostInFlight = 0;
  const commands: TimedCommand[] = [];
  const contents = new Set<number>();
  const tooLong: { readonly attempt: number; readonly step: number }[] = [];
  for (let step = 0; step < MAX_STEPS && race.outcome === undefined; step += 1) {
    const { atMs, event } = nextEvent(race, queue);
    const result = stepRace(race, event, atMs);
    race = result.race;
    commands.push(...result.commands.map((command) => ({ atMs, step, command })));
    queue = queueAfter(queue, event, result.commands, (attempt) => eventsOf(world.scripts, attempt, atMs));
    mostInFlight = Math.max(mostInFlight, race.attempts.filter(({ state }) => state !== 'ended').length);
    if (event.kind === 'failed' && event.failure.kind === 'context-exceeded') {
      tooLong.push({ attempt: event.attempt, step });
    }
    if (event.kind === 'content') {
      contents.add(event.attempt);
    }
    if (race.outcome !== undefined) {
      return { race, endedAtMs: atMs, endedInStep: step, commands, mostInFlight, contents, tooLong, hedgesGranted };
    }
  }
  assert.fail('The race does not end.');
}

function nextEvent(race: Race, queue: readonly TimedEvent[]): TimedEvent {
  const first = queue.reduce((a, b) => (b.atMs < a.atMs ? b : a));
  const wakesAt = race.attempts.length === 0 ? Infinity : raceWakesAt(race);
  return first.atMs <= wakesAt ? first : { atMs: wakesAt, event: { kind: 'woken' } };
}

/** What is still to come: not what has just happened, nothing of calls that were stopped, and what the new calls bring. */
function queueAfter(
  queue: readonly TimedEvent[],
  event: RaceEvent,
  commands: readonly RaceCommand[],
  eventsOfCall: (attempt: number) => readonly TimedEvent[],
): readonly TimedEvent[] {
  const stopped = commands.flatMap((command) => (command.kind === 'abort' ? [command.attempt] : []));
  const dialled = commands.flatMap((command) => (command.kind === 'dial' ? [command.attempt] : []));
  const isStopped = (other: RaceEvent): boolean => 'attempt' in other && stopped.includes(other.attempt);
  return [
    ...queue.filter((other) => other.event !== event && !isStopped(other.event)),
    ...dialled.flatMap(eventsOfCall),
  ];
}

function eventsOf(scripts: readonly Script[], attempt: number, nowMs: number): readonly TimedEvent[] {
  const { contentMs, restMs, failure } = scripts[attempt % scripts.length] ?? assert.fail();
  const endsMs = nowMs + (contentMs ?? 0) + restMs;
  const content =
    contentMs === undefined ? [] : [{ atMs: nowMs + contentMs, event: { kind: 'content', attempt } as const }];
  if (failure !== undefined) {
    return [...content, { atMs: endsMs, event: { kind: 'failed', attempt, failure } }];
  }
  // Without content nothing ever comes: silence.
  return contentMs === undefined ? [] : [...content, { atMs: endsMs, event: { kind: 'finished', attempt } }];
}

const failure: fc.Arbitrary<AttemptFailure> = fc.oneof(
  fc.constantFrom<AttemptFailure>(
    FAILURES.unreachable,
    FAILURES.overloaded,
    FAILURES.malformed,
    FAILURES.truncated,
    FAILURES.conflicted,
    FAILURES.misconfigured,
    FAILURES['context-exceeded'],
    FAILURES.rejected,
  ),
  fc.record({
    kind: fc.constant('rate-limited' as const),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 2000 }), { nil: undefined }),
    quota: fc.boolean(),
  }),
);

const script: fc.Arbitrary<Script> = fc.record({
  contentMs: fc.option(fc.integer({ min: 0, max: 1500 }), { nil: undefined }),
  restMs: fc.integer({ min: 0, max: 800 }),
  failure: fc.option(failure, { nil: undefined }),
});

const contender: fc.Arbitrary<Contender> = fc
  .record(
    {
      firstTokenMs: fc.integer({ min: 1, max: 1000 }),
      expectedTtftMs: fc.integer({ min: 1, max: 1000 }),
      isHedgeTarget: fc.boolean(),
      hedgeAfterMs: fc.integer({ min: 1, max: 500 }),
      contextWindow: fc.constantFrom(8000, 32_000, 128_000),
      state: fc.constantFrom('healthy' as const, 'ejected' as const),
      isUnsupported: fc.boolean(),
    },
    { requiredKeys: ['firstTokenMs', 'expectedTtftMs', 'isHedgeTarget', 'state'] },
  )
  .map(raceContender);

const rules: fc.Arbitrary<RaceRules> = fc
  .record({
    contenders: fc.array(contender, { minLength: 1, maxLength: 5 }),
    mode: fc.constantFrom('stream' as const, 'plain' as const),
    maxAttempts: fc.integer({ min: 1, max: 6 }),
    sameTargetRetries: fc.integer({ min: 0, max: 2 }),
    deadlineMs: fc.integer({ min: 1, max: 5000 }),
    hedging: fc.constantFrom('none', 'granted', 'denied'),
    retryable: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    jitter: fc.double({ min: 0, max: 0.999, noNaN: true }),
  })
  .map(({ hedging, retryable, jitter, ...rest }) => ({
    ...rest,
    mayRetry: (one: Contender) => retryable[rest.contenders.indexOf(one)] ?? true,
    random: () => jitter,
    ...(hedging === 'none' ? {} : { mayHedge: () => hedging === 'granted' }),
  }));

const world: fc.Arbitrary<World> = fc.record({
  rules,
  scripts: fc.array(script, { minLength: 1, maxLength: 6 }),
  hangUpMs: fc.oneof({ weight: 4, arbitrary: fc.constant(Infinity) }, fc.integer({ min: 0, max: 3000 })),
});

function holds(name: string, check: (course: Course, world: World) => void): void {
  it(name, () => {
    fc.assert(
      fc.property(world, (some) => check(simulate(some), some)),
      { numRuns: 1000 },
    );
  });
}

describe('any race, whatever happens', () => {
  holds('asks nobody whose vendor cannot be asked', ({ race }) => {
    assert.ok(race.attempts.every((attempt) => isFit(attempt.contender)));
  });

  holds('ends, at the deadline at the latest', ({ endedAtMs }, { rules: { deadlineMs } }) => {
    assert.ok(endedAtMs <= deadlineMs);
  });

  holds('makes maxAttempts calls and one hedge at the most, and none once its time is over', (course, world) => {
    const { race, commands } = course;
    const dials = commands.filter(({ command }) => command.kind === 'dial');
    const hasHedge = race.attempts.some((attempt) => attempt.hedge);
    assert.ok(dials.length <= world.rules.maxAttempts + (hasHedge ? 1 : 0));
    assert.ok(dials.every(({ atMs }) => atMs < world.rules.deadlineMs));
  });

  holds(
    'hedges without a failover less: who else could be asked is asked before it is lost',
    ({ race }, { rules: limits }) => {
      const failovers = race.attempts.filter((attempt) => !attempt.hedge).length;
      const hedges = race.attempts.length - failovers;
      const isWindowed = race.attempts.some(
        ({ failure: why }) => why?.kind === 'context-exceeded' || why?.kind === 'rejected',
      );
      if (race.outcome?.kind === 'lost' && race.outcome.reason === 'failures' && !isWindowed) {
        const left = limits.contenders.filter(
          (one) => isFit(one) && limits.mayRetry(one) && race.attempts.every((attempt) => attempt.contender !== one),
        );
        assert.ok(left.length === 0 || failovers + Math.max(0, hedges - 1) >= limits.maxAttempts);
      }
    },
  );

  holds(
    'never has more than two calls in flight, and one where it neither hedges nor has a last resort',
    (course, one) => {
      const { mayHedge, contenders } = one.rules;
      const isAlone = mayHedge === undefined && contenders.every(({ state }) => state === 'healthy');
      assert.ok(course.mostInFlight <= (isAlone ? 1 : 2));
    },
  );

  holds('gives up nobody who is slow for the sake of one that is ejected', ({ race, commands }) => {
    for (const { step, command } of commands) {
      const given = command.kind === 'abort' && isFirstTokenAbort(command) ? race.attempts[command.attempt] : undefined;
      const next = commands.find((other) => other.step === step && other.command.kind === 'dial')?.command;
      if (next?.kind === 'dial' && given?.contender.state === 'healthy') {
        assert.equal(next.contender.state, 'healthy');
      }
    }
  });

  holds('dials a candidate again only as the route or its Retry-After allows', ({ race }, { rules: limits }) => {
    const { contenders, sameTargetRetries } = limits;
    const isLone = contenders.filter(isFit).length === 1;
    for (const one of contenders) {
      const attempts = race.attempts.filter((attempt) => attempt.contender === one);
      const told = attempts.map(({ failure: why }) => (why?.kind === 'rate-limited' ? why.retryAfterMs : undefined));
      const backMs = (told[0] ?? Infinity) + one.expectedTtftMs;
      const isSooner = contenders.some((other) => other !== one && backMs < other.expectedTtftMs);
      const waits = isLone ? told.filter((ms) => ms !== undefined) : [];
      assert.ok(attempts.length <= 1 + Math.max(sameTargetRetries, isSooner ? 1 : 0) + waits.length);
    }
  });

  holds('is won by one call at most, which showed content and was never stopped', ({ race, commands, contents }) => {
    const { outcome } = race;
    if (outcome?.kind === 'won') {
      assert.ok(contents.has(outcome.attempt));
      assert.notEqual(race.attempts[outcome.attempt]?.state, 'ended');
      assert.ok(!commands.some(({ command }) => command.kind === 'abort' && command.attempt === outcome.attempt));
    }
  });

  holds('leaves no other call running when it is over', ({ race }) => {
    const winner = race.outcome?.kind === 'won' ? race.outcome.attempt : undefined;
    for (const [index, attempt] of race.attempts.entries()) {
      assert.ok(index === winner || (attempt.state === 'ended' && attempt.failure !== undefined));
    }
  });

  holds('stops each call once at most, and never one that has ended', ({ commands, race }, { scripts }) => {
    const stopped = commands.flatMap(({ command }) => (command.kind === 'abort' ? [command.attempt] : []));
    assert.equal(new Set(stopped).size, stopped.length);
    for (const attempt of stopped) {
      const own = scripts[attempt % scripts.length]?.failure;
      assert.ok(own === undefined || race.attempts[attempt]?.failure !== own);
    }
  });

  holds('hedges only as often as the budget grants', ({ race, hedgesGranted }) => {
    assert.equal(race.attempts.filter((attempt) => attempt.hedge).length, hedgesGranted);
  });

  holds('retries only at candidates that the retry budget allows', ({ race }, { rules: limits }) => {
    const retries = race.attempts.slice(1).filter((attempt) => !attempt.hedge);
    assert.ok(retries.every((attempt) => limits.mayRetry(attempt.contender)));
  });

  holds('asks only larger windows once a prompt was too long', ({ race, commands, tooLong }) => {
    const windowOf = (one: Contender | undefined): number => one?.deployment.contextWindow ?? 0;
    for (const { attempt, step: knownIn } of tooLong) {
      const refused = race.attempts[attempt]?.contender;
      const later = commands.flatMap(({ command, step }) =>
        command.kind === 'dial' && step >= knownIn ? [command] : [],
      );
      assert.ok(later.every((dial) => windowOf(dial.contender) > windowOf(refused)));
    }
  });

  holds(
    'gives up before the deadline only for a refusal, or when there is nobody left to ask',
    ({ race, commands, endedInStep }, { rules: limits }) => {
      if (race.outcome?.kind !== 'lost' || race.outcome.reason !== 'failures') {
        return;
      }
      const failures = race.attempts.map((attempt) => attempt.failure?.kind);
      const isTried = (one: Contender): boolean => race.attempts.some((attempt) => attempt.contender === one);
      const isOut = failures.includes('rejected') || race.attempts.length >= limits.maxAttempts;
      const left = limits.contenders.filter((one) => isFit(one) && !isTried(one) && limits.mayRetry(one));
      assert.ok(isOut || left.length === 0 || failures.includes('context-exceeded'));
      // Nobody's patience ends the race: the last one is waited for until the deadline, unless another's refusal has ended the search.
      assert.ok(
        failures.includes('rejected') ||
          !commands.some(({ step, command }) => step === endedInStep && isFirstTokenAbort(command)),
      );
    },
  );
});

function isFit(contender: Contender): boolean {
  return contender.encode().kind === 'encoded';
}

function isFirstTokenAbort(command: RaceCommand): boolean {
  return command.kind === 'abort' && command.failure.kind === 'timed-out' && command.failure.phase === 'first-token';
}
