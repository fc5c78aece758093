/**
 * The status that an exception stands for, whatever status it came with (in a stream there is none): a model that failed (424) or
 * ran out of time (408) is the vendor's fault, and expired or unsigned credentials (400) are the operator's. `undefined` for a name
 * that is not listed. Source: Amazon Bedrock API reference, "Converse" and "Common errors", 2026-11.
 */
export function exceptionStatus(name: string | undefined): number | undefined {
  return name === undefined ? undefined : EXCEPTION_STATUS.get(name);
}

/** Source: Amazon Bedrock API reference, "Converse" and "Common errors", 2026-11. */
const EXCEPTION_STATUS: ReadonlyMap<string, number> = new Map([
  ['ValidationException', 400],
  ['ServiceQuotaExceededException', 400],
  ['AccessDeniedException', 403],
  ['ExpiredTokenException', 403],
  ['IncompleteSignatureException', 403],
  ['InvalidClientTokenIdException', 403],
  ['InvalidSignatureException', 403],
  ['MissingAuthenticationTokenException', 403],
  ['NotAuthorizedException', 403],
  ['OptInRequiredException', 403],
  ['UnrecognizedClientException', 403],
  ['ResourceNotFoundException', 404],
  ['UnknownOperationException', 404],
  ['ConflictException', 409],
  ['ModelNotReadyException', 429],
  ['ThrottlingException', 429],
  ['TooManyRequestsException', 429],
  ['InternalFailure', 500],
  ['InternalServerException', 500],
  ['ModelErrorException', 502],
  ['ModelStreamErrorException', 502],
  ['ServiceUnavailableException', 503],
  ['ModelTimeoutException', 504],
]);

/** Whether a refusal says that the prompt does not fit. Bedrock has no code for it, only each model's own words. */
export function describesFullContext(message: string): boolean {
  return FULL_CONTEXT.some((pattern) => pattern.test(message));
}

/** Source: Bedrock's 400s in recordings and public bug reports, 2026-11. */
const FULL_CONTEXT: readonly RegExp[] = [
  /input is too long/i,
  /prompt is too long/i,
  /too many (total )?(input )?tokens/i,
  /input tokens exceeded/i,
  /number of input tokens exceeds/i,
  /exceeds? (the )?(model'?s? )?(maximum )?(context (length|window|limit)|(maximum )?number of input tokens)/i,
  /maximum context length/i,
  /context (length|window) (is )?exceeded/i,
];

/** Whether a throttling says that a day's or an account's allowance is spent, so that waiting does not help. */
export function describesSpentQuota(status: number, message: string): boolean {
  return status === 429 && SPENT_QUOTA.some((pattern) => pattern.test(message));
}

/** Source: Bedrock's 429 "Too many tokens per day" in public bug reports, 2026-11. */
const SPENT_QUOTA: readonly RegExp[] = [/\b(per|a) day\b/i, /\bdaily\b/i];

/** Whether a refused request was refused for its model id, which is the operator's to correct. Bedrock calls it a validation error like any other. */
export function describesWrongModel(message: string): boolean {
  return WRONG_MODEL.some((pattern) => pattern.test(message));
}

/** Source: Bedrock's 400s in recordings and public bug reports, 2026-11. */
const WRONG_MODEL: readonly RegExp[] = [
  /model identifier is invalid/i,
  /on-demand throughput isn.t supported/i,
  /^operation not allowed\b/i,
  /\bprovided ARN is invalid\b/i,
];
