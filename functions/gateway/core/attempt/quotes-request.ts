/** A shorter text proves nothing: every sentence has words that some prompt has too. */
const MIN_TEXT_CHARS = 16;
/** A piece of a longer text that proves it. Every quotation of twice the length has one whole. */
const PIECE_CHARS = 24;
const STEP_CHARS = PIECE_CHARS / 2;
/** As much as is ever shown of a vendor's sentence. */
const MAX_MESSAGE_CHARS = 600;
/** As much as is looked at of one text, and of all. */
const MAX_TEXT_CHARS = 65_536;
const MAX_ALL_CHARS = 1_048_576;

/**
 * Whether a vendor's sentence has words of the request, which then must not be shown beyond the caller. `request`: what was sent, but for
 * members named `model`, which sentences about models name.
 */
export function quotesRequest(message: string, request: unknown): boolean {
  const said = message.slice(0, MAX_MESSAGE_CHARS);
  const pieces = Array.from({ length: Math.floor(said.length / STEP_CHARS) }, (_, index) =>
    said.slice(index * STEP_CHARS, index * STEP_CHARS + PIECE_CHARS),
  ).filter((piece) => piece.length === PIECE_CHARS);
  const left = { chars: MAX_ALL_CHARS };
  return textsOf(request, left).some((text) => isQuoted(text.trim(), said, pieces));
}

function isQuoted(text: string, said: string, pieces: readonly string[]): boolean {
  return text.length >= MIN_TEXT_CHARS && (said.includes(text) || pieces.some((piece) => text.includes(piece)));
}

/** The texts of the request, as far as there are characters left to look at. */
function textsOf(value: unknown, left: { chars: number }): readonly string[] {
  if (left.chars <= 0) {
    return [];
  }
  if (typeof value === 'string') {
    const text = value.slice(0, Math.min(MAX_TEXT_CHARS, left.chars));
    left.chars -= text.length;
    return [text];
  }
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const inner = Array.isArray(value)
    ? value
    : Object.entries(value).flatMap(([name, item]) => (name === 'model' ? [] : [item]));
  return inner.flatMap((item) => textsOf(item, left));
}
