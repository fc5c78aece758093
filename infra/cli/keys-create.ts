import { randomBytes } from 'node:crypto';
import { newKey, sha256Hex } from '../../functions/gateway/adapters/key-form.ts';
import { keyName } from '../../functions/gateway/config/name-schemas.ts';
import { monthOf } from '../../functions/gateway/core/limits/account.ts';
import { defined } from '../../functions/gateway/core/model/defined.ts';
import { type Command, UsageError } from './command.ts';
import { keyView } from './key-view.ts';
import { readKeys, writeKey } from './keys-table.ts';
import { checkPrices, givenLimits, givenTeam, LIMIT_OPTIONS, TEAM_OPTION } from './limit-options.ts';

/** Makes a key and shows it this once: only its hash is kept. */
export const keysCreate: Command = {
  works: 'anywhere',
  summary: 'make a key; it is shown once',
  operands: ['NAME'],
  options: {
    ...LIMIT_OPTIONS,
    team: TEAM_OPTION,
    operator: { help: 'may see the live page and /status, which tell of all calls' },
  },
  run: async (input) => {
    const { operands, options } = input;
    const name = operands[0] ?? '';
    if (!keyName.safeParse(name).success) {
      throw new UsageError("A key's name has 1 to 64 letters, digits, dots, dashes and underscores.");
    }
    const team = givenTeam(options);
    const nowMs = Date.now();
    const target = await input.target();
    const { expiresAt, ...limits } = givenLimits(options, target, nowMs);
    checkPrices(limits, target);
    const keys = await readKeys(target, monthOf(nowMs));
    if (keys.some((key) => key.name === name && key.revokedAt === undefined)) {
      throw new UsageError(`There is a key ${name} already: choose another name, or revoke that one first.`);
    }
    const key = newKey(randomBytes(32));
    const createdAt = new Date(nowMs).toISOString();
    const stored = {
      sha256: sha256Hex(key),
      name,
      createdAt,
      limits,
      ...defined({ team }),
      ...(options.operator === true ? { operator: true as const } : {}),
      ...defined({ expiresAt }),
    };
    await writeKey(target, stored, true);
    return {
      text: `${key}\n\nThis is the key ${name}. Keep it now: it is not stored and cannot be shown again.`,
      json: { key, ...keyView({ ...stored, spentUsd: 0 }) },
    };
  },
};
