import { arrayMember, type JsonObject, objectMember } from '../../functions/gateway/core/wire/json.ts';
import { credentialNames } from './credential.ts';
import { type ImportedModel, importedModel } from './deployment.ts';
import type { Converted, Note } from './notes.ts';
import type { ProviderSettings } from './provider.ts';
import { importedRoutes } from './routes.ts';
import { importedSettings } from './settings.ts';

/** A configuration of ours, as its file has it. */
export interface ImportedConfig {
  readonly $schema?: string;
  readonly providers: Readonly<Record<string, ProviderSettings>>;
  readonly deployments: Readonly<Record<string, object>>;
  readonly routes: Readonly<Record<string, object>>;
}

/** Parts of a LiteLLM file that are read. */
const PARTS = ['model_list', 'router_settings', 'litellm_settings', 'general_settings', 'environment_variables'];

/** Makes a configuration of LiteLLM's `config.yaml`, and says what it could not take over. Source: LiteLLM, "Proxy Config.yaml". */
export function importLiteLlm(file: JsonObject): Converted<ImportedConfig> {
  const part = (name: string): JsonObject => objectMember(file, name) ?? {};
  const [router, litellm] = [part('router_settings'), part('litellm_settings')];
  const credentialOf = credentialNames();
  const entries = (arrayMember(file, 'model_list') ?? []).map((entry, index) =>
    importedModel({ entry, index }, credentialOf),
  );
  const models = entries.flatMap(({ value }) => (value === undefined ? [] : [value])).sort(byOrder);
  const { providers, deployments, groups } = collected(models);
  const ordered = new Set(models.filter(({ order }) => order !== undefined).map(({ group }) => group));
  const routes = importedRoutes({ groups, ordered, router, litellm });
  const settings = importedSettings({
    router,
    litellm,
    general: part('general_settings'),
    variables: part('environment_variables'),
  });
  const notes = [...entries, routes, settings].flatMap((converted) => converted.notes);
  return {
    value: { providers, deployments, routes: routes.value, ...settings.value },
    notes: [...notes, ...unknownParts(file)],
  };
}

function byOrder(one: ImportedModel, other: ImportedModel): number {
  return (one.order ?? Number.MAX_SAFE_INTEGER) - (other.order ?? Number.MAX_SAFE_INTEGER);
}

interface Collected {
  readonly providers: Readonly<Record<string, ProviderSettings>>;
  readonly deployments: Readonly<Record<string, object>>;
  /** The ids of the deployments of each model group. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

/** The same provider once, whatever models it has; the same deployment once, whatever groups it is in. */
function collected(models: readonly ImportedModel[]): Collected {
  const providers = new Map<string, ProviderSettings>();
  const deployments = new Map<string, object>();
  const groups = new Map<string, string[]>();
  for (const { group, hosted, settings } of models) {
    const provider = nameFor(providers, hosted.name, hosted.settings);
    const deployment = { provider, model: hosted.model, ...settings };
    const id = nameFor(deployments, `${provider}/${hosted.model}`.replaceAll(/[^A-Za-z0-9._:/@+-]/g, '-'), deployment);
    groups.set(group, [...(groups.get(group) ?? []), id]);
  }
  return { providers: Object.fromEntries(providers), deployments: Object.fromEntries(deployments), groups };
}

/** The name under which a value is kept: its own, or with a number behind it where that is another's. */
function nameFor<Value extends object>(kept: Map<string, Value>, wanted: string, value: Value): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    const there = kept.get(name);
    if (there === undefined || JSON.stringify(there) === JSON.stringify(value)) {
      kept.set(name, value);
      return name;
    }
  }
}

function unknownParts(file: JsonObject): readonly Note[] {
  return Object.keys(file)
    .filter((name) => !PARTS.includes(name))
    .map((name) => ({ path: name, text: 'has nothing like it here: left out' }));
}
