import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Batch } from '../../../engine/batch/batch';
import { concatBatches } from '../../../engine/batch/concat';
import { emptyBatch, nullColumn } from '../../../engine/batch/empty';
import { gatherBatch } from '../../../engine/batch/gather';
import { sliceBatch } from '../../../engine/batch/slice';
import { rowText, valueAt } from '../../../engine/batch/value';
import { columnBuilder } from '../../../engine/codec/column-builder';
import type { AnyColumnBuilder } from '../../../engine/codec/column-builder';
import { BinaryBuilder, Int64Builder, ListBuilder, NumberBuilder } from '../../../engine/codec/column-builder';
import type { DataType, Schema } from '../../../engine/schema/schema';

const types: readonly DataType[] = ['bool', 'int32', 'int64', 'float32', 'float64', 'timestampMs', 'utf8', 'binary', { list: 'float64' }, { list: 'float32' }, { list: 'int32' }];
const schema: Schema = { fields: types.map((type, index) => ({ name: `c${index}`, type, nullable: true })) };

function append(builder: AnyColumnBuilder, seed: number): void {
  if (builder instanceof Int64Builder) builder.appendBigInt(BigInt(seed) * 3_000_000_007n);
  else if (builder instanceof BinaryBuilder) builder.append(Uint8Array.of(seed & 255, seed >> 8));
  else if (builder instanceof ListBuilder) {
    for (let i = 0; i < seed % 4; i++) builder.appendValue(seed + i);
    builder.endList();
  } else if (builder instanceof NumberBuilder) builder.append(seed % 2);
  else builder.append(`text ${seed % 7}`);
}

const batches: fc.Arbitrary<Batch> = fc.array(fc.tuple(fc.nat(60_000), fc.nat(2 ** types.length)), { maxLength: 30 }).map(rows => {
  const builders = types.map(columnBuilder);
  for (const [seed, nulls] of rows) {
    builders.forEach((builder, index) => {
      if (nulls & (1 << index) && index % 2 === 0) builder.appendNull();
      else append(builder, seed + index);
    });
  }
  const numbers = Float64Array.from(rows, (_, row) => row);
  return { schema, rowCount: rows.length, columns: builders.map(builder => builder.build()), eventTimeMs: numbers, at: numbers };
});

function rowsOf(batch: Batch): unknown[] {
  return Array.from({ length: batch.rowCount }, (_, row) => [batch.eventTimeMs[row], batch.at[row], ...batch.columns.map(column => valueAt(column, row))]);
}

describe('batches', () => {
  test('gathered give the rows asked for, in that order', () => {
    fc.assert(
      fc.property(batches, fc.array(fc.nat(1000), { maxLength: 40 }), (batch, wanted) => {
        const rows = batch.rowCount === 0 ? [] : wanted.map(row => row % batch.rowCount);
        const all = rowsOf(batch);
        expect(rowsOf(gatherBatch(batch, Int32Array.from(rows)))).toEqual(rows.map(row => all[row]));
      })
    );
  });

  test('sliced and put together again are the same', () => {
    fc.assert(
      fc.property(batches, fc.nat(30), fc.nat(30), (batch, a, b) => {
        const [first, second] = [Math.min(a, b, batch.rowCount), Math.min(Math.max(a, b), batch.rowCount)];
        const parts = [sliceBatch(batch, 0, first), sliceBatch(batch, first, second), sliceBatch(batch, second, batch.rowCount)];
        expect(parts.flatMap(rowsOf)).toEqual(rowsOf(batch));
        expect(rowsOf(concatBatches(schema, parts))).toEqual(rowsOf(batch));
      })
    );
  });

  test('of other dictionaries keep their texts when put together', () => {
    fc.assert(
      fc.property(batches, batches, (left, right) => {
        expect(rowsOf(concatBatches(schema, [left, right]))).toEqual([...rowsOf(left), ...rowsOf(right)]);
      })
    );
  });

  test('without rows, and columns of nulls, exist for every type', () => {
    expect(emptyBatch(schema).columns.map(column => column.kind)).toEqual(types.map(type => (typeof type === 'object' ? 'list' : type)));
    for (const type of types) expect([valueAt(nullColumn(type, 2), 0), valueAt(nullColumn(type, 2), 1)]).toEqual([null, null]);
  });

  test('show a row as JSON text, numbers that JSON lacks as strings', () => {
    const row: Batch = {
      schema: { fields: [{ name: 'a', type: 'float64', nullable: false }, { name: 'b', type: 'int64', nullable: false }, { name: 'c', type: 'utf8', nullable: true }] },
      rowCount: 1,
      columns: [{ kind: 'float64', values: Float64Array.of(-Infinity), validity: null }, { kind: 'int64', values: BigInt64Array.of(12n), validity: null }, nullColumn('utf8', 1)],
      eventTimeMs: new Float64Array(1),
      at: new Float64Array(1)
    };
    expect(rowText(row, 0)).toBe('{"a":"-Infinity","b":"12","c":null}');
  });
});
