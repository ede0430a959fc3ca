import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AggregateInput } from '../../../engine/aggregate/aggregate';
import type { ReferenceCase } from '../../support/reference';
import { passes, plain, referenceCases, referenceJson } from '../../support/reference';
import type { Use } from './run-aggregate';
import { AggregateRun, batchOf, columnOf } from './run-aggregate';

type Options = AggregateInput['options'];
const welchOptions = ({ fs, nperseg, low, high, method, relative }: ReferenceCase['params']): Options =>
  JSON.parse(JSON.stringify({ sampleHz: fs, segmentSize: nperseg, lowHz: low, highHz: high, method, relative })) as Options;
const named =
  (...names: string[]) =>
  (params: ReferenceCase['params']): Options =>
    Object.fromEntries(names.map(name => [name, params[name] as Options[string]]));

/** Our name of a reference operator, its options, and what of the reference's result it gives. */
const FEATURES: Readonly<Record<string, { readonly fn: string; readonly options: (params: ReferenceCase['params']) => Options; readonly result?: (expected: unknown) => unknown }>> = {
  peak: { fn: 'peak', options: named() },
  peakToPeak: { fn: 'peakToPeak', options: named() },
  crest: { fn: 'crest', options: named() },
  skew: { fn: 'skewness', options: named('bias') },
  kurtosis: { fn: 'kurtosis', options: named('bias', 'fisher') },
  zeroCrossings: { fn: 'zeroCrossings', options: named('zero') },
  bandPower: { fn: 'bandPower', options: welchOptions },
  spectralCentroid: { fn: 'spectralCentroid', options: ({ fs, spectrum }) => ({ sampleHz: fs as number, spectrum: (spectrum as string | undefined) ?? 'power' }) },
  spectralSpread: { fn: 'spectralSpread', options: welchOptions },
  spectralEntropy: { fn: 'spectralEntropy', options: ({ fs, normalize }) => ({ sampleHz: fs as number, normalize: normalize as boolean }) },
  dominantFrequency: { fn: 'dominantFrequency', options: welchOptions },
  goertzel: { fn: 'goertzel', options: ({ fs, frequency }) => ({ sampleHz: fs as number, frequencyHz: frequency as number, output: 'power' }), result: expected => (expected as { power: unknown }).power },
  hilbertEnvelope: { fn: 'envelopePeak', options: named(), result: expected => Math.max(...(expected as number[])) },
  findPeaks: { fn: 'peakCount', options: params => params as Options, result: expected => (expected as { peaks: number[] }).peaks.length }
};
/** The same for features that are signals; null where the reference has parameters that ours has not. */
const TRANSFORMS: Readonly<Record<string, (params: ReferenceCase['params']) => { readonly fn: string; readonly options: Options; readonly result?: (expected: unknown) => unknown } | null>> = {
  welch: params => spectrumOf('psd', params, ['noverlap', 'nfft']),
  periodogram: params => spectrumOf('periodogram', params, ['nfft']),
  detrend: ({ type, breakpoints }) => (breakpoints === undefined ? { fn: 'detrend', options: { type: type as string } } : null),
  medfilt: ({ kernelSize }) => ((kernelSize as number) % 2 === 0 ? null : { fn: 'medfilt', options: { kernelSize: kernelSize as number } }),
  hilbertEnvelope: () => ({ fn: 'envelope', options: {} }),
  resampleFft: ({ num }) => ({ fn: 'resample', options: { samples: num as number } }),
  resamplePoly: ({ up, down }) => ({ fn: 'resamplePoly', options: { up: up as number, down: down as number } }),
  decimate: ({ q, n, ftype, zeroPhase }) => (n === null && zeroPhase === true ? { fn: 'decimate', options: { factor: q as number, filter: ftype as string } } : null),
  savgol: ({ windowLength, polyOrder, deriv, delta, mode }) => (mode === 'interp' && delta !== undefined ? { fn: 'savgol', options: { windowLength: windowLength as number, polyOrder: polyOrder as number, derivative: deriv as number, sampleHz: 1 / (delta as number) } } : null),
  findPeaks: params => (params['wlen'] !== undefined || Object.values(params).some(Array.isArray) ? null : { fn: 'findPeaks', options: params as Options, result: expected => (expected as { peaks: unknown }).peaks })
};

function spectrumOf(fn: string, params: ReferenceCase['params'], unknown: readonly string[]): { readonly fn: string; readonly options: Options; readonly result: (expected: unknown) => unknown } | null {
  if (Array.isArray(params['window']) || params['onesided'] === false || unknown.some(name => (params[name] ?? null) !== null)) return null;
  const { fs, nperseg, window, detrend, scaling, average } = params;
  return { fn, options: JSON.parse(JSON.stringify({ sampleHz: fs, segmentSize: nperseg, window, detrend, scaling, average })) as Options, result: expected => (expected as { pxx: unknown }).pxx };
}

