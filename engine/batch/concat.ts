import { assert } from '../error';
import type { Schema } from '../schema/schema';
import type { Batch, Column, ListColumn, Utf8Column } from './batch';
import { Dictionary } from './batch';
import { emptyBatch } from './empty';
import { sameKind } from './gather';

/** The rows of `batches`, one after the other. One batch is given back as it is. */
export function concatBatches(schema: Schema, batches: readonly Batch[]): Batch {
  const first = batches[0];
  if (first === undefined) return emptyBatch(schema);
  if (batches.length === 1) return first;
  const rowCount = batches.reduce((sum, batch) => sum + batch.rowCount, 0);
  return {
    schema,
    rowCount,
    columns: schema.fields.map((_, index) => concatColumns(batches.map(batch => batch.columns[index]!), batches, rowCount)),
    eventTimeMs: join(new Float64Array(rowCount), batches.map(batch => batch.eventTimeMs)),
    at: join(new Float64Array(rowCount), batches.map(batch => batch.at))
  };
}

function concatColumns(columns: readonly Column[], batches: readonly Batch[], rowCount: number): Column {
  const validity = concatValidity(columns, batches, rowCount);
  const kind = columns[0]!.kind;
  switch (kind) {
    case 'bool':
      return { kind, values: join(new Uint8Array(rowCount), columns.map(column => narrow(column, kind).values)), validity };
    case 'int32':
      return { kind, values: join(new Int32Array(rowCount), columns.map(column => narrow(column, kind).values)), validity };
    case 'int64':
      return { kind, values: join(new BigInt64Array(rowCount), columns.map(column => narrow(column, kind).values)), validity };
    case 'float32':
      return { kind, values: join(new Float32Array(rowCount), columns.map(column => narrow(column, kind).values)), validity };
    case 'float64':
    case 'timestampMs':
      return { kind, values: join(new Float64Array(rowCount), columns.map(column => narrow(column, kind).values)), validity };
    case 'utf8':
      return { ...concatTexts(columns.map(column => narrow(column, kind)), batches, rowCount), validity };
    case 'binary':
      return { kind, values: columns.flatMap(column => narrow(column, kind).values), validity };
    case 'list':
      return { ...concatLists(columns.map(column => narrow(column, kind)), batches, rowCount), validity };
  }
}

function narrow<K extends Column['kind']>(column: Column, kind: K): Extract<Column, { kind: K }> {
  assert(column.kind === kind, `columns of one kind, not ${column.kind} and ${kind}`);
  return column as Extract<Column, { kind: K }>;
}

interface Settable<T> {
  readonly length: number;
  set(values: T, offset: number): void;
}
function join<T extends Settable<T>>(into: T, parts: readonly T[]): T {
  let offset = 0;
  for (const part of parts) {
    into.set(part, offset);
    offset += part.length;
  }
  return into;
}

function concatValidity(columns: readonly Column[], batches: readonly Batch[], rowCount: number): Uint8Array | null {
  if (columns.every(column => column.validity === null)) return null;
  const validity = new Uint8Array(rowCount).fill(1);
  let offset = 0;
  columns.forEach((column, index) => {
    if (column.validity !== null) validity.set(column.validity, offset);
    offset += batches[index]!.rowCount;
  });
  return validity;
}

function concatTexts(columns: readonly Utf8Column[], batches: readonly Batch[], rowCount: number): Utf8Column {
  const shared = columns[0]!.dictionary;
  if (columns.every(column => column.dictionary === shared)) {
    return { kind: 'utf8', codes: join(new Int32Array(rowCount), columns.map(column => column.codes)), dictionary: shared, validity: null };
  }
  const dictionary = new Dictionary();
  const codes = new Int32Array(rowCount);
  let offset = 0;
  columns.forEach((column, index) => {
    const count = batches[index]!.rowCount;
    for (let row = 0; row < count; row++) {
      if (column.validity === null || column.validity[row] === 1) codes[offset + row] = dictionary.encode(column.dictionary.values[column.codes[row]!]!);
    }
    offset += count;
  });
  return { kind: 'utf8', codes, dictionary, validity: null };
}

function concatLists(columns: readonly ListColumn[], batches: readonly Batch[], rowCount: number): ListColumn {
  const offsets = new Int32Array(rowCount + 1);
  let row = 0;
  columns.forEach((column, index) => {
    for (let i = 0; i < batches[index]!.rowCount; i++, row++) offsets[row + 1] = offsets[row]! + column.offsets[i + 1]! - column.offsets[i]!;
  });
  const values = sameKind(columns[0]!.values, offsets[rowCount]!);
  row = 0;
  columns.forEach((column, index) => {
    const count = batches[index]!.rowCount;
    values.set(column.values.subarray(column.offsets[0]!, column.offsets[count]!), offsets[row]!);
    row += count;
  });
  return { kind: 'list', offsets, values, validity: null };
}
