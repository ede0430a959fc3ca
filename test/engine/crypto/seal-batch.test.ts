import { describe, expect, it } from 'vitest';
import { columnSeal, fieldToken, openField, RandomIvs } from '../../../edge/crypto/fields';
import type { Batch, Column } from '../../../engine/batch/batch';
import { valueAt } from '../../../engine/batch/value';
import { columnBuilder, BinaryBuilder, Int64Builder, ListBuilder, NumberBuilder, Utf8Builder } from '../../../engine/codec/column-builder';
import { fieldPlaintext, plaintextValue } from '../../../engine/crypto/field-plaintext';
import type { FieldSealer } from '../../../engine/crypto/seal-batch';
import { refusePlaintext, sealBatch } from '../../../engine/crypto/seal-batch';
import type { PlanNode } from '../../../engine/plan/plan';
import { resolveTypes } from '../../../engine/plan/resolve-types';
import type { DataType, Field } from '../../../engine/schema/schema';
import { planOf, sinkNode, sourceNode } from '../../support/graph-runs';

type Cell = number | bigint | string | boolean | null | Uint8Array | readonly number[];

function columnOf(type: DataType, values: readonly Cell[]): Column {
  const builder = columnBuilder(type);
  for (const value of values) {
    if (value === null) builder.appendNull();
    else if (builder instanceof NumberBuilder) builder.append(Number(value));
    else if (builder instanceof Int64Builder) builder.appendBigInt(value as bigint);
    else if (builder instanceof Utf8Builder) builder.append(value as string);
    else if (builder instanceof BinaryBuilder) builder.append(value as Uint8Array);
    else if (builder instanceof ListBuilder) {
      for (const element of value as readonly number[]) builder.appendValue(element);
      builder.endList();
    }
  }
  return builder.build();
}

const VALUES: readonly [DataType, Cell, string][] = [
  ['utf8', 'Zoë', '5a6fc3ab'],
  ['utf8', '', ''],
  ['bool', true, '01'],
  ['int32', -2, 'feffffff'],
  ['int64', 2n ** 40n, '0000000000010000'],
  ['timestampMs', -1, 'ffffffffffffffff'],
  ['float32', 1.5, '0000c03f'],
  ['float64', -0, '0000000000000080'],
  ['binary', Uint8Array.of(1, 2), '0102'],
  [{ list: 'int32' }, [1, -1], '01000000ffffffff'],
  [{ list: 'float32', size: 1 }, [1.5], '0000c03f'],
  [{ list: 'float64' }, [], '']
];

describe('the plaintext of a field', () => {
  it.each(VALUES)('of type %j and value %o is what it was', (type, value, hex) => {
    const column = columnOf(type, [value]);
    const bytes = fieldPlaintext(column, 0);
    expect(Buffer.from(bytes).toString('hex')).toBe(hex);
    expect(plaintextValue(type, bytes)).toEqual(valueAt(column, 0));
  });

  it.each<[DataType, number[]]>([['bool', [2]], ['int32', [1, 2, 3]], ['utf8', [0xff]], [{ list: 'float64' }, [1]], [{ list: 'int32', size: 2 }, [1, 0, 0, 0]], ['timestampMs', []]])('of type %j is refused from the bytes %j', (type, bytes) => {
    expect(() => plaintextValue(type, Uint8Array.from(bytes))).toThrow(/are no /u);
  });
});

