import { PlanError } from '../error';
import type { DataType } from '../schema/schema';
import { isList, typeName } from '../schema/schema';
import type { AvroField, AvroRecord, AvroType } from './avro-schema';
import { parseAvroSchema } from './avro-schema';
import { readContainerBlock, readContainerHead } from './avro-container';
import { avroFingerprint } from './avro-fingerprint';
import { AvroInput } from './avro-input';
import type { RecordPlan } from './avro-resolve';
import { resolveRecord } from './avro-resolve';
import type { CellWriter } from './cell-writer';
import { DecodeProblem } from './decode-problem';
import { GuardedDecoder } from './guarded-decoder';
import type { PayloadDecoderOptions } from './payload-decoder';
import type { ValueTarget } from './value-target';
import { NO_TARGET } from './value-target';

export interface AvroDecoderOptions extends PayloadDecoderOptions {
  /** JSON of the schema under which rows are read: a record whose fields are the columns. */
  readonly avroSchema: string;
  /** JSON of further schemas that payloads may have been written with. */
  readonly writerSchemas?: readonly string[];
  /** `raw`: bare values of one writer's schema; `singleObject`: C3 01 and the fingerprint of the schema before them; `container`: files. Default `raw`. */
  readonly framing?: 'raw' | 'singleObject' | 'container';
}

/** How a payload of one writer's schema fills the cells. */
interface RowPlan {
  readonly plan: RecordPlan;
  readonly targets: readonly ValueTarget[];
  readonly defaultTargets: readonly ValueTarget[];
  readonly missing: readonly number[];
  readonly unknown: readonly string[];
}

const CONTAINER_PLANS_MAX = 16;
const FIRST_MARK = 0xc3;
const SECOND_MARK = 0x01;

/** Decoder of Avro's binary encoding (specification 1.12): records written under any of the known schemas, read under ours. */
export class AvroDecoder extends GuardedDecoder {
  private readonly input: AvroInput;
  private readonly reader: AvroRecord;
  private readonly framing: 'raw' | 'singleObject' | 'container';
  private readonly rawPlan: RowPlan;
  private readonly byFingerprint = new Map<bigint, RowPlan>();
  /** Plans of schemas seen in container files, by their text. */
  private readonly byText = new Map<string, RowPlan>();

  constructor(options: AvroDecoderOptions) {
    super('AVRO', options);
    this.input = new AvroInput(this.limits);
    this.framing = options.framing ?? 'raw';
    this.reader = avroRecordOf(options.avroSchema, 'schema');
    const writers = (options.writerSchemas ?? []).map((text, index) => avroRecordOf(text, `writerSchemas[${index}]`));
    for (const writer of [this.reader, ...writers]) this.byFingerprint.set(avroFingerprint(writer), planned(() => this.rowPlan(writer)));
    this.rawPlan = planned(() => this.rowPlan(writers[0] ?? this.reader));
    for (const index of this.rawPlan.missing) refuseRequired(this.cells[index]!, this.reader);
    for (const field of this.reader.fields) {
      const cell = this.cells.find(each => each.name === field.name);
      if (cell !== undefined && !fits(field.type, cell.field.type)) throw misfit(field, cell);
    }
  }

  protected get position(): number {
    return this.input.position;
  }

  protected read(payload: Uint8Array): number {
    const { input } = this;
    input.open(payload);
    if (this.framing === 'container') return this.readContainer();
    this.readRow(this.framing === 'raw' ? this.rawPlan : this.planOfHeader());
    if (!input.atEnd) throw new DecodeProblem('TRAILING_DATA', 'the payload goes on after its record');
    return 1;
  }

  private planOfHeader(): RowPlan {
    const { input } = this;
    if (input.u8() !== FIRST_MARK || input.u8() !== SECOND_MARK) throw new DecodeProblem('SYNTAX', 'the payload does not begin with C3 01', 0);
    const fingerprint = BigInt(input.uint64(true));
    const plan = this.byFingerprint.get(fingerprint);
    if (plan === undefined) throw new DecodeProblem('UNKNOWN_SCHEMA', `no schema has the fingerprint ${fingerprint.toString(16).padStart(16, '0')}; add the writer's schema to writerSchemas`, 2);
    return plan;
  }

