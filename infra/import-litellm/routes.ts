import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  objectMember,
  stringMember,
} from '../../functions/gateway/core/wire/json.ts';
import type { Converted, Note } from './notes.ts';

/** A route as our file has it. */
interface RouteSettings {
  readonly strategy: string;
  readonly deployments: readonly string[];
}

/** LiteLLM's word for a strategy, and ours. Source: LiteLLM, "Router - Load Balancing". */
const STRATEGIES: ReadonlyMap<string, string> = new Map([
  ['simple-shuffle', 'simple-shuffle'],
  ['least-busy', 'least-busy'],
  ['latency-based-routing', 'latency-based'],
  ['usage-based-routing', 'usage-based'],
  ['usage-based-routing-v2', 'usage-based'],
  ['cost-based-routing', 'cost-based'],
]);

/** What LiteLLM does where the file says nothing. */
const ITS_DEFAULT = 'simple-shuffle';

export interface RoutesInput {
  /** The ids of the deployments of each model group, in order. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** The groups whose entries have an `order`. */
  readonly ordered: ReadonlySet<string>;
  readonly router: JsonObject;
  readonly litellm: JsonObject;
}

/** A route for each model group and each alias, with its fallbacks behind its own deployments. */
export function importedRoutes(input: RoutesInput): Converted<Readonly<Record<string, RouteSettings>>> {
  const strategy = strategyOf(input.router);
  const fallbacks = fallbacksOf(input);
  const notes: Note[] = [...strategy.notes, ...fallbacks.notes];
  const routes = [...input.groups].map(([group, own]): [string, RouteSettings] => {
    const others = (fallbacks.value.get(group) ?? []).flatMap((name) => input.groups.get(name) ?? []);
    const isOrdered = others.length > 0 || input.ordered.has(group);
    if (others.length > 0 && own.length > 1) {
      const text = `makes the route ${group} "ordered": its own deployments in the file's order, then the fallbacks. LiteLLM spreads calls over the first ones`;
      notes.push({ path: 'fallbacks', text });
    }
    return [
      group,
      { strategy: isOrdered ? 'ordered' : strategy.value, deployments: [...new Set([...own, ...others])] },
    ];
  });
  const aliases = aliasesOf(input.router, new Map(routes));
  return { value: Object.fromEntries([...routes, ...aliases.value]), notes: [...notes, ...aliases.notes] };
}

function strategyOf(router: JsonObject): Converted<string> {
  const given = stringMember(router, 'routing_strategy') ?? ITS_DEFAULT;
  const ours = STRATEGIES.get(given);
  const text = `${JSON.stringify(given)} is not known here: routes are latency-based`;
  return ours === undefined
    ? { value: 'latency-based', notes: [{ path: 'router_settings.routing_strategy', text }] }
    : { value: ours, notes: [] };
}

/** What is asked where all of a group have failed. */
function fallbacksOf({ groups, router, litellm }: RoutesInput): Converted<ReadonlyMap<string, readonly string[]>> {
  const always = namesOf(litellm.default_fallbacks ?? router.default_fallbacks);
  const all = [...listedIn('router_settings', router), ...listedIn('litellm_settings', litellm)];
  const value = [...groups.keys()].map((asked) => {
    const own = all.filter(({ group }) => group === asked).flatMap(({ names }) => names);
    return [asked, [...own, ...always].filter((name) => name !== asked)] as const;
  });
  const notes = all
    .filter(({ group, names }) => ![group, ...names].every((name) => groups.has(name)))
    .map(({ path, group }) => ({
      path,
      text: `of ${group} name groups that are not in model_list: those are left out`,
    }));
  return { value: new Map(value), notes };
}

interface Fallbacks {
  readonly path: string;
  readonly group: string;
  readonly names: readonly string[];
}

/** Lists of `{ group: [other, ...] }`. */
function listedIn(place: string, settings: JsonObject): readonly Fallbacks[] {
  return ['fallbacks', 'context_window_fallbacks'].flatMap((list) =>
    (arrayMember(settings, list) ?? [])
      .filter(isJsonObject)
      .flatMap((item) =>
        Object.entries(item).map(([group, names]) => ({ path: `${place}.${list}`, group, names: namesOf(names) })),
      ),
  );
}

function namesOf(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.filter((name) => typeof name === 'string') : [];
}

/** `model_group_alias`: a second name for a group, as text or as `{ model, hidden }`. */
function aliasesOf(
  router: JsonObject,
  routes: ReadonlyMap<string, RouteSettings>,
): Converted<readonly (readonly [string, RouteSettings])[]> {
  const given = Object.entries(objectMember(router, 'model_group_alias') ?? {});
  const found = given.map(([alias, target]) => {
    const name = typeof target === 'string' ? target : stringMember(target, 'model');
    return { alias, route: name === undefined ? undefined : routes.get(name) };
  });
  return {
    value: found.flatMap(({ alias, route }) => (route === undefined ? [] : [[alias, route] as const])),
    notes: found
      .filter(({ route }) => route === undefined)
      .map(({ alias }) => ({
        path: `router_settings.model_group_alias.${alias}`,
        text: 'is an alias of no group of model_list: left out',
      })),
  };
}