describe('a batch that leaves', () => {
  const fields: readonly Field[] = [
    { name: 'k', type: 'utf8', nullable: false },
    { name: 'x', type: 'float64', nullable: true, unit: 'g', tags: { classification: 'pii', encryption: 'plant' } },
    { name: 'who', type: 'utf8', nullable: true, tags: { encryption: 'people' } }
  ];
  const batch: Batch = {
    schema: { fields },
    rowCount: 3,
    columns: [columnOf('utf8', ['a', 'b', 'c']), columnOf('float64', [1.5, null, 2]), columnOf('utf8', [null, null, 'Zoë'])],
    eventTimeMs: Float64Array.of(1, 2, 3),
    at: Float64Array.of(4, 5, 6)
  };
  const keys = new Map([['00000001', new Uint8Array(32).fill(7)]]);
  const ivs = new RandomIvs();
  const sealer = (names: readonly string[]): FieldSealer => ({ column: (keyRef, column) => (names.includes(keyRef) ? columnSeal({ key: keys.get('00000001')!, kid: '00000001' }, ivs, column) : null), token: keyRef => (names.includes(keyRef) ? plaintext => fieldToken(new Uint8Array(32), plaintext) : null) });
  const type = { schema: { fields }, keys: ['k'] };

  it('has binary columns that open in their own place alone, nulls and other columns as they were', () => {
    const { batch: sealed, refused } = sealBatch(batch, type, { pipelineId: 'p', sealer: sealer(['plant', 'people']) });
    expect(refused.rowCount).toBe(0);
    expect(sealed.schema.fields[1]).toEqual({ name: 'x', type: 'binary', nullable: true, unit: 'g', tags: { classification: 'pii', encryption: 'plant', plaintextType: 'float64' } });
    expect(sealed.columns[0]).toBe(batch.columns[0]);
    expect(valueAt(sealed.columns[1]!, 1)).toBe(null);
    const place = { pipelineId: 'p', fieldPath: 'x', recordKey: new TextEncoder().encode('["a"]') };
    const value = valueAt(sealed.columns[1]!, 0) as Uint8Array;
    expect(value).toHaveLength(33 + 8);
    expect(plaintextValue('float64', openField(keys, place, value))).toBe(1.5);
    expect(() => openField(keys, { ...place, fieldPath: 'y' }, value)).toThrow(/changed or moved/u);
    expect(() => openField(keys, { ...place, recordKey: new TextEncoder().encode('["b"]') }, value)).toThrow(/changed or moved/u);
  });

  it('has tokens in token columns, equal for equal values whatever the row', () => {
    const token: Field = { ...fields[1]!, name: 'xToken', tags: { encryption: 'plant', token: true } };
    const wider = { schema: { fields: [...fields, token] }, keys: ['k'] };
    const { batch: sealed } = sealBatch({ ...batch, schema: wider.schema, columns: [...batch.columns, columnOf('float64', [2, null, 2])] }, wider, { pipelineId: 'p', sealer: sealer(['plant', 'people']) });
    expect([0, 1, 2].map(row => valueAt(sealed.columns[3]!, row))).toEqual([fieldToken(new Uint8Array(32), new Uint8Array(Float64Array.of(2).buffer)), null, valueAt(sealed.columns[3]!, 0)]);
    expect(sealBatch({ ...batch, schema: wider.schema, columns: [...batch.columns, columnOf('float64', [2, null, 2])] }, wider, { pipelineId: 'p', sealer: sealer(['people']) }).refused.rowCount).toBe(2);
  });

  it('leaves out rows whose key is not there, and shows nothing of them', () => {
    const { batch: sealed, refused } = sealBatch(batch, type, { pipelineId: 'p', sealer: sealer(['plant']) });
    expect([...sealed.at]).toEqual([4, 5]);
    expect([...refused.at]).toEqual([6]);
    expect(refused.columns.map(column => valueAt(column, 0))).toEqual(['c', null, null]);
  });

  it('is refused by hosts without keys', () => {
    const encrypt: PlanNode = { id: 'encrypt', op: 'encrypt', input: 'in', config: { columns: ['x'], keyRef: 'plant', tokens: {} } };
    const [open, closed] = [planOf(sourceNode(), sinkNode('in')), planOf(sourceNode(), encrypt, sinkNode('encrypt'))];
    refusePlaintext(open, resolveTypes(open));
    expect(() => refusePlaintext(closed, resolveTypes(closed))).toThrow(/sink "out": column "x" leaves encrypted with key "plant", but there are no keys here/u);
  });
});
