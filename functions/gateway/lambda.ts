import type { Readable } from 'node:stream';
import middy from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse';
import type { Context, LambdaFunctionURLEvent } from 'aws-lambda';
import { bodyStream } from './adapters/body-stream.ts';
import { httpsAlone } from './adapters/https-alone.ts';
import { lambdaEnvironment } from './adapters/lambda-environment.ts';
import { lambdaRequest } from './adapters/lambda-request.ts';
import { startGateway } from './start-gateway.ts';

/** The gateway as a streaming Lambda function behind a Function URL. What is made here is made once an instance, before its first request. */
const { gateway: own } = await startGateway(lambdaEnvironment());
const gateway = httpsAlone(own);

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
  return { statusCode: status, headers, body: bodyStream(body) };
}

/** The Lambda function's handler: one invocation is one request, its response streamed. */
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
