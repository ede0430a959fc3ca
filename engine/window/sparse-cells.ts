const TABLE_MIN = 16;
/** Knuth's multiplicative hash: spreads neighbouring numbers. */
const SPREAD = 2_654_435_769;

/** An empty hash table for `cellCount` cells and as many more. */
export function sparseTable(cellCount: number): Int32Array {
  let size = TABLE_MIN;
  while (size < cellCount * 4) size *= 2;
  return new Int32Array(size);
}

/** Where in `table` the cell of `key` is, or would be: at the first free place. `keyOf` is the key of each cell; 0 is no cell. */
export function sparsePlace(table: Int32Array, keyOf: Int32Array, key: number): number {
  const last = table.length - 1;
  let place = (Math.imul(key, SPREAD) >>> 7) & last;
  for (let cell = table[place]!; cell !== 0 && keyOf[cell] !== key; cell = table[place]!) place = (place + 1) & last;
  return place;
}
