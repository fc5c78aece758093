/** `items` with each changed; the very same array where nothing changes, so that a request that is fine is not copied. */
export function changedItems<Item>(
  items: readonly Item[],
  change: (item: Item, index: number) => Item,
): readonly Item[] {
  let copy: Item[] | undefined;
  for (const [index, item] of items.entries()) {
    const changed = change(item, index);
    if (changed !== item) {
      copy ??= items.slice();
      copy[index] = changed;
    }
  }
  return copy ?? items;
}
