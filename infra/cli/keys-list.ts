import { unpricedDeployments } from '../../functions/gateway/config/unpriced-deployments.ts';
import { monthOf } from '../../functions/gateway/core/limits/account.ts';
import type { Command } from './command.ts';
import { KEY_HEAD, keyRow, keyView } from './key-view.ts';
import { type ListedKey, readKeys } from './keys-table.ts';
import type { Target } from './target.ts';
import { textTable } from './text-table.ts';

/** What a key with a limit of dollars is not served by, because its use would not count. */
function unservedLines({ name, limits, revokedAt }: ListedKey, { config }: Target): readonly string[] {
  const isLimited = limits.usdPerMonth !== undefined && revokedAt === undefined;
  const ids = isLimited ? unpricedDeployments(config, limits.models).map(({ id }) => id) : [];
  return ids.length === 0
    ? []
    : [`${name} has a limit of dollars and is not served by ${ids.join(', ')}: no price is known. 0 is a price too.`];
}

function noKeys({ kind }: Target): string {
  const own = kind === 'local' ? ' The key that npm start prints is not among them: it is no part of the table.' : '';
  return `No keys. Make one: npm run nemo -- keys create NAME.${own}`;
}

/** Lists the keys with their limits and what they have spent this month. */
export const keysList: Command = {
  works: 'anywhere',
  summary: 'list the keys, their limits and what they have spent this month',
  operands: [],
  options: { all: { help: 'revoked keys too' } },
  run: async ({ target, options }) => {
    const nowMs = Date.now();
    const place = await target();
    const keys = await readKeys(place, monthOf(nowMs));
    const shown = keys.filter(({ revokedAt }) => options.all === true || revokedAt === undefined);
    const text = shown.length === 0 ? noKeys(place) : table();
    return { text, json: shown.map(keyView) };

    function table(): string {
      const rows = textTable([KEY_HEAD, ...shown.map((key) => keyRow(key, nowMs))]);
      return [rows, ...shown.flatMap((key) => unservedLines(key, place))].join('\n');
    }
  },
};
