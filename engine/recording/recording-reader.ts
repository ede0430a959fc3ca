import { LittoralError } from '../error';
import { LineProblem, readRecordingLine } from './read-line';
import type { RecordedInput, RecordingLimits } from './recorded-input';
import { DEFAULT_RECORDING_LIMITS } from './recorded-input';

const LINE_FEED = 10;
const RETURN = 13;

/**
 * Reads a recording in pieces of any size. Throws `RECORDING_FORMAT` (or `RECORDING_SIZE`) with the 1-based line number.
 * The end of the text is the end of a bounded input; the host adds `{ kind: 'end' }`.
 */
export class RecordingReader {
  private readonly limits: RecordingLimits;
  private rest: Uint8Array[] = [];
  private restBytes = 0;
  private line = 0;
  private blankLine = 0;

  constructor(limits: Partial<RecordingLimits> = {}) {
    this.limits = { ...DEFAULT_RECORDING_LIMITS, ...limits };
  }

  /** The inputs that `piece` completes. */
  push(piece: Uint8Array): RecordedInput[] {
    const inputs: RecordedInput[] = [];
    let from = 0;
    for (let to = piece.indexOf(LINE_FEED); to >= 0; to = piece.indexOf(LINE_FEED, from)) {
      this.take(piece.subarray(from, to));
      this.endLine(inputs);
      from = to + 1;
    }
    if (from < piece.length) this.take(new Uint8Array(piece.subarray(from)));
    return inputs;
  }

  /** The input of a last line without line feed, if there is one. */
  end(): RecordedInput[] {
    const inputs: RecordedInput[] = [];
    if (this.restBytes > 0) this.endLine(inputs);
    return inputs;
  }

  private take(piece: Uint8Array): void {
    this.restBytes += piece.length;
    if (this.restBytes > this.limits.lineBytesMax) {
      throw this.error('RECORDING_SIZE', this.line + 1, `the line has more than ${this.limits.lineBytesMax} bytes; split the message or raise the limit`);
    }
    this.rest.push(piece);
  }

  private endLine(inputs: RecordedInput[]): void {
    const line = withoutReturn(this.rest.length === 1 ? this.rest[0]! : joined(this.rest, this.restBytes));
    this.rest = [];
    this.restBytes = 0;
    this.line += 1;
    if (isBlank(line)) {
      this.blankLine ||= this.line;
      return;
    }
    if (this.blankLine > 0) throw this.error('RECORDING_FORMAT', this.blankLine, 'the line is empty; only the end of a recording may be');
    const input = readRecordingLine(line, this.limits);
    if (input instanceof LineProblem) throw this.error('RECORDING_FORMAT', this.line, input.message);
    inputs.push(input);
  }

  private error(code: string, line: number, problem: string): LittoralError {
    return new LittoralError(code, `recording, line ${line}: ${problem}`, { details: { line } });
  }
}

/** All inputs of a recording that is at hand as a whole. Throws as `RecordingReader` does. */
export function readRecording(bytes: Uint8Array, limits?: Partial<RecordingLimits>): RecordedInput[] {
  const reader = new RecordingReader(limits);
  const inputs = reader.push(bytes);
  return inputs.concat(reader.end());
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function withoutReturn(line: Uint8Array): Uint8Array {
  return line[line.length - 1] === RETURN ? line.subarray(0, -1) : line;
}

function isBlank(line: Uint8Array): boolean {
  return line.every(byte => byte === 32 || byte === 9);
}
