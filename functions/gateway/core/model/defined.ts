/** The object without its members that are `undefined`: what `exactOptionalPropertyTypes` wants of optional members. */
export function defined<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const there: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  for (const key in members) {
    const value = members[key];
    if (value !== undefined) {
      // The compiler does not take the test for a proof.
      there[key] = value as Exclude<T[typeof key], undefined>;
    }
  }
  return there;
}
