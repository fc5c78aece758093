import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  EJECTION_DEFAULTS,
  type Ejection,
  type EjectionChange,
} from '../../../../functions/gateway/core/statistics/ejection.ts';
import { Ejections } from '../../../../functions/gateway/core/statistics/ejections.ts';
import type { Lesson } from '../../../../functions/gateway/core/statistics/observation.ts';
import { FAILURES } from '../../../support/failures.ts';
import { EPOCH_START_MS as NOW, observation } from '../../../support/observation.ts';
import { estimate, NOTHING_USUAL } from '../../../support/routes.ts';

const USUAL_MS = 300;
const ESTIMATE = estimate({ usual: { ...NOTHING_USUAL, typicalMs: USUAL_MS } });
const KNOWN = { board: { look: () => ({ estimate: ESTIMATE }) }, credence: 'whole' } as const;

const WHOSE = { witness: { key: 'a', conversation: 'b' } };

/** Plays one deployment's calls and probes. Times are milliseconds after the start. */
interface Play {
  readonly known: Ejections;
  readonly call: (atMs: number, isWell: boolean) => EjectionChange | undefined;
  /** A call's answer breaks off. */
  readonly cut: (atMs: number) => EjectionChange | undefined;
  /** Begun `ttftMs` before `atMs`. */
  readonly probe: (atMs: number, ttftMs: number | undefined) => EjectionChange | undefined;
  readonly ejection: () => Ejection | undefined;
}

function play(): Play {
  const known = new Ejections(EJECTION_DEFAULTS);
  const tell = (lesson: Lesson, place: object, whose: object): EjectionChange | undefined => {
    const failure = lesson.kind === 'failed' || lesson.kind === 'cut' ? FAILURES.overloaded : undefined;
    const blame = failure === undefined ? 'none' : 'failure';
    return known.after({ ...observation(lesson, place), ...whose }, { ...KNOWN, failure, blame });
  };
  const lessonOf = (ttftMs: number | undefined): Lesson =>
    ttftMs === undefined ? { kind: 'failed' } : { kind: 'first-token', ttftMs };
  return {
    known,
    call: (atMs, isWell) => tell(lessonOf(isWell ? USUAL_MS : undefined), { atMs: NOW + atMs }, WHOSE),
    cut: (atMs) => tell({ kind: 'cut' }, { atMs: NOW + atMs }, WHOSE),
    probe: (atMs, ttftMs) => tell(lessonOf(ttftMs), { atMs: NOW + atMs, startedAtMs: NOW + atMs - (ttftMs ?? 0) }, {}),
    ejection: () => known.of('a').ejection,
  };
}

/** Three calls have failed at 0, so that the first cooldown ends at 2000. */
function ejected(): Play {
  const own = play();
  for (const atMs of [0, 0, 0]) {
    own.call(atMs, false);
  }
  return own;
}

function untilMs({ ejection }: Play): number {
  return (ejection()?.untilMs ?? assert.fail()) - NOW;
}

