import type { Target } from './target.ts';

/** One thing that an operator can do: `nemo keys create NAME --env dev`. One file each, and one line in `commands.ts`. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** Names of what follows the command, in order and all required, as `NAME`. In brackets, as `[URL]`: it may be left out. */
  readonly operands: readonly string[];
  /** Its own options by their long names, beside those that every command has. */
  readonly options: Readonly<Record<string, CommandOption>>;
  /** Does it. Throws `UsageError` for what the operator must change. */
  readonly run: (input: CommandInput) => Promise<CommandOutput>;
}

export interface CommandOption {
  /** What to give it, as `N`; without it the option is a switch. */
  readonly value?: string;
  readonly help: string;
}

export interface CommandInput {
  readonly operands: readonly string[];
  /** The options that were given. */
  readonly options: Readonly<Record<string, string | true | undefined>>;
  /** Finds the environment that `--env` or `--local` names. Rejects with a `UsageError` where it names none. */
  readonly target: () => Promise<Target>;
  /** What is piped in, or typed unseen after the prompt. */
  readonly readInput: (prompt: string) => Promise<string>;
  /** Of the shell. */
  readonly variables: NodeJS.ProcessEnv;
}

/** What a command prints: `text` for people, `json` with `--json`. */
export interface CommandOutput {
  readonly text: string;
  readonly json: unknown;
  /** Whether what was looked at is not as it should be: exit code 1. @default false */
  readonly isBad?: boolean;
}

/** What the operator asked for cannot be done. The message says what to change. */
export class UsageError extends Error {}

/** The text of an option that takes a value. */
export function optionText(options: CommandInput['options'], name: string): string | undefined {
  const given = options[name];
  return given === true ? undefined : given;
}
