import { Float64, Int64, Table, TimestampMillisecond, Utf8, tableToIPC, vectorFromArray } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { decimalNumber, decodeResult } from '../../../extension/lake/arrow-rows';
import { chartData, suggestColumns } from '../../../extension/lake/result-chart';

const table = new Table({
  device: vectorFromArray(['b1', 'b2', 'b1', null], new Utf8()),
  windowStartMs: vectorFromArray([2_000, 1_000, 1_000, 1_000], new TimestampMillisecond()),
  rms: vectorFromArray([0.2, 0.5, 0.1, null], new Float64()),
  n: vectorFromArray([1n, 2n, 9_007_199_254_740_993n, null], new Int64())
});
const result = { columns: [], ipc: tableToIPC(table, 'stream'), rowCount: 4, truncated: false, cost: { filesRead: 1, filesTotal: 1, bytesFetched: 1, milliseconds: 1 } };

describe('query result', () => {
  it('shows texts, times in UTC, whole int64 and nulls', async () => {
    const rows = await decodeResult(result);
    expect([0, 1, 2, 3].map(column => rows.cell(2, column))).toEqual(['b1', '1970-01-01 00:00:01.000 UTC', '0.1', '9007199254740993']);
    expect(rows.cell(3, 2)).toBe('–');
  });

  it('suggests time, measure and key, and makes one line per key in order of time', async () => {
    const rows = await decodeResult(result);
    const columns = suggestColumns(rows);
    expect(columns).toEqual({ x: 1, y: 2, by: 0 });
    expect(columns && chartData(rows, columns)).toEqual({ keys: ['–', 'b1', 'b2'], x: [1_000, 2_000], values: [[null, undefined], [0.1, 0.2], [0.5, undefined]] });
  });

  it('reads decimals of 128 bits with their sign', () => {
    expect(decimalNumber(Uint32Array.of(5, 0, 0, 0))).toBe(5);
    expect(decimalNumber(Uint32Array.of(0xfffffffb, 0xffffffff, 0xffffffff, 0xffffffff))).toBe(-5);
  });
});
