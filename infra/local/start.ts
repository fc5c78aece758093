import { randomBytes } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { resolve } from 'node:path';
import type { Credentials } from '../../functions/gateway/adapters/credentials.ts';
import { newKey } from '../../functions/gateway/adapters/key-form.ts';
import { systemClock } from '../../functions/gateway/adapters/system-clock.ts';
import { problemLine } from '../../functions/gateway/config/config-problem.ts';
import { configWarnings } from '../../functions/gateway/config/config-warnings.ts';
import { embeddedMetricLines } from '../../functions/gateway/core/metrics/embedded-metric-lines.ts';
import { defined } from '../../functions/gateway/core/model/defined.ts';
import type { GatewayConfig } from '../../functions/gateway/core/model/gateway-config.ts';
import type { RequestRecord } from '../../functions/gateway/core/model/request-record.ts';
import type { LivePage } from '../../functions/gateway/core/serve/ports.ts';
import { assemblePage } from '../../functions/gateway/page/assemble-page.ts';
import { pageAnswer } from '../../functions/gateway/page/page-answer.ts';
import { startOtlp } from '../../functions/gateway/start-otlp.ts';
import { composeProber } from '../../functions/probe/compose-prober.ts';
import { probeLines } from '../../functions/probe/core/probe-lines.ts';
import type { ProbeRun } from '../../functions/probe/core/prober.ts';
import { banner } from './banner.ts';
import { credentialWarnings } from './credential-warnings.ts';
import { listenToKeys } from './keyboard.ts';
import {
  ConfigError,
  configFromEnvironment,
  configFromFile,
  configFromSimulation,
  type LocalConfig,
  simulatedCredentials,
} from './local-config.ts';
import { localControls } from './local-controls.ts';
import { probeIntervalMs, probeRunLine, startLocalProber } from './local-prober.ts';
import { localSigner } from './local-signer.ts';
import { startLocalSystem } from './local-system.ts';
import { requestLine } from './request-line.ts';
import { type SimulatedProviders, startSimulatedProviders } from './simulated/simulated-providers.ts';
import { startOptions } from './start-options.ts';
import { unreachableProviders } from './unreachable-provider.ts';

const DEFAULT_PORT = 8787;
const DEFAULT_METRICS_FILE = 'nemo-metrics.log';
/** What calls under way have to end by themselves when the system is stopped; a second Ctrl-C ends it at once. */
const GRACE_MS = 3000;

/** Codes of the system's, for people. */
const PORT_PROBLEMS: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'is taken by another program'],
  ['EACCES', 'may not be used by this user'],
]);

interface Chosen extends LocalConfig {
  readonly simulated?: SimulatedProviders;
}

try {
  const options = startOptions(process.argv.slice(2), process.env);
  await (options.kind === 'help' ? console.log(options.text) : start(options.configFile));
} catch (error) {
  const problem = problemOf(error);
  if (problem === undefined) {
    throw error;
  }
  console.error(problem);
  // What listens already would keep the process alive.
  process.exit(1);
}

