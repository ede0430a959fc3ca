import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decoderOf } from '../../../engine/codec/decoder-of';
import { encoderOf } from '../../../engine/codec/encoder-of';
import { RowBuilder } from '../../../engine/codec/row-builder';
import { changeText, checkCompatibility, COMPATIBILITY_MODES, schemaDiff } from '../../../engine/schema/compatibility';
import type { DataType, Field, Schema } from '../../../engine/schema/schema';

const field = (name: string, type: DataType, nullable = false, unit?: string): Field => ({ name, type, nullable, ...(unit === undefined ? {} : { unit }) });
const schema = (...fields: Field[]): Schema => ({ fields });
const OLD = schema(field('t', 'timestampMs'), field('x', 'float32'), field('n', 'int32'), field('note', 'utf8', true));

describe('differences between two versions of a schema', () => {
  it('names what was added, removed, changed and moved', () => {
    const after = schema(field('x', 'float64', true, 'm/s²'), field('t', 'timestampMs'), field('n', 'int32'), field('ok', 'bool'));
    expect(schemaDiff(OLD, after).map(changeText)).toEqual([
      '~ x float32 → float64? in m/s²',
      '> x from place 1 to 0',
      '> t from place 0 to 1',
      '+ ok bool',
      '- note utf8?'
    ]);
    expect(schemaDiff(OLD, OLD)).toEqual([]);
  });
});

describe('compatibility of two versions of a schema', () => {
  const cases: readonly (readonly [string, Schema, Schema, { backward: boolean; forward: boolean }])[] = [
    ['the same schema', OLD, OLD, { backward: true, forward: true }],
    ['another order and unit', OLD, schema(...[...OLD.fields].reverse().map(each => ({ ...each, unit: 'V' }))), { backward: true, forward: true }],
    ['a new nullable column', OLD, schema(...OLD.fields, field('y', 'float64', true)), { backward: true, forward: true }],
    ['a new required column', OLD, schema(...OLD.fields, field('y', 'float64')), { backward: false, forward: true }],
    ['a required column that is gone', OLD, schema(...OLD.fields.slice(1)), { backward: true, forward: false }],
    ['a nullable column that is gone', OLD, schema(...OLD.fields.slice(0, 3)), { backward: true, forward: true }],
    ['int32 that becomes int64', schema(field('n', 'int32')), schema(field('n', 'int64')), { backward: true, forward: false }],
    ['float64 that becomes float32', schema(field('n', 'float64')), schema(field('n', 'float32')), { backward: false, forward: true }],
    ['int64 that becomes float64', schema(field('n', 'int64')), schema(field('n', 'float64')), { backward: false, forward: false }],
    ['a required column that becomes nullable', schema(field('n', 'bool')), schema(field('n', 'bool', true)), { backward: true, forward: false }],
    ['a list that loses its size', schema(field('n', { list: 'float32', size: 3 })), schema(field('n', { list: 'float64' })), { backward: true, forward: false }],
    ['text that becomes a number', schema(field('n', 'utf8')), schema(field('n', 'float64')), { backward: false, forward: false }]
  ];
  for (const [name, before, after, expected] of cases) {
    it(`judges ${name}`, () => {
      const seen = Object.fromEntries(COMPATIBILITY_MODES.map(mode => [mode, checkCompatibility(before, after, mode).compatible]));
      expect(seen).toEqual({ ...expected, full: expected.backward && expected.forward });
    });
  }

  it('gives one reason per column that cannot be read', () => {
    const { reasons } = checkCompatibility(OLD, schema(field('t', 'timestampMs'), field('n', 'float32'), field('note', 'utf8'), field('y', 'bool')), 'backward');
    expect(reasons).toEqual([
      'backward: column "n" is written as int32, which float32 cannot take',
      'backward: column "note" may be written as null, but is required',
      'backward: column "y" is required, but is not written; make it nullable'
    ]);
  });

  it('means that the decoder of the new schema takes what was written under the old one', () => {
    const types: readonly DataType[] = ['bool', 'int32', 'int64', 'float32', 'float64', 'utf8', 'timestampMs', { list: 'float64' }, { list: 'int32', size: 2 }];
    const fields = fc.uniqueArray(fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), type: fc.constantFrom(...types), nullable: fc.boolean() }), { selector: each => each.name, minLength: 1 });
    const values: Readonly<Record<string, unknown>> = { bool: true, int32: 7, int64: 7n, float32: 1.5, float64: 0.1, utf8: 'x', timestampMs: 5, list: [1, 2] };
    fc.assert(
      fc.property(fields, fields, fc.boolean(), (old, now, nulls) => {
        const [before, after] = [schema(...old), schema(...now)];
        if (!checkCompatibility(before, after, 'backward').compatible) return;
        const row = old.map(each => (nulls && each.nullable ? null : (values[typeof each.type === 'object' ? 'list' : each.type] as never)));
        const payload = encoderOf({ format: 'messagePack' }, before)(row);
        expect(decoderOf({ format: 'messagePack' }, { schema: after }).decode(payload, new RowBuilder(after), '')).toBe(1);
      }),
      { numRuns: 500 }
    );
  });
});
