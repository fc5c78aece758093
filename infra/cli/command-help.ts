import type { Command, CommandOption, Works } from './command.ts';
import { optionsOf } from './command-options.ts';

type NamedCommand = readonly [name: string, command: Command];

const PLACE_WORDS: Readonly<Record<Works, string>> = {
  anywhere: ' --env NAME (or --local URL)',
  'in-aws': ' --env NAME',
  'on-files': '',
};

/** What `--help` says of several commands: a line each, then the options that say where and how. */
export function helpOfAll(commands: readonly NamedCommand[]): string {
  const width = Math.max(...commands.map(([name, command]) => usage(name, command).length));
  const lines = commands.map(([name, command]) => `  ${usage(name, command).padEnd(width)}  ${command.summary}`);
  const options = optionsOf({ options: {}, works: 'anywhere' });
  const shared = Object.entries(options).map(([name, option]) => {
    const without = commands.filter(([, command]) => !(name in optionsOf(command))).map(([one]) => one);
    const help = without.length === 0 ? option.help : `${option.help} (not of ${without.join(', ')})`;
    return [name, { ...option, help }] as const;
  });
  return [
    'Usage: npm run nemo -- COMMAND --env NAME (or --local URL)',
    '',
    ...lines,
    '',
    ...optionLines(shared),
    '',
    'COMMAND --help tells what else a command takes.',
  ].join('\n');
}

/** What `--help` says of one command: how it is called, what it does and every option that it takes. */
export function helpOf(name: string, command: Command): string {
  const lines = optionLines(Object.entries(optionsOf(command)));
  const call = `Usage: npm run nemo -- ${usage(name, command)}${PLACE_WORDS[command.works]}`;
  return [call, command.summary, '', ...lines].join('\n');
}

function usage(name: string, { operands }: Command): string {
  return [name, ...operands].join(' ');
}

function optionLines(options: readonly (readonly [name: string, option: CommandOption])[]): readonly string[] {
  const entries = options.map(
    ([name, { value, help }]) => [`--${name}${value === undefined ? '' : ` ${value}`}`, help] as const,
  );
  const width = Math.max(...entries.map(([left]) => left.length));
  return entries.map(([left, text]) => `  ${left.padEnd(width)}  ${text}`);
}
