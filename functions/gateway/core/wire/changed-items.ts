/** `items` with each changed; the very same array where nothing changes, so that a request that is fine is not copied. */
export function changedItems<Item>(
  items: readonly Item[],
  change: (item: Item, index: number) => Item,
): readonly Item[] {
  let copy: Item[] | undefined;
  let index = 0;
  for (const item of items) {
    const changed = change(item, index);
    if (changed !== item) {
      copy ??= items.slice();
      copy[index] = changed;
    }
    index += 1;
  }
  return copy ?? items;
}
