/** Names of headers whose values nobody else may see: the vendors' own, and those that an operator configures. */
const SECRET_HEADERS = /auth|token|secret|key|cookie/i;
/** What stands before a credential. */
const SCHEME = /^(?:bearer|basic|token|api-?key) +/i;
/** Shorter values are no secrets, and would tear holes into texts. */
const MIN_SECRET_LENGTH = 8;
const REPLACEMENT = Buffer.from('[redacted]');

/** The credentials among a request's headers, without the scheme before them; of cookies each value too. Names in any case. */
export function secretsOf(headers: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(headers)
    .filter(([name]) => SECRET_HEADERS.test(name))
    .flatMap(([name, value]) => (/cookie/i.test(name) ? [value, ...cookieValues(value)] : [value.replace(SCHEME, '')]))
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH);
}

function cookieValues(cookies: string): readonly string[] {
  return cookies.split(';').map((cookie) => cookie.slice(cookie.indexOf('=') + 1).trim());
}

/**
 * A vendor's error without our credentials: some vendors quote what they were shown, and what they say goes to the caller. Holds back as
 * many bytes as a secret cut in two may take.
 */
export async function* withoutSecrets(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  secrets: readonly string[],
): AsyncGenerator<Uint8Array, void, void> {
  const patterns = secrets.map((secret) => Buffer.from(secret));
  const heldLength = Math.max(0, ...patterns.map((pattern) => pattern.length - 1));
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of body) {
    const clean = patterns.reduce(replaced, Buffer.concat([held, chunk]));
    const end = Math.max(0, clean.length - heldLength);
    held = clean.subarray(end);
    yield clean.subarray(0, end);
  }
  yield held;
}

function replaced(bytes: Buffer, pattern: Buffer): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(pattern); at !== -1; at = bytes.indexOf(pattern, from)) {
    parts.push(bytes.subarray(from, at), REPLACEMENT);
    from = at + pattern.length;
  }
  return parts.length === 0 ? bytes : Buffer.concat([...parts, bytes.subarray(from)]);
}
