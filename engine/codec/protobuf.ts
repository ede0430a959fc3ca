import { PlanError } from '../error';
import { didYouMean, quotedNames } from '../did-you-mean';
import { isList, typeName } from '../schema/schema';
import { decodeBase64Any } from './base64';
import type { CellWriter } from './cell-writer';
import { DecodeProblem } from './decode-problem';
import { GuardedDecoder } from './guarded-decoder';
import type { PayloadDecoderOptions } from './payload-decoder';
import { FieldSlot } from './protobuf-slot';
import type { ProtoField, ProtoKind, ProtoMessage } from './protobuf-schema';
import { parseDescriptorSet } from './protobuf-schema';
import { readField, refuseWire } from './protobuf-tree';
import { WireReader } from './protobuf-wire';

export interface ProtobufDecoderOptions extends PayloadDecoderOptions {
  /** A FileDescriptorSet (`protoc --include_imports -o file.desc`) as base64. */
  readonly descriptor: string;
  /** Full name of the message of a payload, e.g. `plant.v1.Reading`. */
  readonly message: string;
  /** A repeated message field of which every element is a row; columns that the element does not have come from the message around it. Absent: the message is one row. */
  readonly rows?: string;
}

/** Decoder of Protocol Buffers (proto2, proto3) by a descriptor that the plan brings; nothing is generated. */
export class ProtobufDecoder extends GuardedDecoder {
  private readonly reader = new WireReader();
  private readonly message: ProtoMessage;
  private readonly rowsField: ProtoField | null;
  /** Fields of the payload's message that fill cells, and with `rows` those of its elements. */
  private readonly outer: ReadonlyMap<number, FieldSlot>;
  private readonly inner: ReadonlyMap<number, FieldSlot>;
  private readonly missingCells: readonly number[];

  constructor(options: ProtobufDecoderOptions) {
    super('PROTOBUF', options);
    this.message = protobufMessageOf(options);
    this.rowsField = options.rows === undefined ? null : protobufRowsOf(this.message, options.rows);
    const element = this.rowsField?.message ?? null;
    this.inner = slotsOf(this.cells, element, []);
    const taken = [...this.inner.values()].map(slot => slot.cell);
    this.outer = slotsOf(this.cells.filter(cell => !taken.includes(cell)), this.message, [this.rowsField]);
    const filled = [...taken, ...[...this.outer.values()].map(slot => slot.cell)];
    this.missingCells = this.cells.flatMap((cell, index) => (filled.includes(cell) ? [] : [index]));
    for (const index of this.missingCells) refuseRequired(this.cells[index]!, element === null ? [this.message] : [element, this.message]);
    if (element !== null) for (const slot of this.outer.values()) if (slot.field.repeated) throw misfit(slot.cell, slot.field);
  }

  protected get position(): number {
    return this.reader.position;
  }

  protected read(payload: Uint8Array): number {
    const { reader, outer, rowsField } = this;
    reader.open(payload);
    for (const slot of outer.values()) slot.clear();
    const elements: number[] = [];
    this.readFields(this.message, outer, payload.length, rowsField === null ? null : elements);
    const rows = rowsField === null ? 1 : elements.length / 2;
    this.refuseTooManyRows(rows);
    for (let row = 0; row < rows; row++) {
      if (rowsField !== null) this.readElement(rowsField.message!, elements[2 * row]!, elements[2 * row + 1]!);
      for (const slot of outer.values()) slot.flush(reader.bytes);
      for (const index of this.missingCells) this.fillMissing(index, 1);
    }
    return rows;
  }

  private readElement(message: ProtoMessage, start: number, end: number): void {
    const { reader, inner } = this;
    for (const slot of inner.values()) slot.clear();
    reader.position = start;
    reader.end = end;
    this.readFields(message, inner, end, null);
    for (const slot of inner.values()) slot.flush(reader.bytes);
  }

  /** Fills the slots of one message; `elements` gets the bounds of the rows, which are read later. */
  private readFields(message: ProtoMessage, slots: ReadonlyMap<number, FieldSlot>, end: number, elements: number[] | null): void {
    const { reader, rowsField } = this;
    while (reader.position < end) {
      reader.tag();
      const slot = slots.get(reader.field);
      if (slot !== undefined) {
        clearOneof(slots, slot.field);
        slot.read(reader);
      } else if (elements !== null && reader.field === rowsField?.number) {
        refuseWire(rowsField, reader.wire);
        elements.push(reader.sized(), reader.position);
      } else this.readOther(message, slots);
    }
  }

