/** What a streaming function says before its body: the metadata of the HTTP response. */
export interface StreamPrelude {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
}

/** A prelude that has arrived whole, and what came after it. */
export interface SplitPrelude {
  readonly prelude: StreamPrelude;
  readonly rest: Buffer;
}

/** Eight NUL bytes end the prelude. JSON never has any. */
const DELIMITER = Buffer.alloc(8);

/** Splits the first bytes of a streamed response. `undefined` while the prelude is not yet whole. Source: `HttpResponseStream` of AWS's runtime. */
export function splitPrelude(bytes: Buffer): SplitPrelude | undefined {
  const end = bytes.indexOf(DELIMITER);
  if (end === -1) {
    return undefined;
  }
  const prelude: StreamPrelude = JSON.parse(bytes.subarray(0, end).toString('utf8'));
  return { prelude, rest: bytes.subarray(end + DELIMITER.length) };
}
