import { monthOf } from '../../functions/gateway/core/limits/account.ts';
import { defined } from '../../functions/gateway/core/model/defined.ts';
import { type Command, optionText, UsageError } from './command.ts';
import { KEY_HEAD, keyRow, keyView } from './key-view.ts';
import { findKey, readKeys, writeKey } from './keys-table.ts';
import { checkPrices, givenLimits, givenTeam, LIMIT_OPTIONS, TEAM_OPTION } from './limit-options.ts';
import { textTable } from './text-table.ts';

/** What `--remove` may name. */
const REMOVABLE = ['models', 'requestsPerMinute', 'tokensPerMinute', 'usdPerMonth', 'callsAtOnce', 'expiresAt'];

/** Changes the limits, or the team, of a key that is in use. */
export const keysLimit: Command = {
  works: 'anywhere',
  summary: 'change the limits or the team of a key; takes effect within a minute',
  operands: ['NAME|ID'],
  options: {
    ...LIMIT_OPTIONS,
    team: TEAM_OPTION,
    remove: { value: 'LIMIT,...', help: `limits to take away: ${REMOVABLE.join(', ')}` },
  },
  run: async (input) => {
    const team = givenTeam(input.options);
    const nowMs = Date.now();
    const removed = optionText(input.options, 'remove')?.split(',') ?? [];
    const unknown = removed.find((name) => !REMOVABLE.includes(name));
    if (unknown !== undefined) {
      throw new UsageError(`--remove takes ${REMOVABLE.join(', ')}; not ${JSON.stringify(unknown)}.`);
    }
    const target = await input.target();
    const given = givenLimits(input.options, target, nowMs);
    const key = findKey(await readKeys(target, monthOf(nowMs)), input.operands[0] ?? '');
    const { limits: before, expiresAt: until, ...rest } = key;
    const merged = { ...before, ...defined({ expiresAt: until }), ...given };
    const kept = Object.entries(merged).filter(([name]) => !removed.includes(name) || Object.hasOwn(given, name));
    const { expiresAt, ...limits }: typeof merged = Object.fromEntries(kept);
    checkPrices(limits, target);
    const changed = {
      ...rest,
      ...defined({ team }),
      limits,
      ...defined({ expiresAt }),
    };
    await writeKey(target, changed, false);
    return { text: textTable([KEY_HEAD, keyRow(changed, nowMs)]), json: keyView(changed) };
  },
};