  /** A field that no column takes: checked, counted and forgotten. */
  private readOther(message: ProtoMessage, slots: ReadonlyMap<number, FieldSlot>): void {
    const { reader, limits } = this;
    const field = message.byNumber.get(reader.field);
    this.counts.add('unknown', field?.name ?? `field ${reader.field}`);
    if (field === undefined) reader.skip(1, limits.depthMax);
    else {
      clearOneof(slots, field);
      readField(reader, field, message, null, { depth: 2, depthMax: limits.depthMax });
    }
  }
}

/** The members of a oneof that were sent before `field` count no longer. */
function clearOneof(slots: ReadonlyMap<number, FieldSlot>, field: ProtoField): void {
  if (field.oneof === null) return;
  for (const slot of slots.values()) if (slot.field.oneof === field.oneof && slot.field !== field) slot.clear();
}

/** The message of a descriptor, both as a plan gives them. Throws PlanError `DECODER_SCHEMA`. */
export function protobufMessageOf({ descriptor, message }: Pick<ProtobufDecoderOptions, 'descriptor' | 'message'>): ProtoMessage {
  const bytes = decodeBase64Any(descriptor);
  if (bytes === null) throw new PlanError('DECODER_SCHEMA', 'protobuf decoder: descriptor is no base64. Give the bytes of `protoc --include_imports -o file.desc` as base64.');
  let messages: ReadonlyMap<string, ProtoMessage>;
  try {
    messages = parseDescriptorSet(bytes);
  } catch (problem) {
    if (problem instanceof DecodeProblem) throw new PlanError('DECODER_SCHEMA', `protobuf decoder: ${problem.message}.`);
    throw problem;
  }
  const found = messages.get(message.replace(/^\./, ''));
  const names = [...messages.values()].flatMap(each => (each.mapEntry ? [] : [each.name]));
  if (found === undefined) throw new PlanError('DECODER_SCHEMA', `protobuf decoder: the descriptor has no message "${message}"; it has ${quotedNames(names)}.${didYouMean(message, names)}`);
  return found;
}

/** The repeated message field `name`. Throws PlanError `DECODER_SCHEMA`. */
export function protobufRowsOf(message: ProtoMessage, name: string): ProtoField {
  const field = message.fields.find(each => each.name === name);
  if (field?.repeated === true && field.kind === 'message') return field;
  const names = message.fields.flatMap(each => (each.repeated && each.kind === 'message' ? [each.name] : []));
  throw new PlanError('DECODER_SCHEMA', `protobuf decoder: rows "${name}" is no repeated message of "${message.name}", which has ${quotedNames(names)}.${didYouMean(name, names)}`);
}

function slotsOf(cells: readonly CellWriter[], message: ProtoMessage | null, except: readonly (ProtoField | null)[]): ReadonlyMap<number, FieldSlot> {
  const slots = new Map<number, FieldSlot>();
  for (const cell of cells) {
    const field = message?.fields.find(each => each.name === cell.name && !except.includes(each));
    if (field === undefined) continue;
    if (!fits(field, cell)) throw misfit(cell, field);
    slots.set(field.number, new FieldSlot(field, cell));
  }
  return slots;
}

const FLOATS: readonly string[] = ['float32', 'float64'];
const WHOLE: readonly string[] = ['int32', 'int64', 'timestampMs', ...FLOATS];
/** Which column types a field may fill, where it is not whole numbers. */
const FITTING: Readonly<Partial<Record<ProtoKind, readonly string[]>>> = { double: FLOATS, float: FLOATS, bool: ['bool'], string: ['utf8'], bytes: ['binary'], enum: ['utf8', ...WHOLE] };

function fits(field: ProtoField, cell: CellWriter): boolean {
  const { type } = cell.field;
  if (field.repeated !== isList(type)) return false;
  if (field.message !== null) return FieldSlot.isTime(field, cell);
  return (FITTING[field.kind] ?? WHOLE).includes(isList(type) ? type.list : type);
}

function misfit(cell: CellWriter, field: ProtoField): PlanError {
  const kind = `${field.repeated ? 'repeated ' : ''}${field.message?.name ?? field.kind}`;
  return new PlanError('DECODER_SCHEMA', `protobuf decoder: column "${cell.name}" is ${typeName(cell.field.type)}, but the field is ${kind}. Repeated numbers become lists, google.protobuf.Timestamp a timestampMs, other messages no column.`);
}

function refuseRequired(cell: CellWriter, messages: readonly ProtoMessage[]): void {
  if (cell.field.nullable) return;
  const names = messages.flatMap(message => message.fields.map(field => field.name));
  throw new PlanError('DECODER_SCHEMA', `protobuf decoder: column "${cell.name}" is required, but no field has that name; there are ${quotedNames(names)}.${didYouMean(cell.name, names)}`);
}
