import type { Converted } from './notes.ts';

/** An entry's `api_key`, and what the name of its credential may be. */
interface GivenKey {
  readonly given: unknown;
  /** The vendor's usual name; `undefined` for a server that may want none. */
  readonly usual: string | undefined;
  /** The name for a key that stands in the file, where the vendor has no usual one. */
  readonly otherwise: string;
  readonly path: string;
}

/** Names the credentials of one file. A key that stands in the file itself is never taken; the same key has the same name. */
export function credentialNames(): (key: GivenKey) => Converted<string | undefined> {
  const names = new Map<string, string>();
  return ({ given, usual, otherwise, path }) => {
    const named = typeof given === 'string' ? /^os\.environ\/([A-Za-z_]\w*)$/.exec(given)?.[1] : undefined;
    if (named !== undefined || given === undefined || given === null) {
      return { value: named ?? usual, notes: [] };
    }
    const key = String(given);
    const name = names.get(key) ?? freeName(usual ?? otherwise, [...names.values()]);
    names.set(key, name);
    const text = `holds a key itself, which is not copied. It is asked for by the name ${name}: npm run nemo -- secrets set ${name} --env NAME`;
    return { value: name, notes: [{ path, text }] };
  };
}

function freeName(wanted: string, taken: readonly string[]): string {
  let name = wanted;
  for (let number = 2; taken.includes(name); number++) {
    name = `${wanted}_${number}`;
  }
  return name;
}
