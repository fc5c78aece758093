import { member, parseJson, stringMember } from '../core/wire/json.ts';

/** A token server answers at once, or the request still has time for another provider. */
const ANSWER_MS = 4_000;
const MAX_SHOWN_LENGTH = 300;

/** The token server does not take the credential, which no waiting mends. The message is its own sentence, without secrets. */
export class TokenRefusal extends Error {}

/** One request to a token server. */
export interface TokenRequest {
  readonly url: string;
  /** Sent as a form; without it `json` is sent. */
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** What an error's text may not repeat. */
  readonly secrets?: readonly string[];
}

/**
 * Asks a token server and gives the JSON of its answer. Rejects with a `TokenRefusal` where it refuses, and with another error where it
 * cannot be asked now.
 */
export async function requestToken({ url, form, json, headers = {}, secrets = [] }: TokenRequest): Promise<unknown> {
  const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded';
  const response = await fetch(url, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': type, ...headers },
    body: form === undefined ? JSON.stringify(json) : new URLSearchParams(form).toString(),
    redirect: 'error',
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const answer = parseJson(await response.text());
  if (response.ok) {
    return answer;
  }
  const said = secrets.reduce((text, secret) => text.replaceAll(secret, '[redacted]'), sentenceIn(answer));
  const message = `${new URL(url).hostname} gives no token: ${response.status} ${said}`.slice(0, MAX_SHOWN_LENGTH);
  if (isPassing(response.status)) {
    throw Object.assign(new Error(message), { code: `TOKEN_SERVER_${response.status}` });
  }
  throw new TokenRefusal(message);
}

function isPassing(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

/** OAuth's `error_description`, or Google's `error.message`. Source: RFC 6749, section 5.2. */
function sentenceIn(answer: unknown): string {
  const sentence = stringMember(answer, 'error_description') ?? stringMember(member(answer, 'error'), 'message');
  return sentence ?? stringMember(answer, 'error') ?? '';
}
