import type { Route } from '../config/gateway-config.ts';
import type { Attempt } from '../failover/attempt.ts';
import type { Dial } from '../failover/dial.ts';
import type { RaceRules } from '../failover/race-state.ts';
import { type RunResult, runRace } from '../failover/run-race.ts';
import type { Plan } from '../routing/plan.ts';
import type { RequestFacts } from '../routing/request-facts.ts';
import { promptFactor } from '../statistics/prompt-size.ts';
import { newSpanId } from '../trace/trace-context.ts';
import { tracedDial } from '../trace/traced-dial.ts';
import type { Call } from './call.ts';
import { deadlineOf } from './deadline.ts';
import type { Encoded } from './encode-for-route.ts';
import type { GatewayState } from './gateway-state.ts';
import { observedAttempt } from './observed-attempt.ts';
import { lateAfter, raceRules } from './race-rules.ts';
import { silenceRule } from './silence-rule.ts';

export interface PlanToRun<Form, Piece> {
  readonly plan: Plan;
  readonly route: Route;
  readonly facts: Pick<RequestFacts, 'promptTokens'>;
  readonly encoded: ReadonlyMap<string, Encoded<Form>>;
  /** `stream`: won with the first content. `plain`: won with the whole answer. */
  readonly mode: RaceRules['mode'];
  /** The dial is the attempt's own. */
  readonly attempt: (encoded: Encoded<Form>, dial: Dial) => Attempt<Piece>;
}

/** Tries a plan's candidates by the route's rules until one has answered. */
export async function runPlan<Form, Piece>(
  state: GatewayState,
  call: Call,
  { plan, route, facts, encoded, mode, attempt }: PlanToRun<Form, Piece>,
): Promise<RunResult<Piece>> {
  const { ports } = state;
  const targets = plan.candidates.flatMap((candidate) => encoded.get(candidate.deployment) ?? []);
  const { statistics, clock } = ports;
  const deadlineMs = deadlineOf(call, route.timeouts);
  const rules = raceRules(plan.candidates, { route, mode, deadlineMs }, state);
  const factor = promptFactor(facts.promptTokens, ports.config.statistics.promptDoublingTokens);
  const result = await runRace({
    rules,
    attempt: (index, extra) => {
      const [target, candidate] = [targets[index], plan.candidates[index]];
      if (target === undefined || candidate === undefined) {
        throw new RangeError(`The plan has no candidate ${index}.`);
      }
      const spanId = newSpanId(ports.randomHex);
      const traced = { ...attempt(target, tracedDial(ports.dial, call.trace, spanId)), spanId };
      const silence = silenceRule(candidate, rules.candidates[index]?.firstTokenMs ?? Infinity);
      const watched = { statistics, clock, extra, lateAfterMs: lateAfter(candidate), silence, promptFactor: factor };
      return observedAttempt(traced, watched);
    },
    clock,
    signal: call.request.signal,
  });
  state.hedges.racing -= result.attempts.filter(({ hedge }) => hedge).length;
  return result;
}