describe('an ejected deployment', () => {
  it('is back as soon as three probes in a row were answered, however soon after each other, and whatever is left of its cooldown', () => {
    const own = ejected();
    assert.equal(own.probe(700, USUAL_MS)?.kind, 'eased');
    assert.equal(untilMs(own), 700);
    assert.equal(own.probe(1000, USUAL_MS)?.kind, 'eased');
    assert.equal(untilMs(own), 1000);
    assert.equal(own.probe(1300, USUAL_MS)?.kind, 'lifted');
    assert.equal(own.ejection(), undefined);
  });

  it('is back after two answered probes where eight calls and probes in a row had failed', () => {
    const own = ejected();
    for (const atMs of [100, 200, 300, 400, 500]) {
      own.probe(atMs, undefined);
    }
    assert.deepEqual([own.probe(900, USUAL_MS)?.kind, own.ejection()?.answers], ['eased', 2]);
    assert.equal(own.probe(1200, USUAL_MS)?.kind, 'lifted');
  });

  it('is believed probes of where answers broke off as it went down, and not where it breaks them by habit', () => {
    const down = play();
    const habit = play();
    for (const own of [down, habit]) {
      own.cut(0);
      own.cut(0);
    }
    for (const atMs of [10, 20, 30]) {
      down.call(atMs, false);
      habit.call(atMs, true);
      habit.cut(atMs + 5);
    }
    // Broken off late by the same outage.
    down.cut(40);
    assert.deepEqual(
      [down, habit].map(({ known }) => known.of('a').breaksAnswers),
      [false, true],
    );
    const probes = (own: Play): readonly unknown[] => [3000, 3300, 3600].map((atMs) => own.probe(atMs, USUAL_MS)?.kind);
    assert.deepEqual(probes(down), ['eased', 'eased', 'lifted']);
    assert.deepEqual(probes(habit), [undefined, undefined, undefined]);
  });

  it('stays away for longer where a probe after an answered one fails', () => {
    const own = ejected();
    own.probe(700, USUAL_MS);
    own.probe(1300, undefined);
    assert.deepEqual([untilMs(own), own.ejection()?.level, own.ejection()?.answers], [5300, 2, undefined]);
  });

  it('is not called back by an answered probe that began before the confirming one may', () => {
    const own = ejected();
    own.probe(700, USUAL_MS);
    assert.equal(own.probe(800, USUAL_MS), undefined);
  });

  it('is proved nothing of by a probe within its cooldown that took much longer than usual, but by one after it', () => {
    const own = ejected();
    assert.equal(own.probe(1900, 3 * USUAL_MS), undefined);
    assert.equal(own.probe(3000, 3 * USUAL_MS)?.kind, 'eased');
  });

  it('has no longer cooldown for probes within it that fail', () => {
    const own = ejected();
    assert.equal(own.probe(1000, undefined), undefined);
    assert.equal(untilMs(own), 2000);
  });

  it("is back after one answer where it is a caller's own", () => {
    assert.equal(ejected().call(2000, true)?.kind, 'lifted');
  });

  it('is back after one answered probe where a rate limit was over', () => {
    const own = play();
    const limited = { ...observation({ kind: 'failed' }, { atMs: NOW }), witness: { key: 'a', conversation: 'b' } };
    own.known.after(limited, { ...KNOWN, failure: FAILURES['rate-limited'], blame: 'rate-limited' });
    assert.equal(own.probe(1000, USUAL_MS), undefined);
    assert.equal(own.probe(4000, USUAL_MS)?.kind, 'lifted');
  });

  it('is forgiven what failed before, until it fails again', () => {
    const own = ejected();
    own.call(2000, true);
    assert.equal(own.known.of('a').isForgiven, true);
    own.call(2100, false);
    assert.equal(own.known.of('a').isForgiven, false);
  });
});

describe('a deployment that answers probes and fails calls', () => {
  /** Probes have lifted its ejection at 2500. */
  function lifted(): Play {
    const own = ejected();
    for (const atMs of [700, 1600, 2500]) {
      own.probe(atMs, USUAL_MS);
    }
    return own;
  }

  it('is set aside for longer each time, and no probe ends that sooner', () => {
    const own = lifted();
    const cooldowns: number[] = [];
    for (let atMs = 3000, round = 0; round < 5; round += 1) {
      for (const _ of [1, 2, 3]) {
        own.call(atMs, false);
      }
      cooldowns.push(untilMs(own) - atMs);
      assert.equal(own.probe(atMs + 1500, USUAL_MS), undefined);
      atMs = untilMs(own);
      for (const later of [400, 1300, 2200]) {
        own.probe(atMs + later, USUAL_MS);
      }
      assert.equal(own.ejection(), undefined);
      atMs += 2500;
    }
    assert.deepEqual(cooldowns, [4000, 8000, 16_000, 20_000, 20_000]);
  });

  it('is believed probes of again once one of them has failed', () => {
    const own = lifted();
    for (const _ of [1, 2, 3]) {
      own.call(3000, false);
    }
    assert.equal(own.probe(3500, undefined)?.kind, 'eased');
    assert.equal(untilMs(own), 7000);
    own.probe(4500, USUAL_MS);
    assert.equal(untilMs(own), 4500);
  });

  it('has failed anew where it fails ten seconds later', () => {
    const own = lifted();
    for (const _ of [1, 2, 3]) {
      own.call(12_500, false);
    }
    assert.deepEqual([untilMs(own), own.ejection()?.level, own.ejection()?.isRelapse], [14_500, 1, undefined]);
  });
});

describe('a deployment that an operator drains, or whose vendor has named a long wait', () => {
  for (const reason of ['drained', 'rate-limited'] as const) {
    it(`stays ${reason} to the end where a call that was under way fails, however many probes are answered`, () => {
      const own = play();
      const ejection = { untilMs: NOW + 600_000, level: 1, reason };
      own.known.beginRead(['a'])(new Map([['a', { epochs: NO_EPOCHS, ejection }]]));
      own.call(500, false);
      for (const atMs of [1000, 2000, 3000, 4000]) {
        own.probe(atMs, USUAL_MS);
      }
      assert.deepEqual(own.ejection(), ejection);
    });
  }
});

const NO_EPOCHS = { lasting: new Map(), recent: new Map(), usual: new Map() };
