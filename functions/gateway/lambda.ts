import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import middy from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse';
import type { Context, LambdaFunctionURLEvent } from 'aws-lambda';
import { dynamoDbKeys } from './adapters/dynamodb/dynamodb-keys.ts';
import { lambdaEnvironment } from './adapters/lambda-environment.ts';
import { lambdaRequest } from './adapters/lambda-request.ts';
import { requiredVariable } from './adapters/required-variable.ts';
import { systemClock } from './adapters/system-clock.ts';
import type { Credentials } from './adapters/undici-dial.ts';
import { composeGateway } from './compose-gateway.ts';
import type { GatewayConfig } from './core/config/gateway-config.ts';
import type { Gateway } from './core/gateway/gateway.ts';
import type { LivePage } from './core/gateway/ports.ts';
import { embeddedMetricLines } from './core/metrics/embedded-metric-lines.ts';
import { pageAnswer } from './page/page-answer.ts';

/** The gateway as a streaming Lambda function behind a Function URL. What is made here is made once an instance, before its first request. */
const gateway = await startGateway();

/** What is still to be done when a response's stream has ended, by its event. */
const unfinished = new Map<unknown, () => Promise<void>>();

interface StreamedResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

async function handle(event: LambdaFunctionURLEvent, context: Context): Promise<StreamedResponse> {
  const { status, headers, body, afterEnd } = await gateway(lambdaRequest(event, context));
  unfinished.set(event, afterEnd);
  // Not as a string: middy cuts long ones into pieces of 16384 UTF-16 units, and with them characters in two.
  return { statusCode: status, headers, body: Readable.from(typeof body === 'string' ? [body] : body) };
}

export const handler = middy(handle, {
  // Its types say `() => void`; it is the mode that the option wants.
  executionMode: executionModeStreamifyResponse,
  // The gateway keeps a reserve of Lambda's time itself.
  timeoutEarlyInMillis: 0,
  // Runs when the caller has everything: costs him nothing, and is over before Lambda freezes the instance.
  requestEnd: async ({ event }) => {
    await unfinished.get(event)?.();
    unfinished.delete(event);
  },
});

async function startGateway(): Promise<Gateway> {
  const { name, version, config, dynamoDb, statisticsTable, credentials, sign, onStoreError } = lambdaEnvironment();
  const keysTable = requiredVariable('NEMO_KEYS_TABLE');
  const composed = composeGateway({
    config,
    dynamoDb,
    statisticsTable,
    keysTable,
    credentials,
    sign,
    authenticate: dynamoDbKeys({
      client: dynamoDb,
      tableName: keysTable,
      nowMs: systemClock.nowMs,
      whenUnavailable: config.limits.whenUnavailable,
      onStoreError,
    }),
    onRecord: (record) => {
      // Not through the console: with JSON logging it would wrap the lines, and CloudWatch would find no metrics.
      process.stdout.write(`${embeddedMetricLines(record, name, Date.now(), version).join('\n')}\n`);
    },
    onStoreError,
    ...(config.statusPage ? { page: shippedPage() } : {}),
  });
  await Promise.all([composed.statistics.prepare(), secretRead(config, credentials)]);
  return composed.gateway;
}

/** The live page, which stands beside the code as the configuration does. */
function shippedPage(): LivePage {
  const answer = pageAnswer(readFileSync(new URL('page.html', import.meta.url), 'utf8'));
  return async () => answer;
}

/**
 * Reads the secret that the first call would wait for, as the statistics are read beside it. Lambda gives a start a whole processor, and a
 * call of a 512 MB function less than a third of one: what is loaded and connected here costs the first caller nothing. A failure is the
 * next reader's to report.
 */
async function secretRead({ providers }: GatewayConfig, credentials: Credentials): Promise<void> {
  const name = Object.values(providers).find(({ apiKey }) => apiKey !== undefined)?.apiKey;
  if (name !== undefined) {
    await credentials(name).catch(() => undefined);
  }
}
