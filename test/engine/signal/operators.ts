import { bandPower } from '../../../engine/signal/band-power';
import { butterworth } from '../../../engine/signal/butterworth';
import { coherence, crossSpectrum } from '../../../engine/signal/cross-spectrum';
import { cusum } from '../../../engine/signal/cusum';
import { decimate } from '../../../engine/signal/decimate';
import { detrend } from '../../../engine/signal/detrend';
import { diff, lag } from '../../../engine/signal/differences';
import { alphaOf, exponentialSmoothing, exponentialVariance } from '../../../engine/signal/exponential';
import { FftPlans, rfft } from '../../../engine/signal/fft';
import { findPeaks } from '../../../engine/signal/find-peaks';
import { firFilter, firWindow } from '../../../engine/signal/fir';
import { goertzel } from '../../../engine/signal/goertzel';
import { envelope } from '../../../engine/signal/hilbert';
import { crest, peak, peakToPeak, rms } from '../../../engine/signal/level';
import { meanOf } from '../../../engine/signal/mean';
import { medianFilter } from '../../../engine/signal/median-filter';
import { mode } from '../../../engine/signal/mode';
import { kurtosis, skewness, stddev, variance } from '../../../engine/signal/moments';
import { notch } from '../../../engine/signal/notch';
import type { QuantileMethod } from '../../../engine/signal/quantile-method';
import { median, medianAbsDeviation, quantile } from '../../../engine/signal/quantile';
import { correlation, covariance, linearRegression } from '../../../engine/signal/regression';
import { resampleFft } from '../../../engine/signal/resample-fft';
import { regularGrid, resampleLinear } from '../../../engine/signal/resample-linear';
import { resamplePoly } from '../../../engine/signal/resample-poly';
import type { WindowStatistic } from '../../../engine/signal/rolling';
import { rollingRows, rollingTime } from '../../../engine/signal/rolling';
import { savgol } from '../../../engine/signal/savgol';
import type { Section } from '../../../engine/signal/sections';
import { sosFilter, steadyState } from '../../../engine/signal/sos-filter';
import { sosFiltFilt } from '../../../engine/signal/sos-filtfilt';
import { spectralCentroidHz, spectralEntropy, spectralSpreadHz } from '../../../engine/signal/spectral-shape';
import type { PowerSpectrum, WelchOptions } from '../../../engine/signal/welch';
import { dominantFrequencyHz, periodogram, welch } from '../../../engine/signal/welch';
import type { WindowFunction } from '../../../engine/signal/window-function';
import { windowWeights } from '../../../engine/signal/window-function';
import { zeroCrossings } from '../../../engine/signal/zero-crossings';
import { zscore } from '../../../engine/signal/zscore';

export type Params = Readonly<Record<string, unknown>>;
export interface SignalInput {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly t: readonly number[];
}
type Operator = (input: SignalInput, params: Params) => unknown;

const plans = new FftPlans();
const signal = (input: SignalInput): Float64Array => Float64Array.from(input.x);
const other = (input: SignalInput): Float64Array => Float64Array.from(input.y);
const of = (job: (x: Float64Array, params: Params) => unknown): Operator => (input, params) => job(signal(input), params);
const ofPairs = (job: (x: Float64Array, y: Float64Array, params: Params) => unknown): Operator => (input, params) => job(signal(input), other(input), params);

/** The reference's parameters under our names, without those that are null. */
function options<T>(params: Params): T {
  const names: Readonly<Record<string, string>> = { fs: 'sampleHz', nperseg: 'segmentSize', noverlap: 'overlap', nfft: 'fftLength', onesided: 'oneSided', low: 'lowHz', high: 'highHz', frequency: 'frequencyHz', type: 'kind', k: 'slack', h: 'threshold', deriv: 'derivative', cval: 'constant', q: 'quality', rows: 'rows', minPeriods: 'presentMin', padLen: 'padLength', wlen: 'windowLength' };
  return Object.fromEntries(Object.entries(params).filter(([name, value]) => value !== null || name === 'padType').map(([name, value]) => [names[name] ?? name, value])) as T;
}

function spectrum({ binHz, power }: PowerSpectrum, oneSided = true): unknown {
  const count = power.length;
  const f = Array.from({ length: count }, (_, i) => (oneSided || i < count / 2 ? i : i - count) * binHz);
  return { df: binHz, count, pxx: power, f };
}

