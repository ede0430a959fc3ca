import type { NumericAggregate } from './aggregates';
import { numeric } from './aggregates';

/** Greatest magnitude max(|x|) in the unit of the column; null if there are no values. */
export function peak<C extends string>(column: C): NumericAggregate<C> {
  return numeric('peak', column);
}
/** Greatest minus least value in the unit of the column; null if there are no values. */
export function peakToPeak<C extends string>(column: C): NumericAggregate<C> {
  return numeric('peakToPeak', column);
}
/** Crest factor max(|x|) / rms: √2 for a sine, more with spikes; NaN for silence, null if there are no values. */
export function crest<C extends string>(column: C): NumericAggregate<C> {
  return numeric('crest', column);
}

export interface SkewnessOptions {
  /** `false` corrects for a sample, as pandas does. Default `true`, as `scipy.stats.skew`. */
  readonly bias?: boolean;
}
/** How lopsided the values are, `scipy.stats.skew`: 0 when they lie evenly about the mean, above 0 with a tail of great values; null if there are none. */
export function skewness<C extends string>(column: C, options: SkewnessOptions = {}): NumericAggregate<C> {
  return numeric('skewness', column, options);
}
export interface KurtosisOptions extends SkewnessOptions {
  /** `true`: a normal distribution has 0; `false`: 3. Default `true`. */
  readonly fisher?: boolean;
}
/** How heavy the tails are, `scipy.stats.kurtosis`: above 0 with rare great deviations, such as the knocks of a damaged bearing; null if there are no values. */
export function kurtosis<C extends string>(column: C, options: KurtosisOptions = {}): NumericAggregate<C> {
  return numeric('kurtosis', column, options);
}

export interface ZeroCrossingsOptions {
  /** What a zero is: positive, or no sample at all. Default `positive`. */
  readonly zero?: 'positive' | 'ignore';
}
/** How often the window's signal changes its sign. Memory: the samples of every open window. */
export function zeroCrossings<C extends string>(column: C, options: ZeroCrossingsOptions = {}): NumericAggregate<C> {
  return numeric('zeroCrossings', column, options);
}

export interface PeakCountOptions {
  /** Least value of a peak, in the unit of the column. */
  readonly height?: number;
  /** Least rise above both neighbouring samples. */
  readonly threshold?: number;
  /** Least distance of two peaks in samples; of closer ones the higher stays. */
  readonly distance?: number;
  /** Least rise above the higher of the lowest points on both sides. */
  readonly prominence?: number;
}
/** Number of peaks of the window's signal, as `scipy.signal.find_peaks`: `peakCount('x', { height: 2, distance: 20 })`. Memory: the samples of every open window. */
export function peakCount<C extends string>(column: C, options: PeakCountOptions = {}): NumericAggregate<C> {
  return numeric('peakCount', column, options);
}

export interface SampledOptions {
  /** Samples per second of the signal. */
  readonly sampleHz: number;
}
/** Frequency in Hz with the most power in the periodogram of the window's signal; finer than `welchPeak`, but less steady in noise. Memory: the samples of every open window. */
export function dominantFrequency<C extends string>(column: C, options: SampledOptions): NumericAggregate<C> {
  return numeric('dominantFrequency', column, options);
}

export interface BandPowerOptions extends SampledOptions {
  /** The band, both ends included. */
  readonly lowHz: number;
  readonly highHz: number;
  /** Samples of a segment (SciPy's `nperseg`); the resolution is sampleHz / segmentSize. Default 256. */
  readonly segmentSize?: number;
  /** Rule of integration. Default `trapezoid`. */
  readonly method?: 'trapezoid' | 'simpson' | 'rectangle';
  /** `true` gives the share of the power of all frequencies, 0 to 1. Default `false`. */
  readonly relative?: boolean;
}
/** Power between two frequencies, by `scipy.signal.welch`, in the square of the column's unit: `bandPower('x', { sampleHz: 1_000, lowHz: 90, highHz: 110 })`. Memory: the samples of every open window. */
export function bandPower<C extends string>(column: C, options: BandPowerOptions): NumericAggregate<C> {
  return numeric('bandPower', column, options);
}

export interface SpectralCentroidOptions extends SampledOptions {
  /** Weight of a frequency: its power, or its magnitude. Default `power`. */
  readonly spectrum?: 'power' | 'magnitude';
}
/** Mean frequency in Hz of the window's signal. Memory: the samples of every open window. */
export function spectralCentroid<C extends string>(column: C, options: SpectralCentroidOptions): NumericAggregate<C> {
  return numeric('spectralCentroid', column, options);
}
/** Standard deviation in Hz of the frequencies about the spectral centroid. Memory: the samples of every open window. */
export function spectralSpread<C extends string>(column: C, options: SampledOptions): NumericAggregate<C> {
  return numeric('spectralSpread', column, options);
}
export interface SpectralEntropyOptions extends SampledOptions {
  /** `true` divides by its greatest value: 0 to 1. Default `false`: bits. */
  readonly normalize?: boolean;
}
/** Entropy of the spectrum: low for a tone, high for noise. Memory: the samples of every open window. */
export function spectralEntropy<C extends string>(column: C, options: SpectralEntropyOptions): NumericAggregate<C> {
  return numeric('spectralEntropy', column, options);
}

export interface GoertzelOptions extends SampledOptions {
  /** The frequency, from 0 to sampleHz / 2. */
  readonly frequencyHz: number;
  /** `amplitude` of a sine of that frequency, in the unit of the column, or its `power` |X|². Default `amplitude`. */
  readonly output?: 'amplitude' | 'power';
}
/** Strength of one frequency: `goertzel('x', { sampleHz: 1_000, frequencyHz: 50 })`. Memory: the samples of every open window. */
export function goertzel<C extends string>(column: C, options: GoertzelOptions): NumericAggregate<C> {
  return numeric('goertzel', column, options);
}
/** Root mean square of the envelope `|scipy.signal.hilbert(x)|` of the window's signal. Memory: the samples of every open window. */
export function envelopeRms<C extends string>(column: C): NumericAggregate<C> {
  return numeric('envelopeRms', column);
}
/** Greatest value of the envelope `|scipy.signal.hilbert(x)|` of the window's signal: its momentary amplitude at its highest. Memory: the samples of every open window. */
export function envelopePeak<C extends string>(column: C): NumericAggregate<C> {
  return numeric('envelopePeak', column);
}
