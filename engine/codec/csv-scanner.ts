import type { DecodeLimits } from './decode-failure';
import { DecodeProblem } from './decode-problem';

const LF = 10;
const CR = 13;
const MARK = [0xef, 0xbb, 0xbf];

/**
 * Splits CSV (RFC 4180, any one-byte delimiter and quote) into fields: LF, CR and CRLF end a line, empty lines are skipped, a UTF-8 byte
 * order mark is not part of the first field, a quote that does not begin a field is an ordinary character.
 */
export class CsvScanner {
  position = 0;
  private bytes: Uint8Array = new Uint8Array(0);
  /** The last field: bytes `fieldBytes[fieldStart, fieldEnd)`. */
  fieldBytes: Uint8Array = this.bytes;
  fieldStart = 0;
  fieldEnd = 0;

  constructor(
    private readonly delimiter: number,
    private readonly quote: number,
    private readonly limits: DecodeLimits
  ) {}

  open(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.position = MARK.every((byte, i) => bytes[i] === byte) ? MARK.length : 0;
  }

  /** Calls `each` for the fields of the next line and returns their number; 0 at the end. Throws DecodeProblem. */
  readLine(each: (index: number) => void): number {
    const { bytes } = this;
    while (this.position < bytes.length && isLineEnd(bytes[this.position]!)) this.position++;
    if (this.position >= bytes.length) return 0;
    for (let count = 0; ; ) {
      if (count >= this.limits.keysMax) throw new DecodeProblem('SIZE', `a line with more than ${this.limits.keysMax} fields`);
      this.readField();
      each(count++);
      const byte = bytes[this.position++];
      if (byte === undefined || isLineEnd(byte)) return count;
    }
  }

  /** Leaves `position` at the delimiter or line end behind the field. */
  private readField(): void {
    const { bytes, delimiter } = this;
    if (bytes[this.position] === this.quote) this.readQuoted();
    else {
      this.fieldBytes = bytes;
      this.fieldStart = this.position;
      let at = this.position;
      while (at < bytes.length && bytes[at] !== delimiter && !isLineEnd(bytes[at]!)) at++;
      this.fieldEnd = at;
      this.position = at;
    }
    if (this.fieldEnd - this.fieldStart > this.limits.stringBytesMax) {
      throw new DecodeProblem('SIZE', `a field of ${this.fieldEnd - this.fieldStart} bytes exceeds the limit of ${this.limits.stringBytesMax}`);
    }
  }

  private readQuoted(): void {
    const { bytes, quote } = this;
    const start = this.position + 1;
    let escapes = 0;
    let at = start;
    for (;;) {
      if (at >= bytes.length) throw new DecodeProblem('TRUNCATED', 'the payload ends inside quotes', at);
      if (bytes[at] !== quote) at++;
      else if (bytes[at + 1] === quote) {
        escapes++;
        at += 2;
      } else break;
    }
    const next = bytes[at + 1];
    if (next !== undefined && next !== this.delimiter && !isLineEnd(next)) throw new DecodeProblem('SYNTAX', 'text follows a closing quote', at + 1);
    this.position = at + 1;
    this.fieldBytes = escapes === 0 ? bytes : withoutEscapes(bytes.subarray(start, at), escapes, quote);
    this.fieldStart = escapes === 0 ? start : 0;
    this.fieldEnd = escapes === 0 ? at : this.fieldBytes.length;
  }
}

function isLineEnd(byte: number): boolean {
  return byte === LF || byte === CR;
}

function withoutEscapes(bytes: Uint8Array, escapes: number, quote: number): Uint8Array {
  const text = new Uint8Array(bytes.length - escapes);
  for (let from = 0, to = 0; from < bytes.length; from++) {
    text[to++] = bytes[from]!;
    if (bytes[from] === quote) from++;
  }
  return text;
}
