import { quotedNames } from '../did-you-mean';
import { PlanError } from '../error';
import { copyBytes } from './byte-reader';
import type { CellWriter } from './cell-writer';
import { CsvScanner } from './csv-scanner';
import { DEFAULT_DECODE_LIMITS } from './decode-failure';
import { DecodeProblem } from './decode-problem';
import { GuardedDecoder } from './guarded-decoder';
import { JsonScanner } from './json-scanner';
import type { PayloadDecoderOptions } from './payload-decoder';
import { putScalarText } from './text-value';
import { decodeUtf8, encodeUtf8 } from './utf8';
import { textOf } from './value-target';

export interface CsvDecoderOptions extends PayloadDecoderOptions {
  /** One character between fields. Default `,`. */
  readonly delimiter?: string;
  /** One character around fields that hold delimiters, quotes or line ends. Default `"`. */
  readonly quote?: string;
  /** Whether the first line of every payload names the columns. Default true; otherwise fields stand in the order of `columns`. */
  readonly header?: boolean;
  /** Names of the fields where there is no header. Default: the columns of the schema. */
  readonly columns?: readonly string[];
  /** Text that stands for null. Default: the empty text. */
  readonly nullText?: string;
  /** Decimal sign of float columns. Default `.`. */
  readonly decimal?: '.' | ',';
}

const COMMA = 44;
const DOT = 46;

/** Decoder of CSV payloads: each line is a row. All lines have the same number of fields. */
export class CsvDecoder extends GuardedDecoder {
  private readonly lines: CsvScanner;
  private readonly scanner = new JsonScanner(this.limits);
  private readonly nullBytes: Uint8Array;
  /** Per field of a line its cell; null where no column has the name. */
  private fields: readonly (CellWriter | null)[] = [];
  private missingCells: readonly number[] = [];
  private unknownNames: readonly string[] = [];
  /** Bytes of the last header, its line end included. */
  private header: Uint8Array = new Uint8Array(0);

  constructor(private readonly options: CsvDecoderOptions) {
    super('CSV', options);
    this.lines = new CsvScanner((options.delimiter ?? ',').charCodeAt(0), (options.quote ?? '"').charCodeAt(0), this.limits);
    this.nullBytes = encodeUtf8(options.nullText ?? '');
    if (options.header === false) this.nameFields(options.columns ?? this.cells.map(cell => cell.name));
    for (const index of options.header === false ? this.missingCells : []) {
      const { name, nullable } = this.cells[index]!.field;
      if (!nullable) throw new PlanError('DECODER_SCHEMA', `csv decoder: column "${name}" is required, but is none of the fields ${quotedNames(options.columns ?? [])}. Name it in columns or make it nullable.`);
    }
  }

  protected get position(): number {
    return this.lines.position;
  }

  protected read(payload: Uint8Array): number {
    const { lines } = this;
    lines.open(payload);
    if (this.options.header !== false) this.takeHeader(payload);
    for (let rows = 0; ; rows++) {
      const count = lines.readLine(index => this.putField(index));
      if (count === 0) return rows;
      if (count !== this.fields.length) throw new DecodeProblem('SYNTAX', `a line has ${count} fields where ${this.fields.length} were expected`);
      for (const index of this.missingCells) this.fillMissing(index, 1);
      this.refuseTooManyRows(rows + 1);
    }
  }

  /** Takes the first line, which is mostly the one of the last payload. */
  private takeHeader(payload: Uint8Array): void {
    const { lines, header } = this;
    if (header.length > 0 && header.every((byte, i) => payload[i] === byte)) lines.position = header.length;
    else {
      this.header = new Uint8Array(0);
      const names = this.readNames();
      if (new Set(names).size < names.length) throw new DecodeProblem('DUPLICATE_KEY', 'two columns have the same name');
      this.nameFields(names);
      if (lines.position <= payload.length) this.header = copyBytes(payload, 0, lines.position);
    }
    for (const name of this.unknownNames) this.counts.add('unknown', name);
  }

  private readNames(): readonly string[] {
    const { lines } = this;
    const names: string[] = [];
    lines.readLine(() => names.push(textOf(lines.fieldBytes, lines.fieldStart, lines.fieldEnd)));
    if (names.length === 0) throw new DecodeProblem('TRUNCATED', 'the payload is empty; a line with the names of the columns was expected');
    return names;
  }

  private nameFields(names: readonly string[]): void {
    this.fields = names.map(name => this.cells.find(cell => cell.name === name) ?? null);
    this.missingCells = this.cells.flatMap((cell, index) => (names.includes(cell.name) ? [] : [index]));
    this.unknownNames = names.filter((_, index) => this.fields[index] === null);
  }

  private putField(index: number): void {
    const cell = this.fields[index];
    if (cell === null || cell === undefined) return;
    const { fieldBytes, fieldStart, fieldEnd } = this.lines;
    const { nullable, type } = cell.field;
    if (this.isNull() && (nullable || type !== 'utf8')) cell.putNull();
    else if (this.options.decimal === ',' && (type === 'float64' || type === 'float32')) {
      const dotted = copyBytes(fieldBytes, fieldStart, fieldEnd).map(byte => (byte === COMMA ? DOT : byte === DOT ? COMMA : byte));
      putScalarText(this.scanner, dotted, 0, dotted.length, cell);
    } else putScalarText(this.scanner, fieldBytes, fieldStart, fieldEnd, cell);
  }

  private isNull(): boolean {
    const { fieldBytes, fieldStart, fieldEnd } = this.lines;
    return fieldEnd - fieldStart === this.nullBytes.length && this.nullBytes.every((byte, i) => fieldBytes[fieldStart + i] === byte);
  }
}

/** The lines of a CSV payload as texts, for samples; DecodeProblem when they are no CSV. */
export function csvLines(payload: Uint8Array, { delimiter, quote }: Pick<CsvDecoderOptions, 'delimiter' | 'quote'>): string[][] {
  const scanner = new CsvScanner((delimiter ?? ',').charCodeAt(0), (quote ?? '"').charCodeAt(0), DEFAULT_DECODE_LIMITS);
  scanner.open(payload);
  const lines: string[][] = [];
  for (;;) {
    const line: string[] = [];
    if (scanner.readLine(() => line.push(decodeUtf8(scanner.fieldBytes, scanner.fieldStart, scanner.fieldEnd) ?? '')) === 0) return lines;
    lines.push(line);
  }
}
