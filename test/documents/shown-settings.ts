/** Of a configuration, not checked yet. */
export type Settings = Readonly<Record<string, unknown>>;

/** Both together; a part says more of what is there. */
export function mergedSettings(whole: Settings, part: Settings): Settings {
  const members = Object.entries(part).map(([name, value]) => [
    name,
    isSettings(value) ? { ...asSettings(whole[name]), ...value } : value,
  ]);
  return { ...whole, ...Object.fromEntries(members) };
}

/** A configuration, or a part of one, as pages show them: a whole object, the members alone, or the routes' own members. */
export function settingsOf(text: string): Settings {
  const json: unknown = JSON.parse(text.trimStart().startsWith('{') ? text : `{${text}}`);
  const settings = asSettings(json);
  return Object.values(settings).every((value) => isSettings(value) && 'strategy' in value)
    ? { routes: settings }
    : settings;
}

function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asSettings(value: unknown): Settings {
  return isSettings(value) ? value : {};
}
