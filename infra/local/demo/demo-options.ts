import { parseArgs } from 'node:util';

/** What `npm run demo` is asked for. */
export interface DemoOptions {
  readonly seed: number;
  /** How long calls are made for. */
  readonly seconds: number;
  /** The plot's file. */
  readonly out: string;
  /** Whether the figures are printed as JSON. */
  readonly json: boolean;
}

/** An option that cannot be used. The message says what to change. */
export class OptionError extends Error {}

const DEFAULTS = { seed: '1', seconds: '60', out: 'demo.svg' } as const;
const MAX_SECONDS = 3_600;

/** What there is to ask for. */
export const DEMO_USAGE = [
  'npm run demo -- [--seconds N] [--seed N] [--out FILE] [--json]',
  '  The same calls through three gateways over simulated providers, as a table and a plot.',
  '  --seconds  how long calls are made for (default 60)',
  '  --seed     another number, other luck (default 1)',
  '  --out      where the plot goes (default demo.svg)',
  '  --json     print the figures as JSON',
].join('\n');

/** Reads the options. Throws `OptionError`. */
export function demoOptions(args: readonly string[]): DemoOptions {
  const { seed, seconds, out, json } = given(args);
  return {
    seed: wholeNumber('seed', seed ?? DEFAULTS.seed, { least: 0, most: 2 ** 31 - 1 }),
    seconds: wholeNumber('seconds', seconds ?? DEFAULTS.seconds, { least: 1, most: MAX_SECONDS }),
    out: out ?? DEFAULTS.out,
    json: json ?? false,
  };
}

function given(args: readonly string[]): { seed?: string; seconds?: string; out?: string; json?: boolean } {
  const text = { type: 'string' } as const;
  try {
    const options = { seed: text, seconds: text, out: text, json: { type: 'boolean' } } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new OptionError(`${error instanceof Error ? error.message : String(error)}\n${DEMO_USAGE}`);
  }
}

function wholeNumber(name: string, text: string, { least, most }: { least: number; most: number }): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new OptionError(`--${name} must be a whole number from ${least} to ${most}; it is ${text}.\n${DEMO_USAGE}`);
  }
  return value;
}
