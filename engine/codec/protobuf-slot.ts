import type { CellWriter } from './cell-writer';
import { DecodeProblem } from './decode-problem';
import type { ProtoField } from './protobuf-schema';
import { defaultOf, refuseWire } from './protobuf-tree';
import type { WireReader } from './protobuf-wire';
import { isPackable, putScalar, SIZED } from './protobuf-wire';
import { encodeUtf8 } from './utf8';

const TIMESTAMP = 'google.protobuf.Timestamp';
const NANOS_MAX = 999_999_999;

/** One field of a message and the cell it fills: keeps the last value until the message ends, lists as they come. */
export class FieldSlot {
  private sent = false;
  private value: number | bigint = 0;
  private start = 0;
  private end = 0;
  private items: (number | bigint)[] = [];

  constructor(
    readonly field: ProtoField,
    readonly cell: CellWriter
  ) {}

  /** Whether the field is a time that a timestampMs column takes. */
  static isTime(field: ProtoField, cell: CellWriter): boolean {
    return field.message?.name === TIMESTAMP && cell.field.type === 'timestampMs';
  }

  clear(): void {
    this.sent = false;
    this.items.length = 0;
  }

  /** Takes the value of the last tag. */
  read(reader: WireReader): void {
    const { field } = this;
    this.sent = true;
    if (field.repeated) {
      this.readItems(reader);
      return;
    }
    refuseWire(field, reader.wire);
    if (reader.wire === SIZED) {
      this.start = reader.sized();
      this.end = reader.position;
      if (field.message !== null) this.value = readTime(reader, this.start, this.end);
    } else this.value = reader.scalar(field.kind);
  }

  /** Writes what the message held into the cell; `bytes` are the payload's. */
  flush(bytes: Uint8Array): void {
    const { field, cell } = this;
    if (field.repeated) {
      cell.openList();
      for (const item of this.items) putScalar(cell, item, field.kind);
      cell.closeList();
    } else if (!this.sent) this.putAbsent();
    else if (field.kind === 'string') cell.putText(bytes, this.start, this.end);
    else if (field.kind === 'bytes') cell.putBytes(bytes, this.start, this.end);
    else if (field.message !== null) cell.putTime(Number(this.value));
    else if (field.symbols !== null && cell.field.type === 'utf8') putName(cell, field.symbols.get(Number(this.value)) ?? String(this.value));
    else putScalar(cell, this.value, field.kind);
  }

  private readItems(reader: WireReader): void {
    const { field, items } = this;
    if (reader.wire !== SIZED || !isPackable(field.kind)) {
      refuseWire(field, reader.wire);
      if (reader.wire === SIZED) throw this.cell.wrongType(`a list of ${field.kind}`);
      items.push(reader.scalar(field.kind));
      return;
    }
    const start = reader.sized();
    const end = reader.position;
    const outerEnd = reader.end;
    reader.position = start;
    reader.end = end;
    while (reader.position < end) items.push(reader.scalar(field.kind));
    reader.end = outerEnd;
  }

  private putAbsent(): void {
    const { field, cell } = this;
    if (field.required) throw new DecodeProblem('MISSING_FIELD', `field "${field.name}" is required, but was not sent`);
    if (field.presence) {
      cell.putNull();
      return;
    }
    const value = defaultOf(field);
    if (value instanceof Uint8Array) cell.putBytes(value, 0, 0);
    else if (typeof value === 'string') putName(cell, value);
    else if (field.symbols !== null && cell.field.type === 'utf8') putName(cell, field.symbols.get(0) ?? '0');
    else if (typeof value === 'boolean') cell.putBool(value);
    else putScalar(cell, value, field.kind);
  }
}

function putName(cell: CellWriter, name: string): void {
  const text = encodeUtf8(name);
  cell.putText(text, 0, text.length);
}

/** ms since the epoch of a google.protobuf.Timestamp, rounded down. */
function readTime(reader: WireReader, start: number, end: number): number {
  const outerEnd = reader.end;
  reader.position = start;
  reader.end = end;
  let seconds = 0;
  let nanos = 0;
  while (reader.position < end) {
    reader.tag();
    if (reader.field === 1 && reader.wire === 0) seconds = Number(reader.scalar('int64'));
    else if (reader.field === 2 && reader.wire === 0) nanos = Number(reader.scalar('int32'));
    else reader.skip(2, 16);
  }
  reader.end = outerEnd;
  if (nanos < 0 || nanos > NANOS_MAX) throw new DecodeProblem('RANGE', `a Timestamp with ${nanos} nanoseconds`);
  return seconds * 1000 + Math.floor(nanos / 1e6);
}
