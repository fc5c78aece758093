/** Longer names are not compared: the work grows with the product of the lengths. */
const MAX_LENGTH = 128;

/** The known name that `name` was probably meant to be, for "did you mean"; `undefined` where none is near. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const limit = name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 3));
  let nearest: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= limit && (nearest === undefined || distance < nearest.distance)) {
      nearest = { name: candidate, distance };
    }
  }
  return nearest?.name;
}

/** Levenshtein's distance: how many characters to insert, delete or replace. */
function editDistance(left: string, right: string): number {
  if (left.length > MAX_LENGTH || right.length > MAX_LENGTH) {
    return Number.POSITIVE_INFINITY;
  }
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let line = 1; line <= left.length; line += 1) {
    row = nextRow(row, left.charAt(line - 1), { right, line });
  }
  return row[right.length] ?? 0;
}

function nextRow(above: readonly number[], letter: string, at: { right: string; line: number }): number[] {
  const row = [at.line];
  for (let column = 1; column <= at.right.length; column += 1) {
    const replaced = (above[column - 1] ?? 0) + (letter === at.right.charAt(column - 1) ? 0 : 1);
    row.push(Math.min(replaced, (above[column] ?? 0) + 1, (row[column - 1] ?? 0) + 1));
  }
  return row;
}
