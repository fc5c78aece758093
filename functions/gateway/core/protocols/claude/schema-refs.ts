/** The definition that a `$ref` within its own schema names (`#/$defs/Node`, `#/definitions/Node`); `undefined` for any other. */
export function localName(ref: string): string | undefined {
  const escaped = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(ref)?.[1];
  return escaped?.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** The `$ref` of a definition in `$defs`. */
export function normalRef(name: string): string {
  return `#/$defs/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Whether a definition refers to itself, directly or by way of others. `refs`: the definitions to which each refers. */
export function hasCycle(refs: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const open = new Set<string>();
  const done = new Set<string>();
  const closes = (name: string): boolean => {
    if (open.has(name)) {
      return true;
    }
    if (done.has(name)) {
      return false;
    }
    open.add(name);
    const found = [...(refs.get(name) ?? [])].some(closes);
    open.delete(name);
    done.add(name);
    return found;
  };
  return [...refs.keys()].some(closes);
}