/** pandas' names; its skew and kurt are those of a sample. */
function statistic({ fn, ddof, q }: Params): WindowStatistic {
  const statistics: Readonly<Record<string, WindowStatistic>> = {
    count: x => x.length,
    sum: x => meanOf(x) * x.length,
    mean: meanOf,
    min: x => x.reduce((least, value) => Math.min(least, value)),
    max: x => x.reduce((greatest, value) => Math.max(greatest, value)),
    median,
    quantile: x => quantile(x, q as number),
    std: x => stddev(x, ddof as number),
    var: x => variance(x, ddof as number),
    skew: x => (x.length < 3 ? NaN : skewness(x, { bias: false })),
    kurt: x => (x.length < 4 ? NaN : kurtosis(x, { bias: false }))
  };
  return statistics[fn as string]!;
}

function filtered(x: Float64Array, { sos, chunks }: Params): unknown {
  const sections = sos as Section[];
  const sizes = chunks as number[];
  const state = new Float64Array(sections.length * 2);
  const y = x.slice();
  for (let from = 0, index = 0; from < y.length; index++) {
    const end = Math.min(y.length, from + sizes[index % sizes.length]!);
    sosFilter(sections, y.subarray(from, end), state);
    from = end;
  }
  return { y, zi: pairs(state) };
}

function pairs(state: Float64Array): number[][] {
  return Array.from({ length: state.length / 2 }, (_, i) => [state[i * 2]!, state[i * 2 + 1]!]);
}

/** Σ b·e^(-iwk) / Σ a·e^(-iwk), the product over the sections. */
function response(sections: readonly Section[], angles: readonly number[]): { re: number[]; im: number[] } {
  const points = angles.map(angle => {
    const at = (c0: number, c1: number, c2: number): [number, number] => [c0 + c1 * Math.cos(angle) + c2 * Math.cos(2 * angle), -c1 * Math.sin(angle) - c2 * Math.sin(2 * angle)];
    return sections.reduce(
      ([re, im], [b0, b1, b2, a0, a1, a2]) => {
        const [bRe, bIm] = at(b0, b1, b2);
        const [aRe, aIm] = at(a0, a1, a2);
        const size = aRe * aRe + aIm * aIm;
        const hRe = (bRe * aRe + bIm * aIm) / size;
        const hIm = (bIm * aRe - bRe * aIm) / size;
        return [re * hRe - im * hIm, re * hIm + im * hRe] as [number, number];
      },
      [1, 0] as [number, number]
    );
  });
  return { re: points.map(point => point[0]), im: points.map(point => point[1]) };
}

function butterworthSections(params: Params): unknown {
  const sampleHz = (params['fs'] as number | null) ?? 2;
  const sections = butterworth({ ...options<Parameters<typeof butterworth>[0]>(params), edgesHz: [params['cutoff'] as number].flat(), sampleHz });
  return { sos: sections, response: response(sections, Array.from({ length: 9 }, (_, i) => (Math.PI * i) / 8)) };
}

function peaksOf(x: Float64Array, params: Params): unknown {
  const { peaks, prominences, leftBases, rightBases } = findPeaks(x, options(params));
  const difference = (step: number): number[] => peaks.map(at => x[at]! - x[at + step]!);
  return { peaks, prominences, left_bases: leftBases, right_bases: rightBases, peak_heights: peaks.map(at => x[at]), left_thresholds: difference(-1), right_thresholds: difference(1) };
}

function interpolated(input: SignalInput, params: Params): unknown {
  const { gridStart, gridEnd, stepMs, grid } = params as { gridStart: number; gridEnd: number; stepMs: number; grid?: number[] };
  return resampleLinear(Float64Array.from(input.t), signal(input), grid === undefined ? regularGrid(gridStart, gridEnd, stepMs) : Float64Array.from(grid), options(params));
}

