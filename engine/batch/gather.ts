import type { Batch, Column } from './batch';

/** The rows `rows[0 … count - 1]` of `batch`, in that order; columns are copied, dictionaries shared. */
export function gatherBatch(batch: Batch, rows: Int32Array, count: number = rows.length): Batch {
  return {
    schema: batch.schema,
    rowCount: count,
    columns: batch.columns.map(column => gatherColumn(column, rows, count)),
    eventTimeMs: pick(batch.eventTimeMs, new Float64Array(count), rows),
    at: pick(batch.at, new Float64Array(count), rows)
  };
}

/** As `gatherBatch`, for one column. */
export function gatherColumn(column: Column, rows: Int32Array, count: number = rows.length): Column {
  const validity = column.validity === null ? null : pick(column.validity, new Uint8Array(count), rows);
  switch (column.kind) {
    case 'bool':
      return { kind: column.kind, values: pick(column.values, new Uint8Array(count), rows), validity };
    case 'int32':
      return { kind: column.kind, values: pick(column.values, new Int32Array(count), rows), validity };
    case 'int64':
      return { kind: column.kind, values: pickInt64(column.values, count, rows), validity };
    case 'float32':
      return { kind: column.kind, values: pick(column.values, new Float32Array(count), rows), validity };
    case 'float64':
    case 'timestampMs':
      return { kind: column.kind, values: pick(column.values, new Float64Array(count), rows), validity };
    case 'utf8':
      return { kind: column.kind, codes: pick(column.codes, new Int32Array(count), rows), dictionary: column.dictionary, validity };
    case 'binary':
      return { kind: column.kind, values: Array.from({ length: count }, (_, i) => column.values[rows[i]!]!), validity };
    case 'list':
      return { kind: column.kind, ...gatherLists(column.offsets, column.values, rows, count), validity };
  }
}

/** `from[rows[0]], from[rows[1]], …`. */
export function pickNumbers(from: Float64Array, rows: Int32Array): Float64Array {
  return pick(from, new Float64Array(rows.length), rows);
}

type NumberArray = Uint8Array | Int32Array | Float32Array | Float64Array;

/** Four rows per turn, all read before the first is written: V8 looks at length and address of every array again after a write. */
function pick<T extends NumberArray>(from: T, into: T, rows: Int32Array): T {
  const count = into.length;
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = from[rows[i]!]!;
    const v1 = from[rows[i + 1]!]!;
    const v2 = from[rows[i + 2]!]!;
    const v3 = from[rows[i + 3]!]!;
    into[i] = v0;
    into[i + 1] = v1;
    into[i + 2] = v2;
    into[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) into[i] = from[rows[i]!]!;
  return into;
}

function pickInt64(from: BigInt64Array, count: number, rows: Int32Array): BigInt64Array {
  const into = new BigInt64Array(count);
  for (let i = 0; i < count; i++) into[i] = from[rows[i]!]!;
  return into;
}

/** An empty array of the type of `values`. */
export function sameKind(values: Float64Array | Float32Array | Int32Array, length: number): Float64Array | Float32Array | Int32Array {
  if (values instanceof Float64Array) return new Float64Array(length);
  return values instanceof Float32Array ? new Float32Array(length) : new Int32Array(length);
}

function gatherLists(
  offsets: Int32Array,
  values: Float64Array | Float32Array | Int32Array,
  rows: Int32Array,
  count: number
): { offsets: Int32Array; values: Float64Array | Float32Array | Int32Array } {
  const gathered = new Int32Array(count + 1);
  for (let i = 0; i < count; i++) gathered[i + 1] = gathered[i]! + offsets[rows[i]! + 1]! - offsets[rows[i]!]!;
  const into = sameKind(values, gathered[count]!);
  for (let i = 0; i < count; i++) into.set(values.subarray(offsets[rows[i]!]!, offsets[rows[i]! + 1]!), gathered[i]!);
  return { offsets: gathered, values: into };
}
