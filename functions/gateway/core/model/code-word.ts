import { redactSecrets } from './redact-secrets.ts';

/** A vendor's code for the log, where it looks like one. Anything longer or with spaces may be somebody's prompt. */
export function codeWord(text: string | undefined): string | undefined {
  return text !== undefined && /^[\w.:/@+=-]{1,128}$/.test(text) ? redactSecrets(text) : undefined;
}
