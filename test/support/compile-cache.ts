const { NODE_COMPILE_CACHE } = process.env;

/** For the environment of a program that a test starts: what `npm test` has compiled is not compiled again. */
export const COMPILE_CACHE: Readonly<Record<string, string>> =
  NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };
