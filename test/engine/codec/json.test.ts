import { describe, expect, it } from 'vitest';
import type { Batch, Column } from '../../../engine/batch/batch';
import type { DecodeFailure } from '../../../engine/codec/decode-failure';
import { JsonDecoder } from '../../../engine/codec/json';
import { RowBuilder } from '../../../engine/codec/row-builder';
import { encodeUtf8 } from '../../../engine/codec/utf8';
import type { DataType, Field, Schema } from '../../../engine/schema/schema';
import { plain, referenceCases, referenceJson } from '../../support/reference';

function parseType(text: string): DataType {
  const fixed = /^(int32|float32|float64)\[(\d+)\]$/.exec(text);
  if (fixed) return { list: fixed[1] as 'float32', size: Number(fixed[2]) };
  const list = /^list<(int32|float32|float64)>$/.exec(text);
  return list ? { list: list[1] as 'float64' } : (text as 'float64');
}

function parseSchema(value: unknown): Schema {
  const fields = value as { name: string; type: string; nullable: boolean }[];
  return { fields: fields.map(field => ({ ...field, type: parseType(field.type) }) as Field) };
}

function cell(column: Column, row: number): unknown {
  if (column.validity !== null && column.validity[row] === 0) return null;
  if (column.kind === 'utf8') return column.dictionary.values[column.codes[row]!];
  if (column.kind === 'list') return Array.from(column.values.subarray(column.offsets[row], column.offsets[row + 1]));
  if (column.kind === 'bool') return column.values[row] === 1;
  return column.values[row];
}

function rowsOf(batch: Batch): Record<string, unknown>[] {
  return Array.from({ length: batch.rowCount }, (_, row) =>
    Object.fromEntries(batch.schema.fields.map((field, i) => [field.name, cell(batch.columns[i]!, row)]))
  );
}

function decode(payload: Uint8Array | string, schema: Schema): Record<string, unknown>[] | DecodeFailure {
  const sink = new RowBuilder(schema);
  const result = new JsonDecoder({ schema }).decode(typeof payload === 'string' ? encodeUtf8(payload) : payload, sink);
  if (typeof result !== 'number') {
    expect(sink.rowCount).toBe(0);
    return result;
  }
  expect(sink.rowCount).toBe(result);
  return rowsOf(sink.build(new Float64Array(result), new Float64Array(result)));
}

const records = (referenceJson('codecs/records.json') as { record: Record<string, unknown> }[]).map(line => line.record);
const recordSchema = parseSchema(referenceJson('codecs/schema.json'));

function resolveRecords(expected: unknown): Record<string, unknown>[] {
  const value = expected as { $record?: number; with?: Record<string, unknown>; $records?: number[] };
  if (value.$records) return value.$records.map(index => plain(records[index]) as Record<string, unknown>);
  if (value.$record !== undefined) return [plain({ ...records[value.$record], ...value.with }) as Record<string, unknown>];
  return [plain(expected) as Record<string, unknown>];
}

function loosely(value: unknown, type: DataType): unknown {
  return type === 'int64' && typeof value === 'number' ? BigInt(value) : value;
}

function expectRows(seen: Record<string, unknown>[], expected: Record<string, unknown>[], schema: Schema): void {
  expect(seen.length).toBe(expected.length);
  expected.forEach((row, i) => {
    for (const field of schema.fields) expect(seen[i]![field.name], field.name).toEqual(loosely(row[field.name] ?? null, field.type));
  });
}

describe('json decoder against the reference', () => {
  for (const reference of referenceCases('codecs/json.json')) {
    it(`reads ${reference.name} as Python does`, () => {
      const schema = reference.params['schema'] ? parseSchema(reference.params['schema']) : recordSchema;
      const payload = plain(reference.input) as Uint8Array;
      const payloads = reference.params['layout'] === 'lines' ? new TextDecoder().decode(payload).trim().split('\r\n') : [payload];
      const seen = payloads.flatMap(text => {
        const rows = decode(text, schema);
        if (!Array.isArray(rows)) throw new Error(rows.message);
        return rows;
      });
      expectRows(seen, resolveRecords(reference.expected), schema);
    });
  }

  const classes: Record<string, string> = {
    truncated: 'JSON_TRUNCATED',
    syntax: 'JSON_SYNTAX',
    trailingData: 'JSON_TRAILING_DATA',
    outOfRange: 'JSON_RANGE',
    wrongType: 'JSON_TYPE',
    missingField: 'JSON_MISSING_FIELD',
    invalidUtf8: 'JSON_UTF8',
    duplicateKey: 'JSON_DUPLICATE_KEY',
    tooDeep: 'JSON_DEPTH',
    tooLarge: 'JSON_SIZE'
  };
  const differentClass = new Set(['json-deep-list', 'json-open-string']);
  for (const reference of referenceCases('codecs/bad/bad.json').filter(line => line.codec === 'json')) {
    it(`treats ${reference.name} as the reference allows`, () => {
      const schema = parseSchema(reference.params['schema']);
      const seen = decode(plain(reference.input, 'codecs/bad') as Uint8Array, schema);
      const allowed = (reference.expected as { anyOf?: unknown[] }).anyOf ?? [reference.expected];
      const errors = allowed.map(item => (item as { error?: string }).error).filter(error => error !== undefined);
      if (Array.isArray(seen)) {
        const rows = allowed.find(item => (item as { error?: string }).error === undefined);
        expect(rows, `decoded to ${JSON.stringify(seen[0], (_, item) => (typeof item === 'bigint' ? String(item) : item))}`).toBeDefined();
        expectRows(seen, Array.isArray(rows) ? (plain(rows) as Record<string, unknown>[]) : [plain(rows) as Record<string, unknown>], schema);
      } else if (differentClass.has(reference.name)) expect(errors.length).toBeGreaterThan(0);
      else expect(errors.map(error => classes[error!])).toContain(seen.code);
    });
  }
});
