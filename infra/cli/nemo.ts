import { UsageError } from './command.ts';
import { runCommand } from './run-command.ts';

// `npm run nemo -- COMMAND`: the operator's commands. Exit code 2: asked for wrongly; 1: AWS did not do it.
try {
  console.log(await runCommand(process.argv.slice(2), process.env));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
