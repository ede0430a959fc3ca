import { PlanError } from '../error';
import { isList } from '../schema/schema';
import { DecodeProblem } from './decode-problem';
import { GuardedDecoder } from './guarded-decoder';
import { JsonScanner } from './json-scanner';
import type { PayloadDecoderOptions } from './payload-decoder';
import { putScalarText } from './text-value';

export interface NumberDecoderOptions extends PayloadDecoderOptions {
  /** The column that takes the number. */
  readonly column: string;
}

/** Decoder of payloads that are one number (or `true`, `false`) as text, with white space around it: `21.5`. */
export class NumberDecoder extends GuardedDecoder {
  private readonly scanner = new JsonScanner(this.limits);

  constructor(private readonly options: NumberDecoderOptions) {
    super('NUMBER', options);
    const cell = this.cells.find(each => each.name === options.column);
    if (cell === undefined || isList(cell.field.type)) throw new PlanError('DECODER_SCHEMA', `number decoder: column "${options.column}" is no column of the payload for one value.`);
    const required = this.cells.find(each => each !== cell && !each.field.nullable);
    if (required !== undefined) throw new PlanError('DECODER_SCHEMA', `number decoder: column "${required.name}" is required, but a payload only holds "${options.column}". Take it from the topic or the arrival, or make it nullable.`);
  }

  protected get position(): number {
    return this.scanner.position;
  }

  protected read(payload: Uint8Array): number {
    const { scanner } = this;
    scanner.open(payload);
    if (scanner.peek() < 0) throw new DecodeProblem('TRUNCATED', 'the payload is empty; a number was expected');
    let end = payload.length;
    while (payload[end - 1]! <= 32) end--;
    this.cells.forEach((cell, index) => {
      if (cell.name === this.options.column) putScalarText(scanner, payload, scanner.position, end, cell);
      else this.fillMissing(index, 1);
    });
    return 1;
  }
}
