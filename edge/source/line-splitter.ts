/** Lines longer than this are left out and counted. */
export const LINE_BYTES_MAX = 1 << 20;

export interface SplitLines {
  readonly lines: readonly Uint8Array[];
  /** Bytes that are done with: whole lines and what is left out. */
  readonly takenBytes: number;
  /** Lines that are too long and end in these bytes. */
  readonly tooLong: number;
  /** The bytes that follow belong to a line that is too long. */
  readonly skipping: boolean;
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** The whole lines at the beginning of `bytes`, without their ends (LF or CR LF); a last line without its end waits, unless it is too long already. */
export function splitLines(bytes: Uint8Array, skippingBefore: boolean, lineBytesMax = LINE_BYTES_MAX): SplitLines {
  const lines: Uint8Array[] = [];
  let skipping = skippingBefore;
  let tooLong = 0;
  let from = 0;
  for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
    if (skipping || end - from > lineBytesMax) tooLong++;
    else lines.push(bytes.subarray(from, end > from && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end));
    skipping = false;
    from = end + 1;
  }
  if (skipping || bytes.length - from > lineBytesMax) return { lines, takenBytes: bytes.length, tooLong, skipping: true };
  return { lines, takenBytes: from, tooLong, skipping: false };
}
