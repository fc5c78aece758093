import { parseArgs } from 'node:util';
import { nearestName } from '../../functions/gateway/config/nearest-name.ts';
import { explained } from './aws-problem.ts';
import { type Command, type CommandInput, type CommandOption, UsageError } from './command.ts';
import { COMMANDS } from './commands.ts';
import { readInput } from './read-input.ts';
import { findTarget, type Target } from './target.ts';

/** What every command takes. */
export const SHARED_OPTIONS: Readonly<Record<string, CommandOption>> = {
  env: { value: 'NAME', help: 'the environment in AWS: a file of infra/environments' },
  local: { value: 'URL', help: 'or the system of npm start, as http://127.0.0.1:8787' },
  region: { value: 'REGION', help: 'where it is; without it: its file, then AWS_REGION' },
  endpoint: { value: 'URL', help: "an emulator in AWS's place; without it: AWS_ENDPOINT_URL" },
  json: { help: 'print JSON' },
  help: { help: 'say what there is' },
};

/** What to print, and the process's exit code. */
export interface CommandResult {
  readonly text: string;
  readonly exitCode: 0 | 1;
}

/** Runs the command that the operator has typed. Throws `UsageError`, or an error that says what to do where AWS fails. */
export async function runCommand(
  words: readonly string[],
  variables: NodeJS.ProcessEnv,
  input: CommandInput['readInput'] = readInput,
): Promise<CommandResult> {
  const { name, command, rest } = findCommand(words);
  if (command === undefined) {
    return { text: help(commandsOf(name)), exitCode: 0 };
  }
  const { options, operands } = parse(name, command, rest);
  if (options.help === true) {
    return { text: helpOf(name, command), exitCode: 0 };
  }
  const required = command.operands.filter((operand) => !operand.startsWith('['));
  if (operands.length < required.length || operands.length > command.operands.length) {
    throw new UsageError(`nemo ${name} takes ${command.operands.join(' ') || 'no names'}.\n\n${helpOf(name, command)}`);
  }
  try {
    const target = (): Promise<Target> => findTarget(options, variables);
    const { text, json, isBad = false } = await command.run({ operands, options, target, variables, readInput: input });
    return { text: options.json === true ? JSON.stringify(json, null, 2) : text, exitCode: isBad ? 1 : 0 };
  } catch (error) {
    throw explained(error);
  }
}

interface Found {
  readonly name: string;
  readonly command?: Command;
  readonly rest: readonly string[];
}

function findCommand(words: readonly string[]): Found {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(' ');
    const command = COMMANDS.get(name);
    if (command !== undefined) {
      return { name, command, rest: words.slice(length) };
    }
  }
  const asked = words.filter((word) => !word.startsWith('-')).join(' ');
  if (commandsOf(asked).length > 0) {
    return { name: asked, rest: [] };
  }
  const nearest = nearestName(asked, [...COMMANDS.keys()]);
  throw new UsageError(
    `There is no command ${JSON.stringify(asked)}.${nearest ? ` Did you mean ${nearest}?` : ''}\n\n${help(commandsOf(''))}`,
  );
}

function parse(name: string, command: Command, args: readonly string[]): Pick<CommandInput, 'options' | 'operands'> {
  const known = { ...command.options, ...SHARED_OPTIONS };
  const options = Object.fromEntries(
    Object.entries(known).map(([option, { value }]) => [
      option,
      { type: value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: true });
    return { operands: parsed.positionals, options: Object.fromEntries(Object.entries(parsed.values).map(only)) };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${helpOf(name, command)}`);
  }
}

/** `parseArgs` types its values for lists too, which no option here is. */
function only([name, value]: [string, unknown]): [string, string | true | undefined] {
  return [name, typeof value === 'string' || value === true ? value : undefined];
}

/** All commands where nothing was typed; those of `keys` for `keys`. */
function commandsOf(group: string): readonly (readonly [string, Command])[] {
  return [...COMMANDS].filter(([name]) => group === '' || name.startsWith(`${group} `));
}

function help(commands: readonly (readonly [string, Command])[]): string {
  const width = Math.max(...commands.map(([name, command]) => usage(name, command).length));
  const lines = commands.map(([name, command]) => `  ${usage(name, command).padEnd(width)}  ${command.summary}`);
  return [
    'Usage: npm run nemo -- COMMAND --env NAME (or --local URL)',
    '',
    ...lines,
    '',
    ...optionLines(SHARED_OPTIONS),
  ].join('\n');
}

function helpOf(name: string, command: Command): string {
  const lines = optionLines({ ...command.options, ...SHARED_OPTIONS });
  return [
    `Usage: npm run nemo -- ${usage(name, command)} --env NAME (or --local URL)`,
    command.summary,
    '',
    ...lines,
  ].join('\n');
}

function usage(name: string, { operands }: Command): string {
  return [name, ...operands].join(' ');
}

function optionLines(options: Readonly<Record<string, CommandOption>>): readonly string[] {
  const entries = Object.entries(options).map(
    ([name, { value, help: text }]) => [`--${name}${value === undefined ? '' : ` ${value}`}`, text] as const,
  );
  const width = Math.max(...entries.map(([left]) => left.length));
  return entries.map(([left, text]) => `  ${left.padEnd(width)}  ${text}`);
}
