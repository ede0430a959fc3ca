/**
 * The double nearest to the decimal number in the ASCII bytes `[start, end)`, which must be a JSON number; ±Infinity when
 * it is beyond the range. The slow way, for numbers of more than 15 digits or with an exponent.
 */
export function parseDecimal(bytes: Uint8Array, start: number, end: number): number {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return Number(text);
}
