import { isJsonObject, type JsonObject, parseJson } from '../../functions/gateway/core/wire/json.ts';

/** One event of a recorded stream: its name, and its JSON. */
export interface RawEvent {
  readonly name: string;
  readonly json: JsonObject;
}

/** The events of a text with server-sent events: line by line, as plainly as can be. Events that are no JSON objects are left out. */
export function serverSentEvents(bytes: Uint8Array): readonly RawEvent[] {
  const blocks = new TextDecoder().decode(bytes).split(/\r\n\r\n|\n\n|\r\r/);
  return blocks.flatMap((block) => {
    const lines = block.split(/\r\n|\n|\r/);
    const field = (name: string): string[] =>
      lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).replace(/^ /, ''));
    const data = field('data');
    // Google sends an error in the middle of a stream as bare JSON.
    const text = data.length === 0 ? block : data.join('\n');
    const json = parseJson(text);
    return isJsonObject(json) ? [{ name: field('event').at(-1) ?? '', json }] : [];
  });
}

/** A frame of Amazon's event stream: its string headers and its payload. */
export interface RawFrame {
  readonly headers: Readonly<Record<string, string>>;
  readonly json: JsonObject;
}

/** The frames of a recorded stream, without looking at their checksums. */
export function amazonFrames(bytes: Buffer): readonly RawFrame[] {
  const frames: RawFrame[] = [];
  for (let at = 0; at + 16 <= bytes.length; at += bytes.readUInt32BE(at)) {
    const end = at + bytes.readUInt32BE(at);
    const bodyAt = at + 12 + bytes.readUInt32BE(at + 4);
    const json = parseJson(bytes.toString('utf8', bodyAt, end - 4));
    frames.push({ headers: headersIn(bytes.subarray(at + 12, bodyAt)), json: isJsonObject(json) ? json : {} });
  }
  return frames;
}

/** All of Bedrock's headers are strings: a byte of name length, the name, type 7, two bytes of length, the value. */
function headersIn(bytes: Buffer): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at < bytes.length; ) {
    const valueAt = at + 1 + bytes.readUInt8(at) + 3;
    const end = valueAt + bytes.readUInt16BE(valueAt - 2);
    headers[bytes.toString('utf8', at + 1, valueAt - 3)] = bytes.toString('utf8', valueAt, end);
    at = end;
  }
  return headers;
}
