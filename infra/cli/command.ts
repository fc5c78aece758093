import type { DeployedTarget, Target } from './target.ts';

/** One thing that an operator can do: `nemo keys create NAME --env dev`. One file each, and one line in `commands.ts`. */
export type Command = CommandText & (CommandAnywhere | CommandInAws | CommandOnFiles);

interface CommandText {
  /** One line for the list of commands. */
  readonly summary: string;
  /** Names of what follows the command, in order and all required, as `NAME`. In brackets, as `[URL]`: it may be left out. */
  readonly operands: readonly string[];
  /** Its own options by their long names, beside those of where it works. */
  readonly options: Readonly<Record<string, CommandOption>>;
}

/** Works on an environment in AWS and on the system of `npm start`. `run` throws `UsageError` for what the operator must change. */
interface CommandAnywhere {
  readonly works: 'anywhere';
  readonly run: (input: CommandInput & PlaceOf<Target>) => Promise<CommandOutput>;
}

/** Works on an environment in AWS alone. */
interface CommandInAws {
  readonly works: 'in-aws';
  /** What to do instead on a laptop: a sentence for who gives `--local`. */
  readonly locally: string;
  readonly run: (input: CommandInput & PlaceOf<DeployedTarget>) => Promise<CommandOutput>;
}

/** Works on files of this machine, and on no gateway. */
interface CommandOnFiles {
  readonly works: 'on-files';
  readonly run: (input: CommandInput) => Promise<CommandOutput>;
}

/** Where a command works. */
export type Works = Command['works'];

export interface PlaceOf<Place extends Target> {
  /** Finds the environment that the options name. Rejects with a `UsageError` where they name none. */
  readonly target: () => Promise<Place>;
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
