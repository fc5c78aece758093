import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CorsSettings } from './adapters/cors.ts';
import { httpsAlone } from './adapters/https-alone.ts';
import { lambdaEnvironment } from './adapters/lambda-environment.ts';
import { gatewayServer } from './adapters/node-http-server.ts';
import { platformRequestIds } from './adapters/platform-request-id.ts';
import { requiredVariable } from './adapters/required-variable.ts';
import { roleCredentials } from './adapters/role-credentials.ts';
import { systemClock } from './adapters/system-clock.ts';
import { parseJson } from './core/wire/json.ts';
import { startGateway } from './start-gateway.ts';
import { startOtlp } from './start-otlp.ts';

// The gateway as a Lambda Web Function: an HTTP server in one process for many calls at once, which the platform starts and ends.

/** Lambda kills the process a second after SIGTERM: calls have this long to end by themselves, and everything this long to be written. */
const GRACE_MS = 500;
const EXIT_MS = 950;
/** A refused body is read to its end up to here; a longer one is answered all the same, and may be lost on the way. */
const DISCARD_BYTES = 32 * 1024 * 1024;
/** Callers at once who wait to be let in, many more than the platform sends to one process. */
const BACKLOG = 1024;

const ids = platformRequestIds();
const environment = lambdaEnvironment(roleCredentials({ variables: process.env, nowMs: systemClock.nowMs }));
const otlp = startOtlp({ ...environment, onError: otlpFailed });
const { gateway, close } = await startGateway(environment, { platformId: ids.take, alsoRecord: otlp?.add });
const { server, drain } = gatewayServer(ids.around(httpsAlone(gateway)), {
  cors: corsSettings(),
  discardBytes: DISCARD_BYTES,
});
process.once('SIGTERM', () => void stop());
const [host, port] = addressOf(requiredVariable('AWS_LAMBDA_HTTP_ENDPOINT'));
server.listen({ host, port, backlog: BACKLOG });
await once(server, 'listening');

async function stop(): Promise<void> {
  await Promise.race([drainAndWrite(), sleep(EXIT_MS)]);
  process.exit(0);
}

async function drainAndWrite(): Promise<void> {
  const cutOff = await drain(GRACE_MS);
  if (cutOff > 0) {
    warn({ message: 'calls were cut off by a restart', cutOff });
  }
  await Promise.all([close(), otlp?.close()]);
}

function otlpFailed(error: unknown): void {
  warn({ message: 'spans or metrics did not reach the OTLP collector', error: String(error) });
}

function warn(said: object): void {
  process.stdout.write(`${JSON.stringify({ version: environment.version, level: 'WARN', ...said })}\n`);
}

/** `host:port`, as Lambda writes it. */
function addressOf(endpoint: string): readonly [host: string, port: number] {
  const colon = endpoint.lastIndexOf(':');
  return [endpoint.slice(0, colon), Number(endpoint.slice(colon + 1))];
}

/** The stack's `aws.cors`, which it has checked, as JSON. */
function corsSettings(): CorsSettings | undefined {
  const text = process.env.NEMO_CORS;
  return text === undefined ? undefined : (parseJson(text) as CorsSettings);
}
