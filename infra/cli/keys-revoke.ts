import { monthOf } from '../../functions/gateway/core/limits/account.ts';
import type { Command } from './command.ts';
import { keyView } from './key-view.ts';
import { findKey, readKeys, writeKey } from './keys-table.ts';

/** Ends a key for good. The gateway forgets it within a minute. */
export const keysRevoke: Command = {
  works: 'anywhere',
  summary: 'end a key; takes effect within a minute',
  operands: ['NAME|ID'],
  options: {},
  run: async (input) => {
    const nowMs = Date.now();
    const target = await input.target();
    const key = findKey(await readKeys(target, monthOf(nowMs)), input.operands[0] ?? '');
    const revoked = { ...key, revokedAt: new Date(nowMs).toISOString() };
    await writeKey(target, revoked, false);
    return { text: `${key.name} is revoked. Within a minute no instance takes it any more.`, json: keyView(revoked) };
  },
};
