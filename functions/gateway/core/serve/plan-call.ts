import type { Deployment, DeploymentSettings, Route } from '../model/gateway-config.ts';
import { badRequest, type GatewayError } from '../model/gateway-error.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import { lookBeside } from '../probe/look-beside.ts';
import { contendersOf, encodingsOnce } from '../race/contender-limits.ts';
import type { Encodings } from '../routing/contender.ts';
import { allowedModels, type ModelDirectory, resolveModel } from '../routing/model-directory.ts';
import { dueProbe, type Plan, planCandidates, qualify, withProbeFirst } from '../routing/plan.ts';
import { refusalOf } from '../surfaces/invalid-request.ts';
import { type Call, type Deadlines, deadlinesOf, endStage } from './call.ts';
import { admit, callDemand } from './caller.ts';
import { askedTags } from './head.ts';
import type { Operation, Planned } from './operation.ts';

type Refused = { readonly kind: 'refused'; readonly error: GatewayError };

/** A request that qualified deployments could serve. */
interface Prepared<Request, Piece> {
  readonly kind: 'prepared';
  readonly request: Request;
  readonly route: Route;
  readonly facts: RequestFacts;
  /** Deployments of the route that qualify, in its order; at least one. */
  readonly qualified: readonly Deployment[];
  readonly encodings: Encodings<Piece>;
  readonly deadlines: Deadlines;
}

/** What is done before anybody is asked: the request is read, its deployments are ranked, and its key's limits let it pass. */
export async function planCall<Request extends { readonly model: string }, Piece>(
  operation: Operation<Request, Piece>,
  call: Call,
  json: unknown,
): Promise<({ readonly kind: 'planned' } & Planned<Request, Piece>) | Refused> {
  const { clock, config } = call.gateway.ports;
  const { log } = call;
  log.add({ kind: 'operation', operation: operation.name });
  const beganMs = clock.nowMs();
  const prepared = prepare(operation, call, json);
  const preparedMs = endStage(call, 'prepare', beganMs);
  if (prepared.kind === 'refused') {
    return prepared;
  }
  const { request, route, facts, qualified, encodings, deadlines } = prepared;
  const ranked = await rank(call, prepared);
  // As a rule the first can be asked: then nobody is known to be unfit, since nobody else has been encoded.
  const [first] = ranked.candidates;
  const isFirstFit = first !== undefined && encodings(first.deployment).encode().kind === 'encoded';
  const unservable = isFirstFit ? undefined : nobodyToAsk(ranked, prepared);
  endStage(call, 'plan', preparedMs);
  log.add({ kind: 'model', model: unservable === undefined ? request.model : route.name });
  if (unservable !== undefined) {
    return { kind: 'refused', error: unservable };
  }
  log.add({ kind: 'routed', route, facts });
  const refusal = await admit(call, () => callDemand(facts, qualified, config.limits.assumedOutputTokens));
  if (refusal !== undefined) {
    return { kind: 'refused', error: refusal };
  }
  const fit = isFirstFit ? ranked : withoutUnfit(ranked, encodings);
  const isDue = fit.candidates.some(({ state }) => state === 'due');
  const plan = isDue ? await withProbe(call, fit, prepared) : fit;
  const looks = lookBeside(call.gateway.ports, plan, route);
  if (looks !== undefined) {
    log.add({ kind: 'looking', looks });
  }
  const leftMs = deadlines.answerMs - clock.nowMs();
  const contenders = contendersOf(plan.candidates, encodings, { route, leftMs });
  log.add({ kind: 'planned', contenders, explored: plan.explored });
  return { kind: 'planned', request, route, facts, contenders, deadlines };
}

/** Reads the request, finds its route and who of it qualifies. */
function prepare<Request extends { readonly model: string }, Piece>(
  operation: Operation<Request, Piece>,
  call: Call,
  json: unknown,
): Prepared<Request, Piece> | Refused {
  const { request: asked, log, gateway } = call;
  const { headers } = asked;
  const read = operation.read(call, json, headers['x-nemo-tags'] === undefined ? NO_TAGS : askedTags(asked));
  if (read.kind === 'invalid') {
    return { kind: 'refused', error: refusalOf(read) };
  }
  const { request, facts, windowTokens } = read;
  const found = findRoute(call, request.model, operation.name);
  if (found.kind === 'refused') {
    if (found.askedModel !== undefined) {
      log.add({ kind: 'model', model: found.askedModel });
    }
    return found;
  }
  const { route } = found;
  const countsMoney = log.key?.limits?.usdPerMonth !== undefined;
  const { qualified, unmet } = qualify(
    route.deployments,
    { tags: facts.tags, promptTokens: windowTokens },
    countsMoney,
  );
  if (qualified.length === 0) {
    log.add({ kind: 'model', model: route.name });
    const message = `No deployment of ${route.name} offers ${unmet.join(' and ')}.`;
    return { kind: 'refused', error: badRequest(message, 'model') };
  }
  const encodings = encodingsOnce(operation.encoder({ request, route, clock: gateway.ports.clock }));
  const deadlines = deadlinesOf(asked, log.startedAtMs, route.timeouts);
  return { kind: 'prepared', request, route, facts, qualified, encodings, deadlines };
}

const NO_TAGS: readonly string[] = [];

const NOBODY: ReadonlySet<string> = new Set();

