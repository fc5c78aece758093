import { parseArgs } from 'node:util';
import { ConfigError } from './local-config.ts';

/** What `npm start` is asked for. */
export type StartOptions =
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'start'; readonly configFile: string | undefined };

const USAGE = `npm start -- [--config FILE]
  The gateway on this machine, with a live page; nothing else is needed. It calls the vendors whose credentials it finds
  (OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, AWS's), and where it finds none three simulated ones.

  --config FILE  a configuration, as infra/environments/dev.json (or NEMO_CONFIG=FILE)

  PORT=8787              where it listens
  NEMO_KEY=nemo_local    the key that callers give; without it a new one
  NEMO_HOSTS=NAME,NAME   further names that it answers to, beside 127.0.0.1 and localhost
  NEMO_METRICS_FILE=FILE where the log lines go (nemo-metrics.log)
  NEMO_PROBE_SECONDS=60  looks at real providers that nobody calls, which spends tokens`;

/** Reads the words behind `npm start --`. Throws `ConfigError`. */
export function startOptions(args: readonly string[], variables: NodeJS.ProcessEnv): StartOptions {
  try {
    const options = { config: { type: 'string' }, help: { type: 'boolean' } } as const;
    const { values } = parseArgs({ args: [...args], options });
    return values.help === true
      ? { kind: 'help', text: USAGE }
      : { kind: 'start', configFile: values.config ?? (variables.NEMO_CONFIG || undefined) };
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}
