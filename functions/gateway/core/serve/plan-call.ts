import type { Deployment, DeploymentSettings, Route } from '../model/gateway-config.ts';
import { badRequest, type GatewayError } from '../model/gateway-error.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import { lookBeside } from '../probe/look-beside.ts';
import { contendersOf, encodingsOnce } from '../race/contender-limits.ts';
import type { Encodings } from '../routing/contender.ts';
import { allowedModels, type ModelDirectory, resolveModel } from '../routing/model-directory.ts';
import { dueProbe, type Plan, planCandidates, qualify, withProbeFirst } from '../routing/plan.ts';
import { refusalOf } from '../surfaces/invalid-request.ts';
import { type Call, endStage, keyOf, witnessKey } from './call.ts';
import { admit } from './caller.ts';
import { askedTags, deadlineOf } from './head.ts';
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
}

/** What is done before anybody is asked: the request is read, its deployments are ranked, and its key's limits let it pass. */
export async function planCall<Request extends { readonly model: string }, Piece>(
  operation: Operation<Request, Piece>,
  call: Call,
  json: unknown,
): Promise<({ readonly kind: 'planned' } & Planned<Request, Piece>) | Refused> {
  const { clock } = call.gateway.ports;
  const { log } = call;
  log.add({ kind: 'operation', operation: operation.name });
  const beganMs = clock.nowMs();
  const prepared = prepare(operation, call, json);
  const preparedMs = endStage(call, 'prepare', beganMs);
  if (prepared.kind === 'refused') {
    return prepared;
  }
  const { request, route, facts, qualified, encodings } = prepared;
  const ranked = await rank(call, prepared);
  const unservable = nobodyToAsk(ranked, prepared);
  endStage(call, 'plan', preparedMs);
  if (unservable !== undefined) {
    log.add({ kind: 'model', model: route.name });
    return { kind: 'refused', error: unservable };
  }
  log.add({ kind: 'model', model: request.model });
  log.add({ kind: 'routed', route, facts });
  const refusal = await admit(call, facts, qualified);
  if (refusal !== undefined) {
    return { kind: 'refused', error: refusal };
  }
  const fit = withoutUnfit(ranked, encodings);
  const plan = isProbeDue(call, fit, route) ? await withProbe(call, fit, prepared) : fit;
  const looks = lookBeside(call.gateway.ports, plan, route);
  if (looks !== undefined) {
    log.add({ kind: 'looking', looks });
  }
  const { candidates, explored } = plan;
  const leftMs = deadlineOf(call.request, log.startedAtMs, route.timeouts) - clock.nowMs();
  const contenders = contendersOf(candidates, encodings, { route, leftMs });
  log.add({ kind: 'planned', contenders, explored });
  return { kind: 'planned', request, route, facts, contenders };
}

/** Reads the request, finds its route and who of it qualifies. */
function prepare<Request extends { readonly model: string }, Piece>(
  operation: Operation<Request, Piece>,
  call: Call,
  json: unknown,
): Prepared<Request, Piece> | Refused {
  const { clock } = call.gateway.ports;
  const parsed = operation.read(call, json);
  if (parsed.kind === 'invalid') {
    return { kind: 'refused', error: refusalOf(parsed) };
  }
  const { request } = parsed;
  const limits = keyOf(call)?.limits;
  const directory = allowedModels(call.gateway.directory, limits?.models);
  const found = findRoute(directory, request.model, operation.name);
  if (found.kind === 'refused') {
    noteModel(call, found.askedModel);
    return found;
  }
  const { route } = found;
  const { facts, windowTokens } = operation.facts(request, askedTags(call.request));
  const countsMoney = limits?.usdPerMonth !== undefined;
  const { qualified, unmet } = qualify(
    route.deployments,
    { tags: facts.tags, promptTokens: windowTokens },
    countsMoney,
  );
  const encodings = encodingsOnce(operation.encoder({ request, route, clock }));
  if (qualified.length > 0) {
    return { kind: 'prepared', request, route, facts, qualified, encodings };
  }
  noteModel(call, route.name);
  const message = `No deployment of ${route.name} offers ${unmet.join(' and ')}.`;
  return { kind: 'refused', error: badRequest(message, 'model') };
}

function noteModel({ log }: Call, model: string | undefined): void {
  if (model !== undefined) {
    log.add({ kind: 'model', model });
  }
}

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
  const key = witnessKey(call);
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

/** Whether a candidate's cooldown is over, and the caller's own call is to try it: where no probe can tell. */
function isProbeDue({ gateway }: Call, plan: Plan, route: Route): boolean {
  const probe = dueProbe(plan, route);
  const isOwn = gateway.ports.config.probes === 'off' || probe?.standing.breaksAnswers === true;
  return probe?.standing.ejection !== undefined && isOwn;
}

/** Claims the probe of a candidate whose cooldown is over, and whose vendor can be asked, and then puts it first. */
async function withProbe(
  call: Call,
  plan: Plan,
  { route, encodings }: Pick<Prepared<unknown, unknown>, 'route' | 'encodings'>,
): Promise<Plan> {
  const { statistics, clock } = call.gateway.ports;
  const probe = dueProbe(plan, route);
  if (probe?.standing.ejection === undefined || !isProbeDue(call, plan, route)) {
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
export function findRoute(directory: ModelDirectory, model: string, kind: DeploymentSettings['kind']): FoundRoute {
  const resolved = resolveModel(directory, model);
  if (resolved.kind === 'unknown') {
    return { kind: 'refused', error: unknownModel(model, resolved.names) };
  }
  const { route } = resolved;
  const deployments = route.deployments.filter((deployment) => deployment.kind === kind);
  if (deployments.length === route.deployments.length) {
    return { kind: 'found', route };
  }
  return deployments.length === 0
    ? { kind: 'refused', askedModel: route.name, error: wrongKind(route.name, kind) }
    : { kind: 'found', route: { ...route, deployments } };
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
