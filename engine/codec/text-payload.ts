import { PlanError } from '../error';
import type { CellWriter } from './cell-writer';
import { GuardedDecoder } from './guarded-decoder';
import type { PayloadDecoderOptions } from './payload-decoder';

export interface TextDecoderOptions extends PayloadDecoderOptions {
  /** The utf8 column that takes the text. */
  readonly column: string;
  /** Every line is a row. Default false. */
  readonly lines?: boolean;
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Decoder of payloads that are text: one row, or with `lines` a row per line (LF or CR LF; the last one may lack its end). */
export class TextDecoder extends GuardedDecoder {
  protected position = 0;
  private readonly target: CellWriter;

  constructor(private readonly options: TextDecoderOptions) {
    super('TEXT', options);
    const target = this.cells.find(each => each.name === options.column);
    if (target === undefined || target.field.type !== 'utf8') throw new PlanError('DECODER_SCHEMA', `text decoder: column "${options.column}" is no utf8 column of the payload.`);
    const required = this.cells.find(each => each !== target && !each.field.nullable);
    if (required !== undefined) throw new PlanError('DECODER_SCHEMA', `text decoder: column "${required.name}" is required, but a payload only holds "${options.column}". Take it from the topic or the arrival, or make it nullable.`);
    this.target = target;
  }

  protected read(payload: Uint8Array): number {
    if (this.options.lines !== true) {
      this.putRow(payload, 0, payload.length);
      return 1;
    }
    let rows = 0;
    for (let from = 0; from < payload.length; rows++) {
      const found = payload.indexOf(LINE_FEED, from);
      const next = found < 0 ? payload.length : found;
      this.refuseTooManyRows(rows + 1);
      this.putRow(payload, from, next > from && payload[next - 1] === CARRIAGE_RETURN ? next - 1 : next);
      from = next + 1;
    }
    return rows;
  }

  private putRow(bytes: Uint8Array, start: number, end: number): void {
    this.position = start;
    this.cells.forEach((cell, index) => {
      if (cell === this.target) cell.putText(bytes, start, end);
      else this.fillMissing(index, 1);
    });
  }
}
