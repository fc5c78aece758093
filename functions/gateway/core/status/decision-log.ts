import type { RequestRecord } from '../model/request-record.ts';
import { type Decision, decisionOf } from './decision.ts';

/** The last decisions of this instance. In AWS each instance has its own, and none knows the others': the sums alone are the fleet's. */
export interface DecisionLog {
  readonly add: (record: RequestRecord) => void;
  /** What has been added since one of these cursors of an earlier answer, or all that is kept. Foreign and stale cursors do no harm. */
  readonly since: (cursors: readonly string[]) => DecisionPage;
}

/** Decisions of one instance that are newer than a cursor. */
export interface DecisionPage {
  /** Names the instance. */
  readonly instance: string;
  /** Give it back to get only what is newer. */
  readonly cursor: string;
  /** How many newer than the cursor are no longer kept. */
  readonly missed: number;
  /** Oldest first. */
  readonly items: readonly Decision[];
}

/** Decisions that an instance keeps: a few hundred bytes each. */
const KEPT = 200;

/** An empty log of the instance called `instance`: letters and digits. */
export function decisionLog(instance: string, kept = KEPT): DecisionLog {
  const items: Decision[] = [];
  let added = 0;
  return {
    add: (record) => {
      const decision = decisionOf(record);
      if (decision === undefined) {
        return;
      }
      items.push(decision);
      added += 1;
      if (items.length > kept) {
        items.shift();
      }
    },
    since: (cursors) => {
      const seen = Math.max(0, ...cursors.map((cursor) => seenBy(cursor, instance, added)));
      const unseen = added - seen;
      return {
        instance,
        cursor: `${instance}.${added}`,
        missed: seen === 0 ? 0 : Math.max(0, unseen - items.length),
        items: items.slice(Math.max(0, items.length - unseen)),
      };
    },
  };
}

/** How many decisions the owner of the cursor has seen: none, where it is not one of this instance's. */
function seenBy(cursor: string, instance: string, added: number): number {
  const [, owner, count] = /^([A-Za-z0-9]{1,64})\.(\d{1,15})$/.exec(cursor) ?? [];
  return owner === instance && Number(count) <= added ? Number(count) : 0;
}
