import type { Command } from './command.ts';
import { type PreflightCheck, preflightChecks } from './preflight-checks.ts';
import { textTable } from './text-table.ts';

/** Says before a deployment what it would fail at. Changes nothing. */
export const preflight: Command = {
  works: 'in-aws',
  locally: 'The local system needs no account.',
  summary: 'whether the account can take the environment: quotas of its form, bootstrap, names, models of Bedrock',
  operands: [],
  options: {},
  run: async ({ target: find }) => {
    const target = await find();
    const checks = await preflightChecks(target);
    const bad = checks.filter(({ isGood }) => !isGood);
    const rows = checks.map(({ name, isGood, detail }) => [isGood ? 'ok' : 'NO', name, detail]);
    const verdict = bad.length === 0 ? 'Nothing known stands in the way.' : mending(bad);
    const text = [textTable([['', 'CHECK', 'SEEN'], ...rows]), '', verdict].join('\n');
    return { text, json: { region: target.aws.region, checks }, isBad: bad.length > 0 };
  },
};

function mending(bad: readonly PreflightCheck[]): string {
  return bad.map(({ name, mend }) => `${name}: ${mend}`).join('\n');
}
