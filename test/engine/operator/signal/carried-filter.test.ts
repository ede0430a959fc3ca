import { describe, expect, test } from 'vitest';
import type { GraphInput } from '../../../../engine/graph/graph-api';
import type { Plan } from '../../../../engine/plan/plan';
import { butterworth } from '../../../../engine/signal/butterworth';
import { notch } from '../../../../engine/signal/notch';
import type { Section } from '../../../../engine/signal/sections';
import { sosFilter, steadyState } from '../../../../engine/signal/sos-filter';
import { passes, plain, referenceCases, referenceJson } from '../../../support/reference';
import { messages, runEveryWay, runWhole, statefulPlan } from '../stateful/stateful-runs';

const LIST_SOURCE = {
  schema: {
    fields: [
      { name: 't', type: 'timestampMs', nullable: false },
      { name: 'k', type: 'utf8', nullable: true },
      { name: 'x', type: { list: 'float64' }, nullable: true }
    ]
  }
} as const;
const LOWPASS = { column: 'x', as: 'y', start: 'settled', sampleHz: 100, kind: 'lowpass', order: 4, edgesHz: [10] };
const sections = butterworth({ sampleHz: 100, kind: 'lowpass', order: 4, edgesHz: [10] });

const signal = (length: number, seed: number): Float64Array => Float64Array.from({ length }, (_, i) => Math.sin(i * seed) + Math.cos(i * i));

function wanted(x: Float64Array, filter: readonly Section[], start: 'settled' | 'rest' = 'settled'): number[] {
  const y = x.slice();
  sosFilter(filter, y, start === 'rest' ? new Float64Array(filter.length * 2) : steadyState(filter).map(value => value * x[0]!));
  return [...y];
}

/** The filtered samples of key `k`, end to end. */
function filtered(plan: Plan, inputs: readonly GraphInput[], k: string): unknown[] {
  return runEveryWay(plan, inputs).rows.flatMap(({ row }) => (row['k'] === k ? [row['y']] : [])).flat();
}

describe('butterworth and notch, whose state goes on from row to row', () => {
  const a = signal(60, 0.3);
  const b = signal(60, 0.7);

  test('filter single samples of each key as one signal, whatever the pushes and restores', () => {
    const rows = Array.from(a, (x, i) => [{ t: i, k: 'a', x }, { t: i, k: 'b', x: b[i]! }]).flat();
    const plan = statefulPlan({ op: 'butterworth', config: LOWPASS });
    expect(filtered(plan, messages(rows), 'a')).toEqual(wanted(a, sections));
    expect(filtered(plan, messages(rows), 'b')).toEqual(wanted(b, sections));
  });

  test('filter blocks of a signal without a seam, empty and missing ones between them', () => {
    const blocks = [a.subarray(0, 7), [], a.subarray(7, 8), null, a.subarray(8, 60)].map(block => (block === null ? null : [...block]));
    const plan = statefulPlan({ op: 'butterworth', config: { ...LOWPASS, start: 'rest' }, source: LIST_SOURCE });
    const seen = filtered(plan, messages(blocks.map((x, t) => ({ t, k: 'a', x }))), 'a');
    expect(seen.filter(value => value !== null)).toEqual(wanted(a, sections, 'rest'));
    expect(seen.filter(value => value === null)).toHaveLength(1);
  });

  test('take one frequency out', () => {
    const plan = statefulPlan({ op: 'notch', config: { column: 'x', as: 'y', start: 'rest', sampleHz: 100, frequencyHz: 20, quality: 5 }, keys: [] });
    const seen = filtered(plan, messages(Array.from(a, (x, t) => ({ t, k: 'a', x }))), 'a');
    expect(seen).toEqual(wanted(a, [notch({ sampleHz: 100, frequencyHz: 20, quality: 5 })], 'rest'));
  });

  test('begin anew after a sample that takes them out of the range of doubles', () => {
    const plan = statefulPlan({ op: 'butterworth', config: { ...LOWPASS, kind: 'highpass', order: 2, start: 'rest' } });
    const rows = [{ t: 0, k: 'a', x: 1.7e308 }, { t: 1, k: 'a', x: -1.7e308 }, ...Array.from(a, (x, i) => ({ t: 2 + i, k: 'a', x }))];
    const seen = filtered(plan, messages(rows), 'a') as number[];
    const highpass = butterworth({ sampleHz: 100, kind: 'highpass', order: 2, edgesHz: [10] });
    expect(seen.slice(2)).not.toEqual(wanted(Float64Array.from(rows, row => row.x), highpass, 'rest').slice(2));
    expect(seen.slice(-59).every(Number.isFinite)).toBe(true);
  });

  test('refuse a frequency that the sampling rate cannot show', () => {
    expect(() => statefulPlan({ op: 'butterworth', config: { ...LOWPASS, edgesHz: [60] } })).toThrow(/edge 60 Hz is outside 0 … 50 Hz/);
    expect(() => statefulPlan({ op: 'butterworth', config: { ...LOWPASS, kind: 'bandpass' } })).toThrow(/1 edges, expected two for a bandpass/);
    expect(() => statefulPlan({ op: 'notch', config: { column: 'x', as: 'y', start: 'rest', sampleHz: 100, frequencyHz: 50, quality: 5 } })).toThrow(/50 Hz is outside/);
    expect(() => statefulPlan({ op: 'butterworth', config: { ...LOWPASS, column: 'k' } })).toThrow(/column "k" is utf8, expected numbers/);
  });
});

describe('butterworth against scipy.signal.sosfilt', () => {
  const cases = referenceCases('signals.json');
  const designs = new Map(cases.filter(each => each.op === 'butterSos').map(each => [each.name.slice('butter-'.length), each.params]));
  const signals = new Map((referenceJson('signals.inputs.json') as { name: string; values: unknown }[]).map(line => [`@${line.name}`, plain(line.values) as number[]]));
  const known = cases.flatMap(each => {
    const design = each.op === 'sosfilt' ? designs.get(each.name.split('-')[1]!) : undefined;
    const isJson = signals.get((each.input as { x: string }).x)?.every(Number.isFinite) ?? false;
    return design === undefined || !isJson ? [] : [[each.name, each, design] as const];
  });

  test.each(known)('%s, blocks of a signal', (_, each, { order, cutoff, type, fs }) => {
    const x = signals.get((each.input as { x: string }).x)!;
    const chunks = each.params['chunks'] as number[];
    const blocks: number[][] = [];
    for (let from = 0, index = 0; from < x.length; from += chunks[index++ % chunks.length]!) blocks.push(x.slice(from, from + chunks[index % chunks.length]!));
    const plan = statefulPlan({ op: 'butterworth', config: { column: 'x', as: 'y', start: 'rest', sampleHz: fs ?? 2, kind: type, order, edgesHz: [cutoff].flat() }, source: LIST_SOURCE });
    const seen = runWhole(plan, messages(blocks.map((block, t) => ({ t, k: 'a', x: block })))).rows.flatMap(({ row }) => row['y'] as number[]);
    const expected = (each.expected as { y: number[] }).y;
    expect(seen).toHaveLength(expected.length);
    expect(seen.findIndex((value, i) => !passes(value, expected[i]!, 1e-9, each.absTolerance))).toBe(-1);
  });
  test('has cases', () => expect(known.length).toBeGreaterThan(3));
});
