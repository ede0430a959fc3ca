import { expect } from 'vitest';
import type { Batch, Column } from '../../engine/batch/batch';
import type { DecodeFailure } from '../../engine/codec/decode-failure';
import type { PayloadDecoder } from '../../engine/codec/payload-decoder';
import { RowBuilder } from '../../engine/codec/row-builder';
import type { PlainValue } from '../../engine/codec/tree-target';
import type { DataType, Field, Schema } from '../../engine/schema/schema';
import type { ReferenceCase } from './reference';
import { plain, referenceJson } from './reference';

export type Row = Record<string, unknown>;

function parseType(text: string): DataType {
  const fixed = /^(int32|float32|float64)\[(\d+)\]$/.exec(text);
  if (fixed) return { list: fixed[1] as 'float32', size: Number(fixed[2]) };
  const list = /^list<(int32|float32|float64)>$/.exec(text);
  return list ? { list: list[1] as 'float64' } : (text as 'float64');
}

/** A schema in the notation of the reference cases. */
export function referenceSchema(value: unknown): Schema {
  const fields = value as { name: string; type: string; nullable: boolean }[];
  return { fields: fields.map(field => ({ ...field, type: parseType(field.type) }) as Field) };
}

export const RECORD_SCHEMA = referenceSchema(referenceJson('codecs/schema.json'));
const records = (referenceJson('codecs/records.json') as { record: Row }[]).map(line => line.record);

/** The schema of a case, `RECORD_SCHEMA` unless it has its own. */
export function schemaOf(reference: ReferenceCase): Schema {
  return reference.params['schema'] === undefined ? RECORD_SCHEMA : referenceSchema(reference.params['schema']);
}

/** Records, numbers and bytes of the reference notation as plain rows. */
export function expectedRows(expected: unknown): Row[] {
  const value = expected as { $record?: number; with?: Row; $records?: number[]; rows?: unknown };
  if (value.$records) return value.$records.map(index => plain(records[index]) as Row);
  if (value.$record !== undefined) return [plain({ ...records[value.$record], ...value.with }) as Row];
  return [plain(expected) as Row];
}

function cell(column: Column, row: number): unknown {
  if (column.validity !== null && column.validity[row] === 0) return null;
  if (column.kind === 'utf8') return column.dictionary.values[column.codes[row]!];
  if (column.kind === 'list') return Array.from(column.values.subarray(column.offsets[row], column.offsets[row + 1]));
  if (column.kind === 'bool') return column.values[row] === 1;
  return column.values[row];
}

export function rowsOf(batch: Batch): Row[] {
  return Array.from({ length: batch.rowCount }, (_, row) => Object.fromEntries(batch.schema.fields.map((field, i) => [field.name, cell(batch.columns[i]!, row)])));
}

/** What `decoder` makes of one payload; on a failure no row may be left behind. */
export function decodeRows(decoder: PayloadDecoder, schema: Schema, payload: Uint8Array, topic = 't'): Row[] | DecodeFailure {
  const sink = new RowBuilder(schema);
  const result = decoder.decode(payload, sink, topic);
  if (typeof result !== 'number') {
    for (const column of sink.columns) expect(column.length).toBe(0);
    return result;
  }
  for (const column of sink.columns) expect(column.length).toBe(result);
  return rowsOf(sink.build(new Float64Array(result), new Float64Array(result)));
}

/** As `decodeRows`, for a payload that must be decoded. */
export function mustDecode(decoder: PayloadDecoder, schema: Schema, payload: Uint8Array, topic = 't'): Row[] {
  const rows = decodeRows(decoder, schema, payload, topic);
  if (!Array.isArray(rows)) throw new Error(rows.message);
  return rows;
}

/** Compares rows column by column; int64 columns hold bigints. */
export function expectRows(seen: readonly Row[], expected: readonly Row[], schema: Schema, columns: readonly string[] = schema.fields.map(field => field.name)): void {
  expect(seen.length).toBe(expected.length);
  expected.forEach((row, i) => {
    for (const field of schema.fields) {
      if (!columns.includes(field.name)) continue;
      const value = row[field.name] ?? null;
      expect(seen[i]![field.name], field.name).toEqual(field.type === 'int64' && typeof value === 'number' ? BigInt(value) : value);
    }
  });
}

/** Which of our faults a class of the reference stands for. */
const CLASSES: Readonly<Record<string, string>> = {
  truncated: 'TRUNCATED',
  syntax: 'SYNTAX',
  trailingData: 'TRAILING_DATA',
  outOfRange: 'RANGE',
  wrongType: 'TYPE',
  missingField: 'MISSING_FIELD',
  invalidUtf8: 'UTF8',
  duplicateKey: 'DUPLICATE_KEY',
  tooDeep: 'DEPTH',
  tooLarge: 'SIZE',
  unknownSchema: 'UNKNOWN_SCHEMA',
  badMagic: 'SYNTAX',
  badBlock: 'SYNTAX',
  recursion: 'DEPTH',
  ignored: 'SYNTAX'
};

/** The readings of a bad payload that the reference allows: rows and faults. */
export function allowedOutcomes(reference: ReferenceCase): { readonly faults: readonly string[]; readonly values: readonly unknown[] } {
  const allowed = (reference.expected as { anyOf?: unknown[] }).anyOf ?? [reference.expected];
  const errors = allowed.map(item => (item as { error?: string }).error);
  return {
    faults: errors.flatMap(error => (error === undefined ? [] : [CLASSES[error] ?? error])),
    values: allowed.filter((_, i) => errors[i] === undefined)
  };
}

/** Checks what became of a bad payload; `looseClass`: any error will do, because the class is advice. */
export function expectOutcome(seen: Row[] | DecodeFailure, reference: ReferenceCase, schema: Schema, looseClass = false): void {
  const { faults, values } = allowedOutcomes(reference);
  if (!Array.isArray(seen)) {
    expect(faults.length, `refused: ${seen.message}`).toBeGreaterThan(0);
    if (!looseClass) expect(faults).toContain(seen.code.slice(seen.code.indexOf('_') + 1));
    return;
  }
  expect(values.length, `decoded to ${seen.length} rows`).toBeGreaterThan(0);
  const value = values[0];
  const lines = (value as { rows?: unknown[][] }).rows;
  if (lines !== undefined) expectRows(seen, lines.map(line => Object.fromEntries(schema.fields.map((field, i) => [field.name, plain(line[i])]))), schema);
  else expectRows(seen, Array.isArray(value) ? (plain(value) as Row[]) : [plain(value) as Row], schema);
}

/** A tree of values with plain objects for maps. */
export function plainOf(value: PlainValue): unknown {
  if (value instanceof Map) return Object.fromEntries([...(value as ReadonlyMap<string, PlainValue>)].map(([name, member]) => [name, plainOf(member)]));
  return Array.isArray(value) ? (value as readonly PlainValue[]).map(plainOf) : value;
}
