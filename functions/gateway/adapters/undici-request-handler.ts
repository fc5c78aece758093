import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { bodyText, httpPool, poolRequest } from './http-pool.ts';

/** What a client of the SDK sends its requests over. */
type RequestHandler = DynamoDBClient['config']['requestHandler'];

/** The address of a service and how long it is waited for. */
export interface UndiciRequestHandlerOptions {
  /** The service's address, as `https://dynamodb.us-east-1.amazonaws.com`. */
  readonly endpoint: string;
  readonly connectMs: number;
  /** The whole answer has to come within this time, where the call has no limit of its own: an `abortSignal`. */
  readonly answerMs: number;
}

/**
 * Sends an SDK client's requests over connections of the same kind as the providers'. The SDK's own way, over `node:https`, costs a start
 * ten milliseconds more, since undici is loaded anyway. For services that are called by POSTs of `/` and answer briefly, as DynamoDB.
 */
export function undiciRequestHandler(options: UndiciRequestHandlerOptions): RequestHandler {
  const pool = httpPool(new URL(options.endpoint).origin, options.connectMs);
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async ({ method, path, headers, body }, call) => {
      const caller = callersSignal(call);
      const signal = caller ?? AbortSignal.timeout(options.answerMs);
      try {
        const answer = await poolRequest(pool, { method, path, headers, body, signal });
        const bytes = Buffer.from(await bodyText(answer.body));
        return { response: { statusCode: answer.statusCode, headers: answer.headers, body: bytes } };
      } catch (error) {
        throw caller?.aborted === true ? named('AbortError', error) : named('TimeoutError', error);
      }
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => void pool.destroy(),
  };
}

/** The SDK has a kind of signal of its own beside the platform's, which is the one that is used here. */
function callersSignal(call: Parameters<RequestHandler['handle']>[1]): AbortSignal | undefined {
  const signal = call !== undefined && 'abortSignal' in call ? call.abortSignal : undefined;
  return signal instanceof AbortSignal ? signal : undefined;
}

/** The SDK's retries go by names: what broke or took too long is tried again, what the caller has ended is not. */
function named(name: 'AbortError' | 'TimeoutError', cause: unknown): Error {
  return Object.assign(new Error(String(cause), { cause }), { name });
}
