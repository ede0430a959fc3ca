import { describe, expect, it } from 'vitest';
import type { RowOut } from '../../../engine/api/host';
import type { Batch } from '../../../engine/batch/batch';
import { Dictionary } from '../../../engine/batch/batch';
import { encodeUtf8 } from '../../../engine/codec/utf8';
import type { SinkEmission } from '../../../engine/graph/graph-api';
import { compareRows } from '../../../engine/rows/compare-rows';
import { parseRowsOut } from '../../../engine/rows/parse-rows';
import { rowsOut, rowsOutText } from '../../../engine/rows/rows-out';

function emission(): SinkEmission {
  const dictionary = new Dictionary();
  dictionary.encode('b"1');
  const batch: Batch = {
    schema: {
      fields: [
        { name: 'z', type: 'float64', nullable: false },
        { name: 'device', type: 'utf8', nullable: false },
        { name: 'n', type: 'int64', nullable: false },
        { name: 'ok', type: 'bool', nullable: true },
        { name: 'raw', type: 'binary', nullable: false },
        { name: 'xs', type: { list: 'float32' }, nullable: false },
        { name: 't', type: 'timestampMs', nullable: false }
      ]
    },
    rowCount: 3,
    columns: [
      { kind: 'float64', values: Float64Array.of(NaN, -0, 0.1), validity: null },
      { kind: 'utf8', codes: Int32Array.of(0, 0, 0), dictionary, validity: null },
      { kind: 'int64', values: BigInt64Array.of(1n, 9007199254740991n, -9007199254740993n), validity: null },
      { kind: 'bool', values: Uint8Array.of(1, 0, 0), validity: Uint8Array.of(1, 1, 0) },
      { kind: 'binary', values: [Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(255)], validity: null },
      { kind: 'list', offsets: Int32Array.of(0, 2, 2, 3), values: Float32Array.of(1.5, Infinity, 0.1), validity: null },
      { kind: 'timestampMs', values: Float64Array.of(1, 2, 3), validity: null }
    ],
    eventTimeMs: Float64Array.of(999, 1999, 2999),
    at: Float64Array.of(0, 1, 1)
  };
  return { sink: { id: 's', op: 'sink', input: 'x', config: { connector: 'lake', name: 'alerts', table: 't', partitionBy: [] } }, batch };
}

const lines = [
  '{"sink":"alerts","eventTimeMs":999,"at":0,"row":{"z":"NaN","device":"b\\"1","n":1,"ok":true,"raw":"AQI=","xs":[1.5,"Infinity"],"t":1}}',
  '{"sink":"alerts","eventTimeMs":1999,"at":1,"row":{"z":-0,"device":"b\\"1","n":9007199254740991,"ok":false,"raw":"","xs":[],"t":2}}',
  '{"sink":"alerts","eventTimeMs":2999,"at":1,"row":{"z":0.1,"device":"b\\"1","n":"-9007199254740993","ok":null,"raw":"/w==","xs":[0.10000000149011612],"t":3}}'
];

describe('rows out', () => {
  it('are written in the order of the schema, with strings for what JSON numbers cannot hold', () => {
    expect(rowsOutText([emission()])).toBe(lines.map(line => `${line}\n`).join(''));
  });

  it('are the same as objects and as parsed text', () => {
    expect(parseRowsOut(encodeUtf8(rowsOutText([emission()])))).toEqual(rowsOut(emission()));
  });

  const refused: [string, string, RegExp][] = [
    ['text that is not JSON', '{"sink":', /not JSON/],
    ['a missing sink', '{"eventTimeMs":1,"at":0,"row":{}}', /"sink"/],
    ['a fractional position', '{"sink":"a","eventTimeMs":1,"at":0.5,"row":{}}', /"at"/],
    ['a row that is no object', '{"sink":"a","eventTimeMs":1,"at":0,"row":[]}', /"row"/]
  ];
  for (const [name, line, pattern] of refused) {
    it(`with ${name} are refused with the line`, () => {
      expect(() => parseRowsOut(encodeUtf8(`${lines[0]}\n${line}\n`))).toThrow(pattern);
      expect(() => parseRowsOut(encodeUtf8(`${lines[0]}\n${line}\n`))).toThrow(/line 2/);
    });
  }
});

describe('comparing rows', () => {
  const row = (values: Record<string, unknown>, at = 0): RowOut => ({ sink: 'a', eventTimeMs: 5, at, row: values });

  it('finds no difference in equal rows, whatever the order of the keys', () => {
    expect(compareRows([row({ x: 1, y: 'NaN' })], [row({ y: 'NaN', x: 1 })])).toEqual({ differing: 0, differences: [] });
  });
  it('is exact without a tolerance and lenient with one, also inside lists', () => {
    const expected = [row({ x: 1, xs: [2] })];
    const seen = [row({ x: 1 + 1e-12, xs: [2 + 1e-12] })];
    expect(compareRows(expected, seen).differing).toBe(1);
    expect(compareRows(expected, seen, { relTolerance: 1e-9 }).differing).toBe(0);
  });
  it('gives no tolerance to position and time', () => {
    expect(compareRows([row({ x: 1 }, 1)], [row({ x: 1 }, 2)], { absTolerance: 5 }).differing).toBe(1);
  });
  it('lists missing and surplus rows, counts all and lists some', () => {
    const seen = Array.from({ length: 30 }, (_, i) => row({ x: i }));
    const result = compareRows([], seen);
    expect(result.differing).toBe(30);
    expect(result.differences).toHaveLength(20);
    expect(result.differences[0]).toEqual({ index: 0, expected: null, seen: seen[0] });
  });
  it('sees a missing key and null as different', () => {
    expect(compareRows([row({ x: null })], [row({})]).differing).toBe(1);
    expect(compareRows([row({ constructor: null })], [row({ y: null })]).differing).toBe(1);
  });
});
