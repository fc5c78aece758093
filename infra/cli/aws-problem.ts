import { UsageError } from './command.ts';

/** What an operator can do about a failure of AWS's. Gives any other failure back as it is. */
export function explained(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof UsageError) {
    return error;
  }
  const advice = adviceOn(error);
  return advice === undefined ? error : new Error(`${advice} (${error.name}: ${error.message})`, { cause: error });
}

function adviceOn(error: Error): string | undefined {
  const codes = [error, error.cause].flatMap((each) => [nameOf(each), codeOf(each)]);
  return ADVICE.find(({ of }) => codes.some((code) => code !== undefined && of.includes(code)))?.say;
}

function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** By the codes of AWS, of its SDK and of the system. */
const ADVICE: readonly { readonly of: readonly string[]; readonly say: string }[] = [
  {
    of: ['CredentialsProviderError', 'TokenProviderError'],
    say: 'There are no AWS credentials here. Log in (aws sso login, aws configure) or set AWS_PROFILE, then try again.',
  },
  {
    of: [
      'ExpiredToken',
      'ExpiredTokenException',
      'RequestExpired',
      'InvalidClientTokenId',
      'UnrecognizedClientException',
      'InvalidSignatureException',
      'SignatureDoesNotMatch',
      'IncompleteSignature',
    ],
    say: 'AWS does not take these credentials: they are wrong or have expired, or the clock here is off. Log in anew.',
  },
  {
    of: ['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation'],
    say: 'These credentials may not do this. Use those of somebody who may, or have it allowed.',
  },
  {
    of: ['ResourceNotFoundException'],
    say: 'This is not there: is the environment deployed, in this region and account? npx cdk deploy -c env=NAME makes it.',
  },
  {
    of: ['ThrottlingException', 'Throttling', 'ProvisionedThroughputExceededException', 'TooManyRequestsException'],
    say: 'AWS is asked too much at the moment. Try again in a minute.',
  },
  {
    of: ['ENOTFOUND', 'EAI_AGAIN'],
    say: "AWS was not found under its name: check --region, and this machine's network.",
  },
  {
    of: ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'TimeoutError'],
    say: "There was no answer: check this machine's network, and --endpoint where it is given.",
  },
];
