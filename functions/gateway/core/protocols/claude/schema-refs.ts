/** The definition that a `$ref` within its own schema names (`#/$defs/Node`, `#/definitions/Node`); `undefined` for any other. */
export function localName(ref: string): string | undefined {
  const escaped = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(ref)?.[1];
  return escaped?.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** The `$ref` of a definition in `$defs`. */
export function normalRef(name: string): string {
  return `#/$defs/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/**
 * Whether a definition refers to itself, directly or by way of others. `refs`: the definitions to which each refers. Those to which nobody
 * refers are taken away until none is left, or none but those of a circle: without a stack, however long a chain is.
 */
export function hasCycle(refs: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const referrers = new Map<string, number>();
  for (const name of [...refs.values()].flatMap((names) => [...names])) {
    referrers.set(name, (referrers.get(name) ?? 0) + 1);
  }
  const free = [...refs.keys()].filter((name) => !referrers.has(name));
  let taken = 0;
  for (let name = free.pop(); name !== undefined; name = free.pop()) {
    taken += 1;
    for (const referred of refs.get(name) ?? []) {
      const left = (referrers.get(referred) ?? 0) - 1;
      referrers.set(referred, left);
      if (left === 0) {
        free.push(referred);
      }
    }
  }
  return taken < new Set([...refs.keys(), ...referrers.keys()]).size;
}
