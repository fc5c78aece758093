import { monthOf } from '../../functions/gateway/core/limits/call-use.ts';
import type { Command } from './command.ts';
import { KEY_HEAD, keyRow, keyView } from './key-view.ts';
import { readKeys } from './keys-table.ts';
import { textTable } from './text-table.ts';

/** Lists the keys with their limits and what they have spent this month. */
export const keysList: Command = {
  summary: 'list the keys, their limits and what they have spent this month',
  operands: [],
  options: { all: { help: 'revoked keys too' } },
  run: async ({ target, options }) => {
    const nowMs = Date.now();
    const keys = await readKeys(await target(), monthOf(nowMs));
    const shown = keys.filter(({ revokedAt }) => options.all === true || revokedAt === undefined);
    const text = shown.length === 0 ? 'No keys. Make one: npm run nemo -- keys create NAME' : table();
    return { text, json: shown.map(keyView) };

    function table(): string {
      return textTable([KEY_HEAD, ...shown.map((key) => keyRow(key, nowMs))]);
    }
  },
};
