import type { ListAggregate } from './aggregates';
import { numeric } from './aggregates';
import type { PeakCountOptions, SampledOptions } from './signal-aggregates';

function transform<C extends string>(fn: string, column: C, options: object = {}): ListAggregate<C> {
  return { ...numeric(fn, column, options), takes: 'list' };
}

/** SciPy's names of the weights of a segment. */
export type SegmentWindow = 'hann' | 'boxcar' | 'hamming' | 'blackman' | 'blackmanharris' | 'nuttall' | 'flattop' | 'bartlett' | 'cosine';
export interface PeriodogramOptions extends SampledOptions {
  /** Default `boxcar`, for `psd` `hann`. */
  readonly window?: SegmentWindow;
  /** What is taken away first. Default `constant`: the mean. */
  readonly detrend?: 'constant' | 'linear' | 'none';
  /** Square of the unit per Hz (`density`, default), or square of the unit. */
  readonly scaling?: 'density' | 'spectrum';
}
export interface PsdOptions extends PeriodogramOptions {
  /** Samples of a segment (SciPy's `nperseg`); element i of the result lies at i · sampleHz / segmentSize. Default 256. */
  readonly segmentSize?: number;
  /** How segments are averaged. Default `mean`. */
  readonly average?: 'mean' | 'median';
}
/** Power spectral density by `scipy.signal.welch` as a signal: element i is the power at i · sampleHz / segmentSize. Memory: the samples of every open window. */
export function psd<C extends string>(column: C, options: PsdOptions): ListAggregate<C> {
  return transform('psd', column, options);
}
/** Power spectral density of the whole signal by `scipy.signal.periodogram`: element i is the power at i · sampleHz / samples. Memory: the samples of every open window. */
export function periodogram<C extends string>(column: C, options: PeriodogramOptions): ListAggregate<C> {
  return transform('periodogram', column, options);
}

/** Indices of the peaks, from 0, as `scipy.signal.find_peaks`: `findPeaks('x', { height: 2, distance: 20 })`. Memory: the samples of every open window. */
export function findPeaks<C extends string>(column: C, options: PeakCountOptions = {}): ListAggregate<C> {
  return transform('findPeaks', column, options);
}

export interface DetrendOptions {
  /** What is taken away: the line of least squares (`linear`, default) or the mean. */
  readonly type?: 'linear' | 'constant';
}
/** The signal without its trend or its mean, `scipy.signal.detrend`. Memory: the samples of every open window. */
export function detrend<C extends string>(column: C, options: DetrendOptions = {}): ListAggregate<C> {
  return transform('detrend', column, options);
}

export interface MedfiltOptions {
  /** Samples of a median, odd. Default 3. */
  readonly kernelSize?: number;
}
/** The signal without spikes: the median about each sample, `scipy.signal.medfilt`. Memory: the samples of every open window. */
export function medfilt<C extends string>(column: C, options: MedfiltOptions = {}): ListAggregate<C> {
  return transform('medfilt', column, options);
}

export interface SavgolOptions {
  /** Samples of a polynomial, odd. */
  readonly windowLength: number;
  /** Degree of the polynomial, below windowLength. */
  readonly polyOrder: number;
  /** 0 smooths (default), 1 gives the slope per second, 2 the curvature. */
  readonly derivative?: number;
  /** Samples per second, for derivatives. Default 1. */
  readonly sampleHz?: number;
}
/** The signal smoothed by polynomials, which keeps peaks, or its derivative; `scipy.signal.savgol_filter`. Memory: the samples of every open window. */
export function savgol<C extends string>(column: C, options: SavgolOptions): ListAggregate<C> {
  return transform('savgol', column, options);
}

/** A Butterworth filter: `{ sampleHz: 1_000, cutoffHz: 50 }`, `{ sampleHz: 1_000, kind: 'bandpass', lowHz: 90, highHz: 110 }`. */
export type ButterworthDesign = SampledOptions & {
  /** Steepness, 6 dB per octave each, 1 to 20. Default 4. */
  readonly order?: number;
} & (
    | { readonly kind: 'bandpass' | 'bandstop'; /** The edges of the band. */ readonly lowHz: number; readonly highHz: number }
    | { /** Default `lowpass`. */ readonly kind?: 'lowpass' | 'highpass'; /** Where the filter has -3 dB. */ readonly cutoffHz: number }
  );
export interface NotchDesign extends SampledOptions {
  /** The frequency that is taken out. */
  readonly frequencyHz: number;
  /** frequencyHz / width at -3 dB. Default 30. */
  readonly quality?: number;
}
export interface ZeroPhaseOption {
  /** `true` (default) filters forwards and backwards, so that nothing is delayed; `false` forwards from rest. */
  readonly zeroPhase?: boolean;
}
/** The signal through a Butterworth filter, each by itself. For a filter whose state goes on from row to row use the step `.butterworth(…)`. Memory: the samples of every open window. */
export function butterworth<C extends string>(column: C, options: ButterworthDesign & ZeroPhaseOption): ListAggregate<C> {
  return transform('butterworth', column, options);
}
/** The signal without one frequency, each by itself. For a filter whose state goes on from row to row use the step `.notch(…)`. Memory: the samples of every open window. */
export function notch<C extends string>(column: C, options: NotchDesign & ZeroPhaseOption): ListAggregate<C> {
  return transform('notch', column, options);
}

/** The momentary amplitude, `|scipy.signal.hilbert(x)|`. Memory: the samples of every open window. */
export function envelope<C extends string>(column: C): ListAggregate<C> {
  return transform('envelope', column);
}

export interface ResampleOptions {
  /** How many samples the result has. */
  readonly samples: number;
}
/** The signal with another number of samples over the same time, `scipy.signal.resample`. Memory: the samples of every open window. */
export function resample<C extends string>(column: C, options: ResampleOptions): ListAggregate<C> {
  return transform('resample', column, options);
}
export interface ResamplePolyOptions {
  /** Whole numbers; the rate becomes up / down times what it was. Default 1. */
  readonly up?: number;
  readonly down?: number;
}
/** The signal at another sampling rate, `scipy.signal.resample_poly`. Memory: the samples of every open window. */
export function resamplePoly<C extends string>(column: C, options: ResamplePolyOptions): ListAggregate<C> {
  return transform('resamplePoly', column, options);
}
export interface DecimateOptions {
  /** Every factor-th sample is kept. */
  readonly factor: number;
  /** Kind of the low-pass that keeps out aliases. Default `iir`. */
  readonly filter?: 'iir' | 'fir';
}
/** Every n-th sample after a low-pass, `scipy.signal.decimate`. Memory: the samples of every open window. */
export function decimate<C extends string>(column: C, options: DecimateOptions): ListAggregate<C> {
  return transform('decimate', column, options);
}