  private readContainer(): number {
    const file = this.input;
    const head = readContainerHead(file);
    const plan = this.planOfText(head.schemaText);
    let rows = 0;
    for (let block = readContainerBlock(file, head); block !== null; block = readContainerBlock(file, head)) {
      rows += block.count;
      this.refuseTooManyRows(rows);
      const { bytes, position, end } = file;
      file.open(block.bytes);
      for (let row = 0; row < block.count; row++) this.readRow(plan);
      if (!file.atEnd) throw new DecodeProblem('TRAILING_DATA', 'a block goes on after its records');
      file.open(bytes, position, end);
    }
    return rows;
  }

  private planOfText(text: string): RowPlan {
    const known = this.byText.get(text);
    if (known !== undefined) return known;
    const writer = parseAvroSchema(text);
    if (writer.kind !== 'record') throw new DecodeProblem('UNKNOWN_SCHEMA', `the container file holds values of type ${writer.kind}, expected a record`);
    const plan = this.rowPlan(writer);
    if (this.byText.size >= CONTAINER_PLANS_MAX) this.byText.clear();
    this.byText.set(text, plan);
    return plan;
  }

  private readRow({ plan, targets, defaultTargets, missing, unknown }: RowPlan): void {
    plan.steps.forEach(({ read }, index) => read(this.input, targets[index]!, 2));
    plan.defaults.forEach(({ put }, index) => put(defaultTargets[index]!));
    for (const index of missing) this.fillMissing(index, 1);
    for (const name of unknown) this.counts.add('unknown', name);
  }

  private rowPlan(writer: AvroRecord): RowPlan {
    const plan = resolveRecord(writer, this.reader);
    const cellOf = (name: string | null): ValueTarget => this.cells.find(cell => cell.name === name) ?? NO_TARGET;
    const names = [...plan.steps, ...plan.defaults].map(({ name }) => name);
    return {
      plan,
      targets: plan.steps.map(({ name }) => cellOf(name)),
      defaultTargets: plan.defaults.map(({ name }) => cellOf(name)),
      missing: this.cells.flatMap((cell, index) => (names.includes(cell.name) ? [] : [index])),
      unknown: plan.steps.flatMap(({ name }, index) => (cellOf(name) === NO_TARGET ? [name ?? writer.fields[index]!.name] : []))
    };
  }
}

/** The record schema in the JSON `text`; PlanError `DECODER_SCHEMA` names the option `field` when it is none. */
export function avroRecordOf(text: string, field: string): AvroRecord {
  const type: AvroType = planned(() => parseAvroSchema(text));
  if (type.kind !== 'record') throw new PlanError('DECODER_SCHEMA', `avro decoder: ${field} is of type ${type.kind}, expected a record whose fields are the columns.`);
  return type;
}

/** A DecodeProblem of a schema in the plan as the PlanError that it is. */
function planned<T>(make: () => T): T {
  try {
    return make();
  } catch (problem) {
    if (problem instanceof DecodeProblem) throw new PlanError('DECODER_SCHEMA', `avro decoder: ${problem.message}. Mend the schema.`);
    throw problem;
  }
}

/** Which column types a primitive may fill; a union any that one of its branches may. */
const FITTING: Readonly<Record<string, readonly string[]>> = {
  null: [],
  boolean: ['bool'],
  int: ['int32', 'int64', 'float32', 'float64', 'timestampMs'],
  long: ['int32', 'int64', 'float32', 'float64', 'timestampMs'],
  float: ['float32', 'float64'],
  double: ['float32', 'float64'],
  bytes: ['binary'],
  fixed: ['binary'],
  string: ['utf8'],
  enum: ['utf8']
};

function fits(type: AvroType, column: DataType): boolean {
  if (type.kind === 'union') return type.branches.some(branch => fits(branch, column));
  if (isList(column)) return type.kind === 'array' && fits(type.items, column.list);
  return FITTING[type.kind]?.includes(column) ?? false;
}

function misfit({ name, type }: AvroField, { field }: CellWriter): PlanError {
  const kind = type.kind === 'union' ? `a union of ${type.branches.map(branch => branch.kind).join(', ')}` : type.kind;
  return new PlanError('DECODER_SCHEMA', `avro decoder: column "${name}" is ${typeName(field.type)}, but the field is ${kind}. Lists of numbers become lists, records and maps no column.`);
}

function refuseRequired(cell: CellWriter, record: AvroRecord): void {
  if (cell.field.nullable) return;
  const names = record.fields.map(field => field.name).join(', ');
  throw new PlanError('DECODER_SCHEMA', `avro decoder: column "${cell.name}" is required, but record "${record.name}" has no such field; it has ${names}. Make the column nullable or rename it.`);
}
