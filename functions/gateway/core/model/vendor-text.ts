import type { AttemptFailure } from './attempt-failure.ts';
import { defined } from './defined.ts';

/** A vendor's code for the log, where it looks like one. Anything longer or with spaces may be somebody's prompt. */
export function codeWord(text: string | undefined): string | undefined {
  return text !== undefined && /^[\w.:/@+=-]{1,128}$/.test(text) ? redactSecrets(text) : undefined;
}

/** How credentials look: the vendors' keys, ours, and what follows the words that introduce one. Each alternative is linear. */
const SECRET =
  /\b(?:sk-|AIza|gsk_|xai-|ABSK|AKIA|ASIA|nemo_)[A-Za-z0-9_*.=+/-]{6,}|\b(?:Bearer|x-api-key:?|api[ -]key:?)\s[A-Za-z0-9_*.=+/-]{16,}/gi;

/** A vendor's text for the caller: some vendors quote the credential they were shown, and that one is the operator's. */
export function redactSecrets(text: string): string {
  return text.replaceAll(SECRET, '[redacted]');
}

/** What an operator is told of a failure that is his own to mend: a credential, an account, an address, a model's id. */
export interface OperatorsFault {
  /** The vendor's own sentence, in one line of at most 300 characters without credentials. */
  readonly vendorMessage: string;
  /** What to do, where that is known. */
  readonly advice?: string;
}

/** `undefined` for a failure that is not the operator's: what vendors say of requests may quote prompts. */
export function operatorsFault(failure: AttemptFailure): OperatorsFault | undefined {
  if (!isOperatorsFault(failure) || failure.vendor === undefined) {
    return undefined;
  }
  const { message, status, quotesRequest } = failure.vendor;
  const advice = ADVICE.find(({ status: told, says }) => (told ?? status) === status && says.test(message))?.advice;
  return {
    vendorMessage: quotesRequest === true ? WITHHELD : oneLine(message),
    ...defined({ advice }),
  };
}

/** Whether a failure is one that an operator has to mend. */
export function isOperatorsFault(failure: AttemptFailure): boolean {
  return failure.kind === 'misconfigured' || (failure.kind === 'rate-limited' && failure.quota);
}

const WITHHELD = 'What the provider says is withheld: it quotes the request.';

const MAX_MESSAGE_CHARS = 300;

/** Control characters, line breaks and what changes the direction of writing become spaces. */
function oneLine(text: string): string {
  const line = redactSecrets(text.slice(0, 2 * MAX_MESSAGE_CHARS)).replaceAll(/[\p{C}\p{Z}]+/gu, ' ');
  return line.trim().slice(0, MAX_MESSAGE_CHARS);
}

interface Advice {
  readonly says: RegExp;
  /** @default any */
  readonly status?: number;
  readonly advice: string;
}

/** The first line that fits, each with who says so and when it was read. */
export const ADVICE: readonly Advice[] = [
  // Amazon Bedrock's 400s and 403s in recordings and public bug reports, 2026-11.
  {
    says: /on-demand throughput isn.t supported/i,
    advice: 'set "model" to an inference profile: the id with "us.", "eu.", "apac." or "global." before it, or its ARN',
  },
  // Amazon Bedrock's 400s and 403s in recordings and public bug reports, 2026-11.
  {
    says: /model identifier is invalid|provided ARN is invalid/i,
    advice: 'check "model" and the provider\'s "region": Bedrock has no such model or profile there',
  },
  // Amazon Bedrock's 400s and 403s in public bug reports, 2026-11.
  {
    says: /INVALID_PAYMENT_INSTRUMENT/,
    advice: 'give the AWS account a valid payment method, then wait some minutes',
  },
  // Amazon Bedrock's 400s in public bug reports, 2026-11.
  {
    says: /^operation not allowed/i,
    advice: 'the AWS account may not use the model in this region yet: ask AWS Support to lift it',
  },
  // Amazon Bedrock's 404s in public bug reports, 2026-11.
  {
    says: /use case details have not been submitted/i,
    advice: "fill out the form of Anthropic's use cases in the Bedrock console, then wait 15 minutes",
  },
  // Amazon Bedrock's 400s and 403s in recordings and public bug reports, 2026-11.
  {
    says: /don.t have access to the model|access to (?:this|the) model is denied|model access is denied/i,
    advice:
      'ask for access to the model in the Bedrock console, in the region of the call and of its inference profile',
  },
  // Amazon Bedrock's 400s and 403s in recordings and public bug reports, 2026-11.
  {
    says: /not authorized to perform:? bedrock:/i,
    advice: "allow the function's role the action on the model and on its inference profile in every region it spans",
  },
  // Amazon Bedrock's 400s and 403s in recordings and public bug reports, 2026-11.
  {
    says: /security token .{0,40}(?:invalid|expired)|signature .{0,40}(?:does not match|expired)/i,
    advice: 'check the AWS credentials of the process and its clock',
  },
  // Azure OpenAI's 401s and 404s in public bug reports, 2026-11.
  {
    says: /deployment for this resource does not exist|DeploymentNotFound/i,
    advice: 'set "model" to the name of the deployment on Azure, not of the model; a new one takes some minutes',
  },
  // Azure OpenAI's 401s and 404s in public bug reports, 2026-11.
  {
    says: /invalid subscription key or wrong api endpoint/i,
    advice: 'check the key, and that "baseUrl" is the address of the same resource',
  },
  // Azure OpenAI's 401s and 404s in public bug reports, 2026-11.
  {
    says: /api[- ]version.{0,40}(?:not supported|not enabled|invalid)/i,
    advice: 'check the "api-version" of the provider',
  },
  // Google's 403 in recordings, 2026-11.
  {
    says: /has not been used in project .{1,80} before or it is disabled/i,
    advice: 'enable the API at the address that the provider names, then wait some minutes',
  },
  // the vendors' sentences in public bug reports and recordings, 2026-11.
  {
    says: /credit balance|insufficient (?:balance|quota|funds|credits)|exceeded your current quota|billing|payment|prepay/i,
    advice: 'top up the account, or raise its limit, at the provider',
  },
  // the vendors' sentences in public bug reports and recordings, 2026-11.
  {
    says: /\bmodel\b.{0,120}(?:not exist|not found|does not have access|unavailable|no longer|deprecated|decommissioned|end of life)|(?:invalid|unknown|not a valid) model/i,
    advice: 'check "model" of the deployment, and that the account may use it: `npm run nemo -- models`',
  },
  // RFC 9110, section 15.5, and what servers answer so in public bug reports, 2026-11.
  {
    status: 401,
    says: /(?:)/,
    advice: 'check the credential that "apiKey" of the provider names: `npm run nemo -- secrets check`',
  },
  // RFC 9110, section 15.5, and what servers answer so in public bug reports, 2026-11.
  {
    status: 405,
    says: /(?:)/,
    advice: 'check "baseUrl" of the provider: nothing takes this call there',
  },
  // RFC 9110, section 15.5, and what servers answer so in public bug reports, 2026-11.
  {
    status: 404,
    says: /without an explanation|not found|no route/i,
    advice: 'check "baseUrl" of the provider, and "model" of the deployment',
  },
];
