import type { Batch, Column } from './batch';

/** Rows [from, to) of `batch`; shares its memory. */
export function sliceBatch(batch: Batch, from: number, to: number): Batch {
  if (from === 0 && to === batch.rowCount) return batch;
  return {
    schema: batch.schema,
    rowCount: to - from,
    columns: batch.columns.map(column => sliceColumn(column, from, to)),
    eventTimeMs: batch.eventTimeMs.subarray(from, to),
    at: batch.at.subarray(from, to)
  };
}

function sliceColumn(column: Column, from: number, to: number): Column {
  const validity = column.validity === null ? null : column.validity.subarray(from, to);
  switch (column.kind) {
    case 'bool':
      return { ...column, values: column.values.subarray(from, to), validity };
    case 'int32':
      return { ...column, values: column.values.subarray(from, to), validity };
    case 'int64':
      return { ...column, values: column.values.subarray(from, to), validity };
    case 'float32':
      return { ...column, values: column.values.subarray(from, to), validity };
    case 'float64':
    case 'timestampMs':
      return { ...column, values: column.values.subarray(from, to), validity };
    case 'utf8':
      return { ...column, codes: column.codes.subarray(from, to), validity };
    case 'binary':
      return { ...column, values: column.values.slice(from, to), validity };
    case 'list':
      return { ...column, offsets: column.offsets.subarray(from, to + 1), validity };
  }
}
