import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../../functions/gateway/adapters/system-clock.ts';
import { embeddedMetricLines } from '../../functions/gateway/core/metrics/embedded-metric-lines.ts';
import type { RequestRecord } from '../../functions/gateway/core/metrics/request-record.ts';
import { banner } from './banner.ts';
import { listenToKeys } from './keyboard.ts';
import {
  ConfigError,
  configFromEnvironment,
  configFromFile,
  configFromSimulation,
  type LocalConfig,
  simulatedCredentials,
} from './local-config.ts';
import { localSigner } from './local-signer.ts';
import { startLocalSystem } from './local-system.ts';
import { providerControls } from './provider-controls.ts';
import { requestLine } from './request-line.ts';
import { type SimulatedProviders, startSimulatedProviders } from './simulated/simulated-providers.ts';

const DEFAULT_PORT = 8787;
const DEFAULT_METRICS_FILE = 'nemo-metrics.log';

interface Chosen extends LocalConfig {
  readonly simulated?: SimulatedProviders;
}

try {
  await start();
} catch (error) {
  if (!(error instanceof ConfigError) && !isPortTaken(error)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = 1;
}

async function start(): Promise<void> {
  const { config, cors, simulated } = await choose(configFile());
  const key = process.env.NEMO_KEY ?? `nemo_${randomBytes(32).toString('base64url')}`;
  const metricsFile = resolve(process.env.NEMO_METRICS_FILE ?? DEFAULT_METRICS_FILE);
  const metrics = createWriteStream(metricsFile, { flags: 'a' });
  const known = simulatedCredentials(simulated?.vendors ?? []);
  const system = await startLocalSystem({
    config,
    key,
    port: portNumber(),
    credentials: async (name) => known.get(name) ?? process.env[name],
    sign: localSigner(),
    onRecord: (record) => {
      console.log(requestLine(record));
      metrics.write(metricText(record));
    },
    onStoreError: (operation, error) => console.error(`DynamoDB did not ${operation}: ${String(error)}`),
    ...(cors === undefined ? {} : { cors }),
    ...(simulated === undefined ? {} : { sideRoute: providerControls(simulated) }),
  });
  console.log(banner({ baseUrl: system.baseUrl, key, config, isSimulated: simulated !== undefined, metricsFile }));
  const stop = (): void => {
    metrics.end();
    void Promise.all([system.close(), simulated?.close()]).then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  if (simulated !== undefined) {
    listenToKeys(simulated, stop);
  }
}

function configFile(): string | undefined {
  try {
    const { values } = parseArgs({ options: { config: { type: 'string' } } });
    return values.config ?? process.env.NEMO_CONFIG;
  } catch (error) {
    throw new ConfigError(
      `${error instanceof Error ? error.message : String(error)}. The one option is --config FILE.`,
    );
  }
}

/** The given file, else the vendors whose credentials are there, else simulated ones. */
async function choose(file: string | undefined): Promise<Chosen> {
  if (file !== undefined) {
    return configFromFile(file);
  }
  const found = configFromEnvironment(process.env);
  if (found !== undefined) {
    return { config: found };
  }
  const simulated = await startSimulatedProviders({ clock: systemClock, random: Math.random });
  return { config: configFromSimulation(simulated.vendors), simulated };
}

function portNumber(): number {
  const port = Number(process.env.PORT ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ConfigError(`PORT must be a whole number from 0 to 65535; it is ${JSON.stringify(process.env.PORT)}.`);
  }
  return port;
}

function isPortTaken(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function metricText(record: RequestRecord): string {
  return embeddedMetricLines(record, 'local', Date.now())
    .map((line) => `${line}\n`)
    .join('');
}
