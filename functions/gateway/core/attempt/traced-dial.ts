import type { Dial } from '../model/dial.ts';
import type { Deployment } from '../model/gateway-config.ts';
import type { TraceContext } from '../model/trace-context.ts';
import { traceHeaders } from '../trace/trace-context.ts';

/** The dial of one attempt: what it calls is told that the span `spanId` of the trace calls it, unless its provider is not to be told. */
export function tracedDial(dial: Dial, trace: TraceContext, spanId: string): Dial {
  const headers = traceHeaders(trace, spanId);
  return (call) =>
    isTold(call.deployment)
      ? dial({ ...call, request: { ...call.request, headers: { ...call.request.headers, ...headers } } })
      : dial(call);
}

function isTold({ providerSettings }: Deployment): boolean {
  return providerSettings.traceHeaders ?? true;
}
