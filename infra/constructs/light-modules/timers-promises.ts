import type { setTimeout as wait } from 'node:timers/promises';

/** Node's own, loaded when it is first waited with. */
export const setTimeout: typeof wait = (...args) =>
  process.getBuiltinModule('node:timers/promises').setTimeout(...args);
