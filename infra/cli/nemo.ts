import { UsageError } from './command.ts';
import { runCommand } from './run-command.ts';

// `npm run nemo -- COMMAND`: the operator's commands. Exit code 2: asked for wrongly; 1: it cannot be done, or a check has failed.
try {
  const { text, exitCode } = await runCommand(process.argv.slice(2), process.env);
  console.log(text);
  process.exitCode = exitCode;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
