import { badRequest, type GatewayError } from '../model/gateway-error.ts';

/** Why a caller's body cannot be read as a request: status 400 with this message and `param` in OpenAI's error shape. */
export interface InvalidRequest {
  readonly kind: 'invalid';
  /** Names the member, what it must be and what it was. */
  readonly message: string;
  /** Path of the member, as `messages[1].content`; `null` for the body as a whole. */
  readonly param: string | null;
  /** What clients know the reason by, where they act on it: what the request refers to is not here, status 404. */
  readonly notFound?: string;
}

/** The error that a request that cannot be read is answered with. */
export function refusalOf({ message, param, notFound }: InvalidRequest): GatewayError {
  const error = badRequest(message, param, notFound);
  return notFound === undefined ? error : { ...error, status: 404 };
}

/** An `InvalidRequest` whose message begins with the member's path: `messages[1].content must be ...`. */
export function invalidMember(path: string, complaint: string): InvalidRequest {
  return path === ''
    ? { kind: 'invalid', message: `The request body ${complaint}`, param: null }
    : { kind: 'invalid', message: `${path} ${complaint}`, param: path };
}