/** Reads the fleet's statistics and ranks who can serve the request. */
async function rank(
  call: Call,
  { route, facts, qualified }: Pick<Prepared<unknown, unknown>, 'route' | 'facts' | 'qualified'>,
): Promise<Plan> {
  const { ports, routing } = call.gateway;
  const { statistics, config, random, clock } = ports;
  await statistics.prepare(qualified.map(({ id }) => id));
  const turn = routing.conversations.recall(route.name, facts.affinityKey, clock.nowMs());
  const key = call.log.last.authenticated?.witness ?? '';
  const equals = routing.equals.get(route.name) ?? NOBODY;
  const plan = planCandidates({
    route,
    facts,
    qualified,
    look: (deployment) => statistics.look(deployment, key),
    random,
    promptDoublingTokens: config.statistics.promptDoublingTokens,
    remembered: turn === undefined ? { equals } : { equals, turn },
    probesTell: config.probes !== 'off',
  });
  routing.equals.set(route.name, plan.equals);
  return plan;
}

/**
 * The error where no vendor can be asked, with the first one's field and every vendor's reason. Candidates are encoded in the plan's order, and
 * no further than to the first that can be asked.
 */
function nobodyToAsk<Piece>(
  { candidates }: Plan,
  { route, qualified, encodings }: Pick<Prepared<unknown, Piece>, 'route' | 'qualified' | 'encodings'>,
): GatewayError | undefined {
  if (candidates.some(({ deployment }) => encodings(deployment).encode().kind === 'encoded')) {
    return undefined;
  }
  const refusals = qualified.flatMap((deployment) => {
    const encoding = encodings(deployment).encode();
    return encoding.kind === 'unsupported' ? [{ ...encoding, deployment: deployment.id }] : [];
  });
  const reasons = refusals.map(({ deployment, message }) => `${deployment}: ${message}`).join(' ');
  const message = `No deployment of ${route.name} can serve this request. ${reasons}`;
  return badRequest(message, refusals[0]?.param ?? null);
}

/** The plan without those whose vendors are known to be unable to serve the request: as if they had not qualified. */
function withoutUnfit(plan: Plan, encodings: Encodings<unknown>): Plan {
  const { candidates, explored, equals } = plan;
  if (!candidates.some(({ deployment }) => encodings(deployment).isUnfit())) {
    return plan;
  }
  const fit = candidates.filter(({ deployment }) => !encodings(deployment).isUnfit());
  return { candidates: fit, explored: explored && fit[0] === candidates[0], equals };
}

/**
 * Claims the probe of a candidate whose cooldown is over, and whose vendor can be asked, and then puts it first: where no probe beside calls
 * can tell, the caller's own call is to try it.
 */
async function withProbe(
  call: Call,
  plan: Plan,
  { route, encodings }: Pick<Prepared<unknown, unknown>, 'route' | 'encodings'>,
): Promise<Plan> {
  const { statistics, clock, config } = call.gateway.ports;
  const probe = dueProbe(plan, route);
  const isOwn = config.probes === 'off' || probe?.standing.breaksAnswers === true;
  if (probe?.standing.ejection === undefined || !isOwn) {
    return plan;
  }
  const { deployment } = probe;
  if (encodings(deployment).encode().kind === 'unsupported') {
    return withProbe(call, withoutUnfit(plan, encodings), { route, encodings });
  }
  const beganMs = clock.nowMs();
  const isClaimed = await statistics.claimProbe(deployment.id, probe.standing.ejection);
  endStage(call, 'probe', beganMs);
  return isClaimed ? withProbeFirst(plan, probe) : plan;
}

/** The route that a request asks for, or the error that says what to ask for instead. `askedModel`: for the record. */
type FoundRoute =
  | { readonly kind: 'found'; readonly route: Route }
  | { readonly kind: 'refused'; readonly error: GatewayError; readonly askedModel?: string };

/** The route that a request's `model` names, with its deployments of one kind, or the error that says what to ask for instead. */
export function findRoute({ gateway, log }: Call, model: string, kind: DeploymentSettings['kind']): FoundRoute {
  const { directory } = gateway;
  const models = log.key?.limits?.models;
  const route = models === undefined || models.includes(model) ? directory.served[kind].get(model) : undefined;
  return route === undefined ? findOther(allowedModels(directory, models), model, kind) : { kind: 'found', route };
}

/** Where `model` is no name of a route of the kind: by another writing of one, or the error. */
function findOther(directory: ModelDirectory, model: string, kind: DeploymentSettings['kind']): FoundRoute {
  const resolved = resolveModel(directory, model);
  if (resolved.kind === 'unknown') {
    return { kind: 'refused', error: unknownModel(model, resolved.names) };
  }
  const { route } = resolved;
  const served = directory.served[kind].get(route.name);
  if (served !== undefined) {
    return { kind: 'found', route: served };
  }
  return route.deployments.length === 0
    ? { kind: 'found', route }
    : { kind: 'refused', askedModel: route.name, error: wrongKind(route.name, kind) };
}

const MAX_NAME_CHARS = 100;

function unknownModel(model: string, names: readonly string[]): GatewayError {
  const asked = JSON.stringify(model.slice(0, MAX_NAME_CHARS));
  return {
    status: 404,
    message: `The model ${asked} does not exist, or this key may not use it. It may use: ${names.join(', ')}.`,
    type: 'invalid_request_error',
    code: 'model_not_found',
    param: 'model',
  };
}

function wrongKind(name: string, asked: DeploymentSettings['kind']): GatewayError {
  const message =
    asked === 'chat'
      ? `${name} makes embeddings, not chat completions: ask it at POST /v1/embeddings, or name a chat model.`
      : `${name} makes chat completions, not embeddings: ask it at POST /v1/chat/completions, or name an embeddings model.`;
  return badRequest(message, 'model');
}