/** Bounds on both sides, and the window of prominence, are for functions of blocks. */
const isKnown = ({ op, params }: ReferenceCase): boolean => Object.hasOwn(FEATURES, op!) && !(op === 'findPeaks' && (params['wlen'] !== undefined || Object.values(params).some(Array.isArray)));

const signals = new Map((referenceJson('signals.inputs.json') as { name: string; values: unknown }[]).map(line => [`@${line.name}`, plain(line.values) as number[]]));

/** Samples dealt to two cells, each out of order, and merged. */
function ofSamples(use: Omit<Use, 'types'>, samples: readonly number[]): unknown {
  const run = new AggregateRun({ ...use, types: ['float64'], nullable: false });
  const order = samples.map((_, i) => (i * 7) % samples.length).filter((from, i, all) => all.indexOf(from) === i);
  const rows = order.length === samples.length ? order : samples.map((_, i) => i);
  const batch = batchOf([columnOf('float64', rows.map(row => samples[row]!))], rows.length, Float64Array.from(rows));
  run.add(batch, 0, rows.length, Int32Array.from(rows, (_, i) => (i % 5 < 2 ? 2 : 1)));
  run.merge(2, 1);
  return run.read(2);
}

/** The same samples as three lists of which the last came first. */
function ofLists(use: Omit<Use, 'types'>, samples: readonly number[]): unknown {
  const run = new AggregateRun({ ...use, types: [{ list: 'float64' }] });
  const third = Math.ceil(samples.length / 3);
  const blocks = [samples.slice(2 * third), null, samples.slice(0, third), [], samples.slice(third, 2 * third)];
  run.add(batchOf([columnOf({ list: 'float64' }, blocks)], 5, Float64Array.of(2, 0, 0, 1, 1)), 0, 5, 1);
  run.saveAndLoad(1, 3);
  return run.read(3);
}

describe('signal features against SciPy and NumPy', () => {
  const cases = referenceCases('signals.json').filter(isKnown);
  test.each(cases.map(each => [each.name, each] as const))('%s, of samples and of lists', (_, each) => {
    const { fn, options, result } = FEATURES[each.op!]!;
    const { x } = each.input as { x: unknown };
    const samples = typeof x === 'string' ? signals.get(x)! : (plain(x) as number[]);
    const expected = plain(each.expected);
    const wanted = (result === undefined ? expected : result(expected)) as number;
    for (const seen of [ofSamples({ fn, options: options(each.params) }, samples), ofLists({ fn, options: options(each.params) }, samples)]) {
      expect(passes(seen as number, wanted, each.relTolerance, each.absTolerance), `${fn}: ${String(seen)} instead of ${wanted}`).toBe(true);
    }
  });
});

describe('transformed signals against SciPy', () => {
  const cases = referenceCases('signals.json').flatMap(each => {
    const transform = TRANSFORMS[each.op!]?.(each.params) ?? null;
    return transform === null ? [] : [[each.name, each, transform] as const];
  });
  test.each(cases)('%s, of samples and of lists', (_, each, { fn, options, result }) => {
    const samples = signals.get((each.input as { x: string }).x)!;
    const expected = plain(each.expected);
    const wanted = (result === undefined ? expected : result(expected)) as number[];
    for (const seen of [ofSamples({ fn, options }, samples), ofLists({ fn, options }, samples)]) {
      expect(seen).toHaveLength(wanted.length);
      expect((seen as number[]).findIndex((value, i) => !passes(value, wanted[i]!, each.relTolerance, each.absTolerance))).toBe(-1);
    }
  });

  test.each([
    [{ fn: 'butterworth', options: { sampleHz: 100, cutoffHz: 10 } }, 15],
    [{ fn: 'notch', options: { sampleHz: 100, frequencyHz: 10 } }, 9],
    [{ fn: 'savgol', options: { windowLength: 7, polyOrder: 2 } }, 6],
    [{ fn: 'decimate', options: { factor: 2 } }, 27]
  ] as const)('%j needs more than %i samples', (use, tooFew) => {
    const samples = Array.from({ length: tooFew + 1 }, (_, i) => Math.sin(i));
    expect(ofSamples(use, samples.slice(1))).toBe('fault');
    expect(ofSamples(use, samples)).not.toBe('fault');
    expect(new AggregateRun({ ...use, types: ['float64'] }).read(1)).toBeNull();
  });
});