async function start(configFile: string | undefined): Promise<void> {
  const port = portNumber();
  const { config, cors, simulated } = await choose(configFile);
  const key = chosenKey() ?? newKey(randomBytes(32));
  const { metricsFile, metrics } = metricsStream();
  const known = simulatedCredentials(simulated?.vendors ?? []);
  const credentials: Credentials = async (name) => known.get(name) ?? process.env[name];
  await warnOf(config, credentials);
  const outside = { credentials, sign: localSigner(), onStoreError };
  const otlp = startOtlp({ config, credentials, name: 'local', onError: otlpFailed });
  const listening = Promise.withResolvers<string>();
  const system = await startLocalSystem({
    config: { ...config, statusPage: true },
    page: localPage(simulated !== undefined),
    key,
    port,
    ...outside,
    metricsFile,
    onRecord: recordTeller(simulated !== undefined, (record) => {
      metrics.write(metricText(record));
      otlp?.add(record);
    }),
    hosts: (process.env.NEMO_HOSTS ?? '').split(',').filter((name) => name !== ''),
    ...defined({ cors }),
    ...(simulated === undefined ? {} : { sideRoute: localControls(simulated, { baseUrl: listening.promise, key }) }),
  });
  listening.resolve(system.baseUrl);
  const { client: dynamoDb, statisticsTable } = system.dynamoDb;
  const stopProber = startLocalProber({
    run: composeProber({ config, dynamoDb, statisticsTable, ...outside }),
    everyMs: probeIntervalMs(process.env.NEMO_PROBE_SECONDS, simulated !== undefined),
    clock: systemClock,
    onRun: (done) => reportRun(done, metrics),
  });
  console.log(banner({ baseUrl: system.baseUrl, key, config, isSimulated: simulated !== undefined, metricsFile }));
  const stop = (): void => {
    // Requests that are cut off are recorded too: the file is closed last.
    stopProber();
    const closed = system.close(GRACE_MS).then(() => Promise.all([simulated?.close(), otlp?.close()]));
    void closed.then(() => metrics.end(() => process.exit(0)));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  if (simulated !== undefined) {
    listenToKeys(simulated, stop);
  }
}

/** Tells people of each request, then keeps its record. Simulated providers are taken down on purpose: nobody is told of those. */
function recordTeller(isSimulated: boolean, keep: (record: RequestRecord) => void): (record: RequestRecord) => void {
  const unreachable = unreachableProviders(!isSimulated);
  return (record) => {
    console.log(requestLine(record));
    warn(unreachable(record));
    keep(record);
  };
}

async function warnOf(config: GatewayConfig, credentials: Credentials): Promise<void> {
  const ofConfig = configWarnings(config).map(problemLine);
  for (const warning of [...ofConfig, ...(await credentialWarnings(config, credentials))]) {
    warn(warning);
  }
}

function warn(text: string | undefined): void {
  if (text !== undefined) {
    console.error(`Warning: ${text}`);
  }
}

function otlpFailed(error: unknown): void {
  console.error(`Spans or metrics did not reach the OTLP collector: ${String(error)}`);
}

function onStoreError(operation: string, error: unknown): void {
  console.error(`DynamoDB did not ${operation}: ${String(error)}`);
}

function metricsStream(): { readonly metricsFile: string; readonly metrics: WriteStream } {
  const metricsFile = resolve(process.env.NEMO_METRICS_FILE || DEFAULT_METRICS_FILE);
  const metrics = createWriteStream(metricsFile, { flags: 'a' });
  metrics.on('error', (error) =>
    console.error(`Metrics are lost: ${error.message}. NEMO_METRICS_FILE names the file.`),
  );
  return { metricsFile, metrics };
}

function reportRun(run: ProbeRun, metrics: WriteStream): void {
  const line = probeRunLine(run);
  if (line !== undefined) {
    console.log(line);
  }
  metrics.write(textOf(probeLines(run, 'local', Date.now())));
}

/** Loopback costs nothing, so the page asks every second. It shows no data without the key, which its address in the banner carries. */
function localPage(isSimulated: boolean): LivePage {
  const answer = pageAnswer(assemblePage({ pollMs: 1000, controls: isSimulated ? '/local' : '' }));
  return async () => answer;
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

/** A key that can stand in a header and behind the `#` of the page's address as it is. Empty, as shells pass what is unset, is none. */
function chosenKey(): string | undefined {
  const key = process.env.NEMO_KEY || undefined;
  if (key !== undefined && !/^[\w.~-]+$/.test(key)) {
    throw new ConfigError('NEMO_KEY may have letters, digits and . _ ~ - only, as in: NEMO_KEY=nemo_local npm start');
  }
  return key;
}

function portNumber(): number {
  const port = Number(process.env.PORT || DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ConfigError(`PORT must be a whole number from 0 to 65535; it is ${JSON.stringify(process.env.PORT)}.`);
  }
  return port;
}

/** What to change, where the failure is the user's to mend; `undefined` for a bug. */
function problemOf(error: unknown): string | undefined {
  if (error instanceof ConfigError) {
    return error.message;
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const reason = typeof code === 'string' ? PORT_PROBLEMS.get(code) : undefined;
  return reason === undefined
    ? undefined
    : `Port ${portNumber()} ${reason}. Choose another, as in: PORT=8788 npm start`;
}

function metricText(record: RequestRecord): string {
  return textOf(embeddedMetricLines(record, 'local', Date.now()));
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
