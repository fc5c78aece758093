import type { GatewayError } from '../../model/gateway-error.ts';

/** The JSON text of an error's body, and of the `data:` of an error event, in OpenAI's shape. */
export function errorJson({ message, type, param, code, failedGeneration }: GatewayError): string {
  // An undefined member is left out.
  return JSON.stringify({ error: { message, type, param, code, failed_generation: failedGeneration } });
}
