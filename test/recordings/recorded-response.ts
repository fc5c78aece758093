import { stringMember } from '../../functions/gateway/core/wire/json.ts';
import { eventFrame, exceptionFrame } from '../support/amazon-event-stream-frames.ts';
import type { Recording } from './recording.ts';

/** What the vendor put on the wire. */
export interface RecordedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

/** Makes a response of a recording's files. Where the framing was stripped it is put back as the vendor frames. */
export function recordedResponse(recording: Recording): RecordedResponse {
  const kept = Object.entries(recording.headers).filter(([name]) => !OF_THE_CONNECTION.has(name));
  const type = contentType(recording);
  return {
    status: recording.status,
    headers: { ...Object.fromEntries(kept), ...(type === undefined ? {} : { 'content-type': type }) },
    bytes: recording.framing === 'jsonl-events' ? reframed(recording) : recording.response,
  };
}

/** They describe the recorded connection and encoding, not the body at hand. */
const OF_THE_CONNECTION = new Set(['transfer-encoding', 'content-length', 'content-encoding', 'connection', 'date']);

function contentType({ framing, headers, use }: Recording): string | undefined {
  switch (framing) {
    case 'sse':
      return 'text/event-stream';
    case 'aws-eventstream':
      return AMAZON_STREAM;
    case 'jsonl-events':
      return use.kind === 'chat' && use.protocol === 'bedrock' ? AMAZON_STREAM : 'text/event-stream';
    case 'json-array-stream':
      return 'application/json';
    default:
      return headers['content-type'] === undefined ? 'application/json' : undefined;
  }
}

const AMAZON_STREAM = 'application/vnd.amazon.eventstream';

function reframed({ response, use }: Recording): Uint8Array {
  const lines = response.toString('utf8').split('\n').filter(isFilled);
  switch (use.kind === 'chat' ? use.protocol : 'openai') {
    case 'bedrock':
      return Buffer.concat(lines.map(bedrockFrame));
    case 'anthropic':
    case 'openai-responses':
      return Buffer.from(lines.map((line) => `event: ${typeOf(line)}\ndata: ${line}\n\n`).join(''));
    case 'gemini':
      return Buffer.from(lines.map((line) => `data: ${line}\r\n\r\n`).join(''));
    case 'openai':
      return Buffer.from(`${lines.map((line) => `data: ${line}\n\n`).join('')}data: [DONE]\n\n`);
  }
}

function isFilled(line: string): boolean {
  return line.trim() !== '';
}

function typeOf(line: string): string {
  return stringMember(JSON.parse(line), 'type') ?? 'message';
}

/** A line is one event as the SDK names it: `{"contentBlockDelta": {...}}`. */
function bedrockFrame(line: string): Uint8Array {
  const [[name, payload] = ['unknown', {}]] = Object.entries<object>(JSON.parse(line));
  return name.endsWith('Exception') ? exceptionFrame(name, payload) : eventFrame(name, payload);
}