/** Every operator of the reference, as Littoral computes it. */
export const operators: Readonly<Record<string, Operator>> = {
  rms: of(rms),
  peak: of(peak),
  peakToPeak: of(peakToPeak),
  crest: of(crest),
  mean: of(meanOf),
  variance: of((x, params) => variance(x, params['ddof'] as number)),
  stddev: of((x, params) => stddev(x, params['ddof'] as number)),
  skew: of((x, params) => skewness(x, options(params))),
  kurtosis: of((x, params) => kurtosis(x, options(params))),
  zeroCrossings: of((x, params) => zeroCrossings(x, params['zero'] as 'positive')),
  quantile: of((x, params) => (params['q'] as number[]).map(q => quantile(x, q, params['method'] as QuantileMethod))),
  median: of(median),
  mode: of(mode),
  medianAbsDeviation: of((x, params) => medianAbsDeviation(x, params['scale'] as number)),
  zscore: of((x, params) => zscore(x, params['ddof'] as number)),
  cusum: of((x, params) => cusum(x, options(params))),
  linearRegression: ofPairs((x, y) => {
    const { correlation: rvalue, slopeError: stderr, ...line } = linearRegression(x, y);
    return { ...line, rvalue, stderr };
  }),
  covariance: ofPairs((x, y, params) => covariance(x, y, params['ddof'] as number)),
  correlation: ofPairs(correlation),
  diff: of((x, params) => diff(x, params['n'] as number)),
  lag: of((x, params) => lag(x, params['periods'] as number)),
  exponentialSmoothing: (input, params) => {
    const halfLife = params['halflife'];
    const alpha = alphaOf({ ...params, ...(halfLife === undefined ? {} : { halfLife }) } as { alpha: number });
    if (Math.abs(alpha - (params['alphaIs'] as number)) > 1e-15) throw new Error(`alpha ${alpha}`);
    return exponentialSmoothing(input.x, { ...options<Params>(params), alpha });
  },
  exponentialVariance: (input, params) => exponentialVariance(input.x, options(params)),
  rollingRows: (input, params) => rollingRows(input.x, statistic(params), options(params)),
  rollingTime: (input, params) => rollingTime(input.t, input.x, statistic(params), { ...options(params), presentMin: params['fn'] === 'count' ? 0 : 1 }),
  welch: of((x, params) => spectrum(welch(x, options(params), plans), params['onesided'] !== false)),
  periodogram: of((x, params) => spectrum(periodogram(x, options(params), plans))),
  window: (_, params) => windowWeights(params['window'] as WindowFunction, params['n'] as number, { periodic: params['periodic'] as boolean }),
  bandPower: of((x, params) => bandPower(x, options(params), plans)),
  spectralCentroid: of((x, params) => spectralCentroidHz(x, options(params), plans)),
  spectralSpread: of((x, params) => spectralSpreadHz(x, options(params), plans)),
  spectralEntropy: of((x, params) => spectralEntropy(x, options(params), plans)),
  dominantFrequency: of((x, params) => dominantFrequencyHz(x, options(params), plans)),
  rfft: of(x => rfft(x, x.length, plans)),
  goertzel: of((x, params) => goertzel(x, options(params))),
  hilbertEnvelope: of(x => envelope(x, plans)),
  coherence: ofPairs((x, y, params) => coherence(x, y, options<WelchOptions>(params), plans)),
  crossSpectrum: ofPairs((x, y, params) => crossSpectrum(x, y, options<WelchOptions>(params), plans)),
  medfilt: of((x, params) => medianFilter(x, params['kernelSize'] as number)),
  butterSos: (_, params) => butterworthSections(params),
  sosfilt: of(filtered),
  sosfiltZi: of((x, { sos }) => {
    const rest = steadyState(sos as Section[]);
    const y = x.slice();
    sosFilter(sos as Section[], y, rest.map(value => value * x[0]!));
    return { zi: pairs(rest), y };
  }),
  sosfiltfilt: of((x, params) => sosFiltFilt(params['sos'] as Section[], x, options(params))),
  detrend: of((x, params) => {
    detrend(x, params['type'] as 'linear', params['breakpoints'] as number[] | undefined);
    return x;
  }),
  resampleLinear: interpolated,
  resamplePoly: of((x, params) => resamplePoly(x, params['up'] as number, params['down'] as number)),
  resampleFft: of((x, params) => resampleFft(x, params['num'] as number, plans)),
  decimate: of((x, { q, n, ftype, zeroPhase }) => decimate(x, { factor: q as number, filter: ftype as 'iir', zeroPhase: zeroPhase as boolean, ...(n === null ? {} : { order: n as number }) })),
  findPeaks: of(peaksOf),
  savgol: of((x, params) => savgol(x, options(params))),
  iirNotch: (_, params) => {
    const [b0, b1, b2, a0, a1, a2] = notch(options(params));
    return { b: [b0, b1, b2], a: [a0, a1, a2] };
  },
  firwin: (_, params) => firWindow({ ...options<Params>(params), taps: params['taps'] as number, edges: [params['cutoff'] as number].flat() as number[] }),
  fir: of((x, params) => firFilter(Float64Array.from(params['taps'] as number[]), x))
};
