/*
 * Bools are bytes of 0 and 1. Four of them are computed at a time as one word of 32 bits wherever the arrays allow it.
 */
export type BytePair = (out: Uint8Array, a: Uint8Array, b: Uint8Array, count: number) => void;

const ONES = 0x01010101;

export const bothBytes: BytePair = (out, a, b, count) => {
  const words = wordsOf(count, out, a, b);
  const [to, x, y] = [wordView(out, words), wordView(a, words), wordView(b, words)];
  for (let i = 0; i < words; i++) to[i] = x[i]! & y[i]!;
  for (let i = words * 4; i < count; i++) out[i] = a[i]! & b[i]!;
};

export const eitherByte: BytePair = (out, a, b, count) => {
  const words = wordsOf(count, out, a, b);
  const [to, x, y] = [wordView(out, words), wordView(a, words), wordView(b, words)];
  for (let i = 0; i < words; i++) to[i] = x[i]! | y[i]!;
  for (let i = words * 4; i < count; i++) out[i] = a[i]! | b[i]!;
};

export function notBytes(out: Uint8Array, a: Uint8Array, count: number): void {
  const words = wordsOf(count, out, a);
  const [to, x] = [wordView(out, words), wordView(a, words)];
  for (let i = 0; i < words; i++) to[i] = x[i]! ^ ONES;
  for (let i = words * 4; i < count; i++) out[i] = a[i]! ^ 1;
}

/** Whole words of `count` bytes; 0 when an array does not begin at a word. */
function wordsOf(count: number, ...arrays: readonly Uint8Array[]): number {
  return arrays.every(bytes => bytes.byteOffset % 4 === 0) ? count >> 2 : 0;
}

function wordView(bytes: Uint8Array, words: number): Int32Array {
  return new Int32Array(bytes.buffer, words === 0 ? 0 : bytes.byteOffset, words);
}
