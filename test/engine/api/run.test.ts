import { describe, expect, it } from 'vitest';
import { bindLittoral } from '../../../engine/api/bind';
import { bool, count, float64, int64, lake, last, length, list, max, mean, mqtt, publish, schema, timestampMs, tumbling, utf8 } from '../../../engine/api/littoral';
import type { Pipeline } from '../../../engine/api/stages';
import type { GraphInput } from '../../../engine/graph/graph-api';
import { createGraph } from '../../../engine/graph/create-graph';
import { parsePlanText } from '../../../engine/plan/parse-plan';
import { planToJson } from '../../../engine/plan/canonical-json';
import { rowsOut } from '../../../engine/rows/rows-out';
import { FakeHost } from './fake-host';

const { pipeline } = bindLittoral(new FakeHost());
const readings = schema({ tMs: timestampMs(), device: utf8(), serial: int64(), level: float64({ nullable: true }), on: bool(), x: list('float64') });
const source = mqtt('plant/+', { connection: 'plant', schema: readings, eventTime: 'tMs', maxOutOfOrdernessMs: 0, topicColumns: { device: 1 } });

const inputs: readonly GraphInput[] = [
  ['b1', { tMs: 100, serial: 9007199254740993n, level: 1.5, on: true, x: [1, 2] }],
  ['b2', { tMs: 200, serial: 5n, level: null, on: true, x: [] }],
  ['b1', { tMs: 900, serial: 7n, level: 4, on: false, x: [6] }],
  ['b1', { tMs: 1500, serial: 8n, level: 2, on: true, x: [8] }]
].map(([device, fields], index): GraphInput => {
  const payload = JSON.stringify(fields, (_key, value: unknown) => (typeof value === 'bigint' ? `#${value}` : value)).replace(/"#(\d+)"/gu, '$1');
  return { kind: 'message', arrivalTimeMs: 2000 + index, topic: `plant/${String(device)}`, payload: new TextEncoder().encode(payload) };
});

function rowsOf(complete: Pipeline): unknown[] {
  const graph = createGraph(parsePlanText(planToJson(complete.toPlan())));
  graph.push([...inputs, { kind: 'end' }]);
  expect(graph.metrics().totals.conservationError).toBe(0);
  return graph.take().emissions.flatMap(emission => rowsOut(emission)).map(({ sink, row }) => ({ sink, ...row }));
}

describe('a pipeline built with the fluent API', () => {
  it('filters and computes as its expressions say', () => {
    const rows = rowsOf(
      pipeline('p')
        .from(source)
        .filter((r, p) => r.on && (r.level ?? p.least) > 1, { least: 3 })
        .select({ device: r => r.device.toUpperCase() + '-' + r.device, next: r => r.serial + 1, half: r => r.serial / 2, level: r => r.level, letters: r => length(r.device), later: r => r.tMs + 10, x: r => r.x })
        .to(lake('t'))
    );
    expect(rows).toEqual([
      { sink: 't', device: 'B1-b1', next: '9007199254740994', half: 4503599627370496.5, level: 1.5, letters: 2, later: 110, x: [1, 2] },
      { sink: 't', device: 'B2-b2', next: 6, half: 2.5, level: null, letters: 2, later: 210, x: [] },
      { sink: 't', device: 'B1-b1', next: 9, half: 4, level: 2, letters: 2, later: 1510, x: [8] }
    ]);
  });

  it('aggregates per key and branches', () => {
    const rows = rowsOf(
      pipeline('p')
        .from(source)
        .keyBy('device')
        .window(tumbling({ sizeMs: 1000 }))
        .aggregate({ n: count(), levels: count('level'), values: count('x'), m: mean('x'), hi: max('serial'), on: last('on') })
        .branch(all => all.filter(r => r.n > 1).to(publish('busy/{device}')))
        .select({ end: r => r.windowEndMs, n: r => r.n, levels: r => r.levels, values: r => r.values, m: r => r.m, hi: r => r.hi, on: r => r.on })
        .to(lake('all'))
    );
    expect(rows).toEqual([
      { sink: 'busy', device: 'b1', windowStartMs: 0, windowEndMs: 1000, n: 2, levels: 2, values: 3, m: 3, hi: '9007199254740993', on: false },
      { sink: 'all', device: 'b1', end: 1000, n: 2, levels: 2, values: 3, m: 3, hi: '9007199254740993', on: false },
      { sink: 'all', device: 'b2', end: 1000, n: 1, levels: 0, values: 0, m: null, hi: 5, on: true },
      { sink: 'all', device: 'b1', end: 2000, n: 1, levels: 1, values: 1, m: 8, hi: 8, on: true }
    ]);
  });
});
