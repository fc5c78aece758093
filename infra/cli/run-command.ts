import { parseArgs } from 'node:util';
import { nearestName } from '../../functions/gateway/config/nearest-name.ts';
import { explained } from './aws-problem.ts';
import { type Command, type CommandInput, type CommandOutput, UsageError } from './command.ts';
import { helpOf, helpOfAll } from './command-help.ts';
import { optionsOf } from './command-options.ts';
import { COMMANDS } from './commands.ts';
import { readInput } from './read-input.ts';
import { deployedTarget, findTarget } from './target.ts';

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
    return { text: helpOfAll(commandsOf(name)), exitCode: 0 };
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
    const given = { operands, options, variables, readInput: input };
    const { text, json, isBad = false } = await runWhereItWorks(command, given);
    return { text: options.json === true ? JSON.stringify(json, null, 2) : text, exitCode: isBad ? 1 : 0 };
  } catch (error) {
    throw explained(error);
  }
}

function runWhereItWorks(command: Command, input: CommandInput): Promise<CommandOutput> {
  const { options, variables } = input;
  switch (command.works) {
    case 'anywhere':
      return command.run({ ...input, target: () => findTarget(options, variables) });
    case 'in-aws':
      return command.run({ ...input, target: async () => deployedTarget(options, variables) });
    case 'on-files':
      return command.run(input);
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
  const advice = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  throw new UsageError(`There is no command ${JSON.stringify(asked)}.${advice}\n\n${helpOfAll(commandsOf(''))}`);
}

function parse(name: string, command: Command, args: readonly string[]): Pick<CommandInput, 'options' | 'operands'> {
  const options = Object.fromEntries(
    Object.entries(optionsOf(command)).map(([option, { value }]) => [
      option,
      { type: value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: true });
    return { operands: parsed.positionals, options: Object.fromEntries(Object.entries(parsed.values).map(only)) };
  } catch (error) {
    throw new UsageError(`${problemOf(error, command)}\n\n${helpOf(name, command)}`);
  }
}

/** What Node says of the words; of `--local` where a command does not work there, what to do instead. */
function problemOf(error: unknown, command: Command): string {
  // Node goes on with how to name a file that begins with a dash.
  const message = (error instanceof Error ? error.message : String(error)).replace(/\. To specify .*$/s, '.');
  return command.works === 'in-aws' && message.includes("'--local'")
    ? `${command.locally} Give --env NAME for an environment in AWS.`
    : message;
}

/** `parseArgs` types its values for lists too, which no option here is. */
function only([name, value]: [string, unknown]): [string, string | true | undefined] {
  return [name, typeof value === 'string' || value === true ? value : undefined];
}

/** All commands where nothing was typed; those of `keys` for `keys`. */
function commandsOf(group: string): readonly (readonly [string, Command])[] {
  return [...COMMANDS].filter(([name]) => group === '' || name.startsWith(`${group} `));
}
