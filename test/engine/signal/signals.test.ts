import { describe, expect, it } from 'vitest';
import { detrend } from '../../../engine/signal/detrend';
import { FftPlans, rfft } from '../../../engine/signal/fft';
import { dominantFrequencyHz, periodogram, welch, welchPeakHz } from '../../../engine/signal/welch';
import type { WelchOptions } from '../../../engine/signal/welch';
import { windowWeights } from '../../../engine/signal/window-function';
import type { WindowFunction } from '../../../engine/signal/window-function';
import type { ReferenceCase } from '../../support/reference';
import { passes, plain, referenceCases, referenceJson } from '../../support/reference';

const signals = new Map((referenceJson('signals.inputs.json') as { name: string; values: unknown }[]).map(line => [`@${line.name}`, plain(line.values) as number[]]));

type Params = Readonly<Record<string, unknown>>;
const plans = new FftPlans();

function welchOptions(params: Params): WelchOptions {
  const names = { fs: 'sampleHz', nperseg: 'segmentSize', noverlap: 'overlap', nfft: 'fftLength', onesided: 'oneSided' } as const;
  const entries = Object.entries(params).filter(([, value]) => value !== null);
  return Object.fromEntries(entries.map(([name, value]) => [names[name as 'fs'] ?? name, value])) as unknown as WelchOptions;
}

function spectrum(result: { binHz: number; power: Float64Array }, oneSided = true): unknown {
  const count = result.power.length;
  const f = Array.from({ length: count }, (_, i) => (oneSided || i < count / 2 ? i : i - count) * result.binHz);
  return { df: result.binHz, count, pxx: Array.from(result.power), f };
}

/** Operators that exist; a new one is a line here. */
const operators: Record<string, (x: number[], params: Params) => unknown> = {
  rfft: x => {
    const { re, im } = rfft(x, x.length, plans);
    return { re: Array.from(re), im: Array.from(im) };
  },
  welch: (x, params) => spectrum(welch(x, welchOptions(params), plans), params['onesided'] !== false),
  periodogram: (x, params) => spectrum(periodogram(x, welchOptions(params), plans)),
  dominantFrequency: (x, params) => dominantFrequencyHz(x, { sampleHz: params['fs'] as number }, plans),
  window: (_, params) => Array.from(windowWeights(params['window'] as WindowFunction, params['n'] as number, { periodic: params['periodic'] as boolean })),
  detrend: (x, params) => {
    const values = Float64Array.from(x);
    detrend(values, params['type'] as 'linear');
    return Array.from(values);
  }
};
/** `rfft-nan64` fixes which bins pocketfft happens to keep free of NaN; ours are NaN wherever a NaN sample counts. */
const doesNotApply = (reference: ReferenceCase): boolean => reference.params['breakpoints'] !== undefined || reference.name === 'rfft-nan64';

function compare(seen: unknown, expected: unknown, reference: ReferenceCase, path: string): void {
  if (typeof expected === 'number') {
    expect(passes(seen as number, expected, reference.relTolerance, reference.absTolerance), `${path}: ${seen as number} against ${expected}`).toBe(true);
  } else if (Array.isArray(expected)) {
    expect((seen as unknown[]).length, path).toBe(expected.length);
    expected.forEach((item, i) => compare((seen as unknown[])[i], item, reference, `${path}[${i}]`));
  } else {
    for (const [name, item] of Object.entries(expected as Params)) compare((seen as Params)[name], item, reference, `${path}.${name}`);
  }
}

describe('signal operators against SciPy and NumPy', () => {
  for (const reference of referenceCases('signals.json')) {
    const operator = operators[reference.op ?? ''];
    if (operator === undefined || doesNotApply(reference)) continue;
    it(reference.name, () => {
      const input = (reference.input as { x?: string | number[] }).x;
      const x = typeof input === 'string' ? signals.get(input)! : ((plain(input) ?? []) as number[]);
      const expected = reference.expected;
      const mustFail = typeof expected === 'object' && expected !== null && 'error' in expected;
      if (mustFail) expect(() => operator(x, reference.params)).toThrow(/welch: (overlap|fftLength)/);
      else compare(operator(x, reference.params), plain(expected), reference, 'result');
    });
  }
});

describe('welchPeakHz', () => {
  it('finds the tone of a vibration within one bin', () => {
    const x = Array.from({ length: 1000 }, (_, i) => Math.sin((2 * Math.PI * 120 * i) / 1000) + 0.2 * Math.cos((2 * Math.PI * 50 * i) / 1000));
    expect(Math.abs(welchPeakHz(x, { sampleHz: 1000 }) - 120)).toBeLessThanOrEqual(1000 / 256);
  });
  it('is NaN without samples and where a sample is not finite', () => {
    expect(welchPeakHz([], { sampleHz: 10 })).toBeNaN();
    expect(welchPeakHz([1, NaN, 2], { sampleHz: 10 })).toBeNaN();
    expect(welchPeakHz([1, Infinity, 2], { sampleHz: 10 })).toBeNaN();
  });
});

describe('FftPlans', () => {
  it('gives the same bits whatever was transformed before', () => {
    const x = Array.from({ length: 250 }, (_, i) => Math.sin(i * i));
    const shared = new FftPlans(2);
    for (const length of [250, 64, 101, 250]) rfft(x, length, shared);
    expect(rfft(x, 250, shared)).toEqual(rfft(x));
  });
});
