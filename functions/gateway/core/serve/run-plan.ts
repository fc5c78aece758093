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
import { conversationKey } from '../routing/route-memory.ts';
import { newSpanId } from '../trace/trace-context.ts';
import type { Call } from './call.ts';
import { deadlineOf } from './deadline.ts';
import type { Encoded } from './encode-for-route.ts';
import type { GatewayState } from './gateway-state.ts';
import { lateAfter, raceRules } from './race-rules.ts';

/** A plan and what its race is run with. */
export interface PlanToRun<Form, Piece> {
  readonly plan: Plan;
  readonly route: Route;
  readonly facts: Pick<RequestFacts, 'promptTokens' | 'affinityKey'>;
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
    const result = await runRace({
      rules,
      attempt: (index, extra) => {
        hedges += extra === 'hedge' ? 1 : 0;
        return newAttempt(index, extra);
      },
      clock: state.ports.clock,
      signal: call.request.signal,
    });
    noteTurn(state, planned, result);
    return result;
  } finally {
    state.hedges.racing -= hedges;
  }
}

/** The conversation's next turn goes where this one was served: its prompt is in that vendor's cache. */
function noteTurn<Form, Piece>(
  { ports, routing }: GatewayState,
  { route, facts }: PlanToRun<Form, Piece>,
  { outcome, attempts: made }: RunResult<Piece>,
): void {
  const served = outcome.kind === 'won' ? made[outcome.leader]?.attempt.deployment.id : undefined;
  if (served !== undefined && facts.affinityKey !== '') {
    const key = conversationKey(route.name, facts.affinityKey);
    routing.conversations.note(key, { deployment: served, promptTokens: facts.promptTokens }, ports.clock.nowMs());
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
  const { statistics, clock } = ports;
  const { account, name = '' } = call.key ?? {};
  const witness = { key: account ?? name, conversation: facts.affinityKey };
  return (index, extra) => {
    const [target, candidate] = [targets[index], plan.candidates[index]];
    if (target === undefined || candidate === undefined) {
      throw new RangeError(`The plan has no candidate ${index}.`);
    }
    const spanId = newSpanId(ports.randomHex);
    const traced = { ...attempt(target, tracedDial(ports.dial, call.trace, spanId)), spanId };
    const silence = silenceRule(candidate, rules.candidates[index]?.firstTokenMs ?? Infinity);
    const { promptFactor, warmTokens } = candidate;
    const about = { silence, promptFactor, warmTokens, witness };
    const watched = { statistics, clock, extra, lateAfterMs: lateAfter(candidate), ...about };
    return observedAttempt(traced, watched);
  };
}
