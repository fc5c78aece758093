/** Why a caller's body cannot be read as a request: status 400 with this message and `param` in OpenAI's error shape. */
export interface InvalidRequest {
  readonly kind: 'invalid';
  /** Names the member, what it must be and what it was. */
  readonly message: string;
  /** Path of the member, as `messages[1].content`; `null` for the body as a whole. */
  readonly param: string | null;
}

/** An `InvalidRequest` whose message begins with the member's path: `messages[1].content must be ...`. */
export function invalidMember(path: string, complaint: string): InvalidRequest {
  return path === ''
    ? { kind: 'invalid', message: `The request body ${complaint}`, param: null }
    : { kind: 'invalid', message: `${path} ${complaint}`, param: path };
}
