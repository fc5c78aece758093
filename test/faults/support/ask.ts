import type { RunningGateway } from '../../support/running-gateway.ts';
import { type SeenAnswer, seenAnswer } from './seen-answer.ts';

/** Sends one chat call and reads its answer to the end. Without more it asks the route `all` for a stream with its usage. */
export async function ask(
  gateway: Pick<RunningGateway<string>, 'fetch'>,
  body: object = {},
  init: RequestInit = {},
): Promise<SeenAnswer> {
  return seenAnswer(await send(gateway, body, init));
}

/** Sends one chat call. */
export function send(
  gateway: Pick<RunningGateway<string>, 'fetch'>,
  body: object = {},
  init: RequestInit = {},
): Promise<Response> {
  const call = {
    model: 'all',
    messages: [{ role: 'user', content: 'Hello' }],
    stream: true,
    stream_options: { include_usage: true },
    ...body,
  };
  return gateway.fetch('/v1/chat/completions', { method: 'POST', body: JSON.stringify(call), ...init });
}
