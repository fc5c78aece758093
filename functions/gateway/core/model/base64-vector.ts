/** Bytes of a float32. */
const FLOAT_BYTES = 4;

/** Characters handled at a time: `String.fromCharCode` takes its arguments on the stack. */
const SLICE_CHARS = 8_192;

/** A vector as OpenAI sends it for `encoding_format: "base64"`: little-endian float32, in base64. */
export function toBase64Vector(vector: readonly number[]): string {
  const bytes = new Uint8Array(vector.length * FLOAT_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of vector.entries()) {
    view.setFloat32(index * FLOAT_BYTES, value, true);
  }
  const slices: string[] = [];
  for (let start = 0; start < bytes.length; start += SLICE_CHARS) {
    slices.push(String.fromCharCode(...bytes.subarray(start, start + SLICE_CHARS)));
  }
  return btoa(slices.join(''));
}

/** The numbers of a base64 vector; `undefined` where the text is not one. */
export function fromBase64Vector(text: string): number[] | undefined {
  const binary = decodeBase64(text);
  if (binary === undefined || binary.length % FLOAT_BYTES !== 0) {
    return undefined;
  }
  const view = new DataView(Uint8Array.from(binary, (char) => char.charCodeAt(0)).buffer);
  return Array.from({ length: binary.length / FLOAT_BYTES }, (_, index) => view.getFloat32(index * FLOAT_BYTES, true));
}

/** The numbers of a base64 vector of signed bytes, as Perplexity sends it; `undefined` where the text is not one. */
export function fromInt8Vector(text: string): number[] | undefined {
  const binary = decodeBase64(text);
  return binary === undefined || binary === '' ? undefined : [...Int8Array.from(binary, (char) => char.charCodeAt(0))];
}

function decodeBase64(text: string): string | undefined {
  try {
    return atob(text);
  } catch {
    return undefined;
  }
}
