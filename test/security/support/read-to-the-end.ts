import type { GatewayResponse } from '../../../functions/gateway/core/serve/ports.ts';

/** Takes the whole answer as a caller does, and waits for what the gateway does behind it. */
export async function readToTheEnd(response: GatewayResponse): Promise<void> {
  if (typeof response.body !== 'string') {
    for await (const _ of response.body) {
      // A caller reads all that comes; who hangs up is told by the signal.
    }
  }
  await response.afterEnd();
}
