/** Gives each call of a conversation an id of its own. To be asked in the order of the conversation. */
export interface DistinctCallIds {
  /** The id of the next call. */
  readonly call: (id: string) => string;
  /** The id of the call that the next result answers. */
  readonly result: (id: string) => string;
}

interface Calls {
  /** The step in which the id was last used: calls without a result between them are of one step. */
  step: number;
  /** The ids of that step's calls, in their order. */
  distinct: string[];
  /** How many of them have a result. */
  answered: number;
  /** The number that was last tried. */
  count: number;
}

/**
 * Some servers number the calls of each answer anew (`call_0`), and Claude refuses a conversation in which an id comes twice. The first
 * call keeps its id, a later one gets a number. A result answers a call of the nearest step; where that has several of one id, results go
 * by their order.
 */
export function distinctCallIds(): DistinctCallIds {
  const byId = new Map<string, Calls>();
  const used = new Set<string>();
  let step = 0;
  let isAnswering = false;

  function free(id: string, calls: Calls): string {
    let candidate = id;
    while (used.has(candidate)) {
      calls.count += 1;
      candidate = `${id}_${calls.count}`;
    }
    used.add(candidate);
    return candidate;
  }

  function callsOf(id: string): Calls {
    const calls = byId.get(id) ?? { step, distinct: [], answered: 0, count: 1 };
    byId.set(id, calls);
    return calls;
  }

  return {
    call: (id) => {
      step += isAnswering ? 1 : 0;
      isAnswering = false;
      const calls = callsOf(id);
      const distinct = free(id, calls);
      if (calls.step === step) {
        calls.distinct.push(distinct);
      } else {
        Object.assign(calls, { step, distinct: [distinct], answered: 0 });
      }
      return distinct;
    },
    result: (id) => {
      isAnswering = true;
      const calls = byId.get(id);
      if (calls === undefined) {
        return id;
      }
      const answered = calls.distinct[Math.min(calls.answered, calls.distinct.length - 1)];
      calls.answered += 1;
      return answered ?? id;
    },
  };
}