describe('features of whole signals', () => {
  const WHOLE: readonly (Omit<Use, 'types'> & { readonly fn: string })[] = [
    { fn: 'zeroCrossings' },
    { fn: 'peakCount', options: { distance: 2 } },
    { fn: 'welchPeak', options: { sampleHz: 100, segmentSize: 8 } },
    { fn: 'dominantFrequency', options: { sampleHz: 100 } },
    { fn: 'bandPower', options: { sampleHz: 100, lowHz: 10, highHz: 40, segmentSize: 8 } },
    { fn: 'spectralCentroid', options: { sampleHz: 100 } },
    { fn: 'spectralSpread', options: { sampleHz: 100 } },
    { fn: 'spectralEntropy', options: { sampleHz: 100 } },
    { fn: 'goertzel', options: { sampleHz: 100, frequencyHz: 20 } },
    { fn: 'envelopeRms' },
    { fn: 'envelopePeak' }
  ];
  const row = fc.record({ x: fc.option(fc.integer({ min: -40, max: 40 }).map(eighths => eighths / 8), { freq: 8 }), timeMs: fc.integer({ min: 0, max: 12 }), newInput: fc.boolean(), inSecond: fc.boolean() });

  test.each(WHOLE.map(each => [each.fn, each] as const))('%s has the same bits however rows are dealt to cells and merged', (_, each) => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), rows => {
        let at = 0;
        const ats = Float64Array.from(rows, step => (at += step.newInput ? 1 : 0));
        const batch = batchOf([columnOf('float64', rows.map(step => step.x))], rows.length, Float64Array.from(rows, step => step.timeMs), ats);
        const second = Int32Array.from(rows, step => (step.inSecond ? 2 : 1));
        const use = { ...each, types: ['float64'] as const };
        const [one, forth, back] = [new AggregateRun(use), new AggregateRun(use), new AggregateRun(use)];
        one.add(batch, 0, rows.length, 3);
        for (const run of [forth, back]) run.add(batch, 0, rows.length, second);
        forth.merge(1, 2);
        back.merge(2, 1);
        expect(forth.read(1)).toEqual(one.read(3));
        expect(back.read(2)).toEqual(one.read(3));
        if (rows.every(step => step.x === null)) expect(one.read(3)).toBeNull();
      }),
      { numRuns: 60, verbose: 1 }
    );
  });

  test('moments merge to the values of one pass', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ x: fc.integer({ min: -40, max: 40 }), inSecond: fc.boolean() }), { maxLength: 40 }), fc.constantFrom('skewness', 'kurtosis'), (rows, fn) => {
        const batch = batchOf([columnOf('float64', rows.map(step => step.x / 8))], rows.length);
        const [one, two] = [new AggregateRun({ fn, types: ['float64'] }), new AggregateRun({ fn, types: ['float64'] })];
        one.add(batch, 0, rows.length, 1);
        two.add(batch, 0, rows.length, Int32Array.from(rows, step => (step.inSecond ? 2 : 1)));
        two.merge(1, 2);
        const [wanted, seen] = [one.read(1), two.read(1)] as (number | null)[];
        if (wanted === null) expect(seen).toBeNull();
        else expect(Number.isNaN(wanted) ? Number.isNaN(seen) : Math.abs(seen! - wanted!) < 1e-9).toBe(true);
      }),
      { verbose: 1 }
    );
  });
});

describe('options of signal features', () => {
  test.each([
    [{ fn: 'bandPower', options: { sampleHz: 100, lowHz: 30, highHz: 20 } }, /lowHz 30 is above highHz 20/],
    [{ fn: 'bandPower', options: { sampleHz: 100, lowHz: 30, highHz: 60 } }, /highHz is 60, expected a number from 0 to 50/],
    [{ fn: 'goertzel', options: { sampleHz: 100 } }, /frequencyHz is missing/],
    [{ fn: 'welchPeak', options: {} }, /sampleHz is missing, expected a number above 0/],
    [{ fn: 'kurtosis', options: { fisher: 'no' } }, /fisher is "no", expected true or false/],
    [{ fn: 'peakCount', options: { distance: 0.5 } }, /distance is 0.5/],
    [{ fn: 'medfilt', options: { kernelSize: 4 } }, /kernelSize is 4, expected an odd number. Use 5/],
    [{ fn: 'savgol', options: { windowLength: 5, polyOrder: 5 } }, /polyOrder 5 is not below windowLength 5/],
    [{ fn: 'butterworth', options: { sampleHz: 100, kind: 'bandpass', lowHz: 20, highHz: 10 } }, /do not ascend/],
    [{ fn: 'butterworth', options: { sampleHz: 100, kind: 'highpass' } }, /cutoffHz is missing/],
    [{ fn: 'butterworth', options: { sampleHz: 100, cutoffHz: 50 } }, /outside 0 … 50 Hz/],
    [{ fn: 'zeroCrossings', options: { zero: 'skip' } }, /zero is "skip", expected one of "positive", "ignore"/]
  ] as const)('%j is refused', (use, message) => {
    expect(() => new AggregateRun({ ...use, options: use.options as Options, types: ['float64'] })).toThrow(message);
  });
});
