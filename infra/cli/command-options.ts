import type { Command, CommandOption, Works } from './command.ts';

type Options = Readonly<Record<string, CommandOption>>;

const ENV: CommandOption = { value: 'NAME', help: 'the environment in AWS: a file of infra/environments' };
const LOCAL: CommandOption = { value: 'URL', help: 'or the system of npm start, as http://127.0.0.1:8787' };
const AWS: Options = {
  region: { value: 'REGION', help: 'where it is; without it: its file, then AWS_REGION' },
  endpoint: { value: 'URL', help: "an emulator in AWS's place; without it: AWS_ENDPOINT_URL" },
};

/** What every command takes. */
const ALWAYS: Options = { json: { help: 'print JSON' }, help: { help: 'say what there is' } };

/** What says where a command is to work. */
const PLACES: Readonly<Record<Works, Options>> = {
  anywhere: { env: ENV, local: LOCAL, ...AWS },
  'in-aws': { env: ENV, ...AWS },
  'on-files': {},
};

/** Every option that a command takes, by its long name: its own, where it is to work, and how to print. */
export function optionsOf({ options, works }: Pick<Command, 'options' | 'works'>): Options {
  return { ...options, ...PLACES[works], ...ALWAYS };
}
