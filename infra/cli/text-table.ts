/** Rows as text in columns, the first row being the head. Columns of numbers stand to the right. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const columns = head.map((_, column) => ({
    width: Math.max(...rows.map((row) => row[column]?.length ?? 0)),
    isNumeric: body.length > 0 && body.every((row) => NUMERIC.test(row[column] ?? '')),
  }));
  return rows
    .map((row) =>
      columns
        .map(({ width, isNumeric }, column) => {
          const cell = row[column] ?? '';
          return isNumeric ? cell.padStart(width) : cell.padEnd(width);
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A number, perhaps an approximate one or a share, or none. */
const NUMERIC = /^(~?\d+(\.\d+)?%?|-)$/;
