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
