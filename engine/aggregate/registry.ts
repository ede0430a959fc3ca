import { didYouMean } from '../did-you-mean';
import { PlanError } from '../error';
import type { AggregateSpec } from './aggregate';
import { bandPower } from './band-power';
import { butterworth, notch } from './block-filters';
import { collect } from './collect';
import { correlation } from './correlation';
import { count } from './count';
import { countDistinct } from './count-distinct';
import { covariance } from './covariance';
import { detrend } from './detrend';
import { dominantFrequency } from './dominant-frequency';
import { envelopePeak, envelopeRms } from './envelope-level';
import { envelope } from './envelope';
import { findPeaks, peakCount } from './find-peaks';
import { first } from './first';
import { goertzel } from './goertzel';
import { kurtosis } from './kurtosis';
import { last } from './last';
import { max } from './max';
import { mean } from './mean';
import { medfilt } from './medfilt';
import { median } from './median';
import { min } from './min';
import { mode } from './mode';
import { crest, peak, peakToPeak } from './peak';
import { periodogram, psd } from './psd';
import { quantile } from './quantile';
import { range } from './range';
import { rateOfChange } from './rate-of-change';
import { decimate, resample, resamplePoly } from './resample';
import { rms } from './rms';
import { savgol } from './savgol';
import { skewness } from './skewness';
import { slope } from './slope';
import { spectralCentroid } from './spectral-centroid';
import { spectralEntropy } from './spectral-entropy';
import { spectralSpread } from './spectral-spread';
import { stddev } from './stddev';
import { sum } from './sum';
import { variance } from './variance';
import { welchPeak } from './welch-peak';
import { zeroCrossings } from './zero-crossings';

/** Every aggregate by its name in a Plan. */
export const aggregateSpecs: Readonly<Record<string, AggregateSpec>> = {
  count,
  countDistinct,
  sum,
  mean,
  median,
  mode,
  min,
  max,
  range,
  first,
  last,
  variance,
  stddev,
  quantile,
  rateOfChange,
  slope,
  covariance,
  correlation,
  collect,
  rms,
  peak,
  peakToPeak,
  crest,
  skewness,
  kurtosis,
  zeroCrossings,
  peakCount,
  welchPeak,
  dominantFrequency,
  bandPower,
  spectralCentroid,
  spectralSpread,
  spectralEntropy,
  goertzel,
  envelopeRms,
  envelopePeak,
  psd,
  periodogram,
  findPeaks,
  detrend,
  medfilt,
  savgol,
  butterworth,
  notch,
  envelope,
  resample,
  resamplePoly,
  decimate
};

/** The aggregate called `fn`; PlanError with the known names when there is none. */
export function aggregateSpec(fn: string, path: string): AggregateSpec {
  const spec = Object.hasOwn(aggregateSpecs, fn) ? aggregateSpecs[fn] : undefined;
  if (spec !== undefined) return spec;
  const names = Object.keys(aggregateSpecs);
  throw new PlanError('UNKNOWN_AGGREGATE', `aggregate "${fn}" at ${path}: no such aggregate; there are ${names.join(', ')}.${didYouMean(fn, names)}`, { details: { path } });
}
