import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type Command, type CommandInput, UsageError } from '../../../infra/cli/command.ts';
import { optionsOf } from '../../../infra/cli/command-options.ts';
import { COMMANDS } from '../../../infra/cli/commands.ts';
import { runCommand } from '../../../infra/cli/run-command.ts';

/** Every option that any command takes. */
const ALL = new Map([...COMMANDS.values()].flatMap((command) => Object.entries(optionsOf(command))));

const PLACES = ['env', 'local', 'region', 'endpoint'];

/** What every command takes for its names. */
const NAMES: Readonly<Record<string, string>> = { FILE: '/nowhere/config.yaml' };

class Looked extends Error {}

describe('the operator command', () => {
  for (const [name, command] of COMMANDS) {
    it(`${name} says in its help each option that it takes, and no other`, async () => {
      const { text } = await runCommand([...name.split(' '), '--help'], {});
      const told = [...text.matchAll(/^ {2}--([a-z-]+)/gm)].map(([, option = '']) => option);
      const taken = await Promise.all([...ALL].map(async ([option, { value }]) => takes(name, option, value)));
      assert.deepEqual(told.toSorted(), [...ALL.keys()].filter((_, index) => taken[index]).toSorted());
    });

    it(`${name} looks for an environment if its help names --env, and else for none`, async () => {
      const isNamed = 'env' in optionsOf(command);
      assert.equal(await looksForItsEnvironment(command), isNamed);
      assert.deepEqual(
        PLACES.filter((option) => option in optionsOf(command)),
        { anywhere: PLACES, 'in-aws': ['env', 'region', 'endpoint'], 'on-files': [] }[command.works],
      );
    });

    it(`${name} reads each of its own options`, () => {
      const source = sourceOf(name);
      for (const option of Object.keys(command.options)) {
        assert.match(source, new RegExp(`'${option}'|options\\.${option}\\b`), option);
      }
    });
  }

  it('that works in AWS alone says what to do on a laptop instead', async () => {
    for (const [name, command] of COMMANDS) {
      if (command.works === 'in-aws') {
        const words = [...name.split(' '), ...command.operands.map(() => 'any'), '--local', 'http://127.0.0.1:1'];
        await assert.rejects(runCommand(words, {}), (error) => {
          assert.ok(error instanceof UsageError);
          return error.message.startsWith(command.locally);
        });
      }
    }
  });

  it('that is given two places says that they exclude each other', async () => {
    const url = 'http://127.0.0.1:1';
    for (const place of ['env', 'region', 'endpoint']) {
      await assert.rejects(runCommand(['health', '--local', url, `--${place}`, 'dev'], {}), /not both/);
    }
    for (const place of PLACES) {
      await assert.rejects(runCommand(['smoke', url, '--key', 'any', `--${place}`, url], {}), /not two of them/);
    }
  });
});

/** Whether the words are read, whatever comes of them. `--help` behind them keeps the command from being run. */
async function takes(name: string, option: string, value: string | undefined): Promise<boolean> {
  const given = value === undefined ? [`--${option}`] : [`--${option}`, 'any'];
  try {
    await runCommand([...name.split(' '), ...given, '--help'], {});
    return true;
  } catch (error) {
    assert.ok(error instanceof UsageError);
    return false;
  }
}

async function looksForItsEnvironment(command: Command): Promise<boolean> {
  const input: CommandInput = {
    operands: command.operands.filter((operand) => !operand.startsWith('[')).map((operand) => NAMES[operand] ?? 'any'),
    options: { key: 'any' },
    variables: {},
    readInput: async () => 'any',
  };
  const target = async (): Promise<never> => {
    throw new Looked();
  };
  try {
    await command.run({ ...input, target });
  } catch (error) {
    return error instanceof Looked;
  }
  return false;
}

/** The command's file, and that of the limits which two of them share. */
function sourceOf(name: string): string {
  return [`${name.replace(' ', '-')}.ts`, 'limit-options.ts']
    .map((file) => readFileSync(new URL(`../../../infra/cli/${file}`, import.meta.url), 'utf8'))
    .join('\n');
}
