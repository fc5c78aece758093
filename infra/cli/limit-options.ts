import { keyLimitsSchema } from '../../functions/gateway/config/key-schema.ts';
import { keyName } from '../../functions/gateway/config/name-schemas.ts';
import { schemaProblems } from '../../functions/gateway/config/schema-problems.ts';
import { unpricedDeployments, unpricedMessage } from '../../functions/gateway/config/unpriced-deployments.ts';
import type { KeyLimits } from '../../functions/gateway/core/model/key-limits.ts';
import { modelDirectory } from '../../functions/gateway/core/routing/model-directory.ts';
import { type CommandInput, type CommandOption, optionText, UsageError } from './command.ts';
import { lengthOfTimeMs } from './length-of-time.ts';
import type { Target } from './target.ts';

/** Says who pays for a key. */
export const TEAM_OPTION: CommandOption = { value: 'TEAM', help: 'who pays for its calls: costs --by team' };

/** The options that limit a key. */
export const LIMIT_OPTIONS: Readonly<Record<string, CommandOption>> = {
  models: { value: 'A,B', help: 'routes, deployments or vendor model ids that it may ask for' },
  'requests-per-minute': { value: 'N', help: 'over all instances' },
  'tokens-per-minute': { value: 'N', help: 'prompts and answers together' },
  'calls-at-once': { value: 'N', help: 'calls under way at once, of each process (not of a fleet)' },
  'usd-per-month': { value: 'N', help: 'US dollars a calendar month, UTC' },
  expires: { value: 'WHEN', help: 'an instant as 2027-01-31T00:00:00Z, or a time from now as 90d or 12h' },
};

/** Who pays for a key, as `--team` names them. Throws `UsageError`. */
export function givenTeam(options: CommandInput['options']): string | undefined {
  const team = optionText(options, 'team');
  if (team !== undefined && !keyName.safeParse(team).success) {
    throw new UsageError(
      `--team takes 1 to 64 letters, digits, dots, dashes and underscores; not ${JSON.stringify(team)}.`,
    );
  }
  return team;
}

/** Reads and checks the options that limit a key: only what was given. Throws `UsageError`. */
export function givenLimits(options: CommandInput['options'], target: Target, nowMs: number) {
  const models = optionText(options, 'models')
    ?.split(',')
    .map((name) => name.trim());
  const expires = optionText(options, 'expires');
  const given = {
    models,
    requestsPerMinute: numberOf(options, 'requests-per-minute'),
    tokensPerMinute: numberOf(options, 'tokens-per-minute'),
    usdPerMonth: numberOf(options, 'usd-per-month'),
    callsAtOnce: numberOf(options, 'calls-at-once'),
    expiresAt: expires === undefined ? undefined : instantOf(expires, nowMs),
  };
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const parsed = keyLimitsSchema.safeParse(present, { reportInput: true });
  if (!parsed.success) {
    const [problem] = schemaProblems(keyLimitsSchema, parsed.error.issues);
    throw new UsageError(`${problem?.path} ${problem?.message}.`);
  }
  const known = modelDirectory(target.config).routes;
  const unknown = models?.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `${JSON.stringify(unknown)} is nothing that ${target.name} serves. It serves ${[...known.keys()].join(', ')}.`,
    );
  }
  return parsed.data;
}

/** Throws `UsageError` where a limit of money would not hold, because the key may use a deployment that has no price. */
export function checkPrices({ models, usdPerMonth }: KeyLimits, { config, name }: Target): void {
  const [unpriced] = usdPerMonth === undefined ? [] : unpricedDeployments(config, models);
  if (unpriced !== undefined) {
    throw new UsageError(
      `--usd-per-month ${unpricedMessage(unpriced)}. Give it one in the file of ${name} (0 is a price too), or say --models.`,
    );
  }
}

function numberOf(options: CommandInput['options'], name: string): number | undefined {
  const text = optionText(options, name);
  if (text === undefined) {
    return undefined;
  }
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new UsageError(`--${name} must be a number; it is ${JSON.stringify(text)}.`);
  }
  return value;
}

/** ISO 8601 in UTC, of an instant or of a time from now. */
function instantOf(text: string, nowMs: number): string {
  const lengthMs = lengthOfTimeMs(text);
  const atMs = lengthMs === undefined ? Date.parse(text) : nowMs + lengthMs;
  if (Number.isNaN(atMs) || atMs <= nowMs) {
    throw new UsageError(
      `--expires must be an instant to come, as 2027-01-31T00:00:00Z or 90d; it is ${JSON.stringify(text)}.`,
    );
  }
  return new Date(atMs).toISOString();
}
