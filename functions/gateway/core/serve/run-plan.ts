import { observedAttempt } from '../attempt/observed-attempt.ts';
import { silenceRule } from '../attempt/silence-rule.ts';
import { tracedDial } from '../attempt/traced-dial.ts';
import type { Attempt } from '../model/attempt.ts';
import type { Dial } from '../model/dial.ts';
import type { Route } from '../model/gateway-config.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import type { RaceRules } from '../race/race-state.ts';
import { type RunOptions, type RunResult, runRace } from '../race/run-race.ts';
import type { Plan } from '../routing/plan.ts';
import { promptFactor } from '../statistics/prompt-size.ts';
import { newSpanId } from '../trace/trace-context.ts';
import type { Call } from './call.ts';
import { deadlineOf } from './deadline.ts';
import type { Encoded } from './encode-for-route.ts';
import type { GatewayState } from './gateway-state.ts';
import { lateAfter, raceRules } from './race-rules.ts';

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
  planned: PlanToRun<Form, Piece>,
): Promise<RunResult<Piece>> {
  const { plan, route, mode } = planned;
  const deadlineMs = deadlineOf(call, route.timeouts);
  const rules = raceRules(plan.candidates, { route, mode, deadlineMs }, state);
  const newAttempt = attempts(state, call, planned, rules);
  let hedges = 0;
  try {
    return await runRace({
      rules,
      attempt: (index, extra) => {
        hedges += extra === 'hedge' ? 1 : 0;
        return newAttempt(index, extra);
      },
      clock: state.ports.clock,
      signal: call.request.signal,
    });
  } finally {
    state.hedges.racing -= hedges;
  }
}

/** Makes the attempt at the plan's candidate of that index, traced and observed. */
function attempts<Form, Piece>(
  { ports }: GatewayState,
  call: Call,
  { plan, facts, encoded, attempt }: PlanToRun<Form, Piece>,
  rules: RaceRules,
): RunOptions<Piece>['attempt'] {
  const targets = plan.candidates.flatMap((candidate) => encoded.get(candidate.deployment) ?? []);
  const factor = promptFactor(facts.promptTokens, ports.config.statistics.promptDoublingTokens);
  const { statistics, clock } = ports;
  return (index, extra) => {
    const [target, candidate] = [targets[index], plan.candidates[index]];
    if (target === undefined || candidate === undefined) {
      throw new RangeError(`The plan has no candidate ${index}.`);
    }
    const spanId = newSpanId(ports.randomHex);
    const traced = { ...attempt(target, tracedDial(ports.dial, call.trace, spanId)), spanId };
    const silence = silenceRule(candidate, rules.candidates[index]?.firstTokenMs ?? Infinity);
    const watched = { statistics, clock, extra, lateAfterMs: lateAfter(candidate), silence, promptFactor: factor };
    return observedAttempt(traced, watched);
  };
}
