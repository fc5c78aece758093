/** One row that follows its data. */
export interface Row<Data> {
  readonly node: HTMLElement;
  readonly update: (data: Data) => void;
}

/** Keeps a parent's rows in step with a list: rows that stay are updated in place, so that focus and selection survive. */
export function keyedRows<Data>(parent: HTMLElement, keyOf: (data: Data) => string, make: (data: Data) => Row<Data>) {
  const rows = new Map<string, Row<Data>>();
  return (list: readonly Data[]): void => {
    dropOthers(rows, new Set(list.map(keyOf)));
    for (const [index, data] of list.entries()) {
      const key = keyOf(data);
      const row = rows.get(key) ?? make(data);
      rows.set(key, row);
      row.update(data);
      if (parent.children[index] !== row.node) {
        parent.insertBefore(row.node, parent.children[index] ?? null);
      }
    }
  };
}

function dropOthers(rows: Map<string, Pick<Row<unknown>, 'node'>>, wanted: ReadonlySet<string>): void {
  for (const [key, row] of rows) {
    if (!wanted.has(key)) {
      row.node.remove();
      rows.delete(key);
    }
  }
}
