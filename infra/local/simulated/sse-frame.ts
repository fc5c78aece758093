import type { JsonObject } from '../../../functions/gateway/core/wire/json.ts';

/** Bytes of one server-sent event. Vendors differ: Anthropic names its events, Gemini ends its lines with CRLF. */
export function sseFrame(data: JsonObject | string, options: SseFrameOptions = {}): Uint8Array {
  const { name, newline = '\n' } = options;
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  const nameLine = name === undefined ? '' : `event: ${name}${newline}`;
  return new TextEncoder().encode(`${nameLine}data: ${text}${newline}${newline}`);
}

export interface SseFrameOptions {
  /** The `event:` line. Default: none. */
  readonly name?: string;
  /** Default: LF. */
  readonly newline?: '\n' | '\r\n';
}
