/** Something of a foreign configuration that the written one does not do, or does otherwise. */
export interface Note {
  /** Where it stands in the foreign file, as `router_settings.allowed_fails`. */
  readonly path: string;
  readonly text: string;
}

/** A part of the conversion: what became of it, and what did not. */
export interface Converted<Value> {
  readonly value: Value;
  readonly notes: readonly Note[];
}

/** A note for each member that nobody took over. */
export function untaken(
  settings: object | undefined,
  {
    path,
    taken,
    why,
  }: { readonly path: string; readonly taken: ReadonlySet<string>; readonly why: ReadonlyMap<string, string> },
): readonly Note[] {
  return Object.keys(settings ?? {})
    .filter((name) => !taken.has(name))
    .map((name) => ({ path: `${path}.${name}`, text: why.get(name) ?? 'is not known here: left out' }));
}
