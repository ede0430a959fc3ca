/*
 * Everything of the module 'littoral' that needs no host. A host adds `bindLittoral(host)` of `bind.ts`; what users see of both is
 * `user-module.ts`.
 */
export {
  collect,
  correlation,
  count,
  countDistinct,
  covariance,
  first,
  last,
  max,
  mean,
  median,
  min,
  mode,
  quantile,
  range,
  rateOfChange,
  rms,
  slope,
  stddev,
  sum,
  variance,
  welchPeak
} from './aggregates';
export { avro, protobuf, sparkplug } from './decoders';
export { binary, bool, float32, float64, int32, int64, list, schema, timestampMs, utf8 } from './columns';
export { abs, atan2, ceil, clamp, coalesce, contains, cos, exp, floor, hypot, isNaN, isNull, length, ln, log10, lower, pow, replace, round, sign, sin, sqrt, startsWith, tan, upper } from './expression-functions';
export { help } from './help';
export { isPipeline } from './finished-pipeline';
export { lookupTable } from './lookup-table';
export { bandPower, crest, dominantFrequency, envelopePeak, envelopeRms, goertzel, kurtosis, peak, peakCount, peakToPeak, skewness, spectralCentroid, spectralEntropy, spectralSpread, zeroCrossings } from './signal-aggregates';
export { butterworth, decimate, detrend, envelope, findPeaks, medfilt, notch, periodogram, psd, resample, resamplePoly, savgol } from './signal-transforms';
export { append, featureStore, lake, post, publish, statsd, stdout } from './sinks';
export { counting, session, sliding } from './own-windows';
export { files, http, mqtt } from './source';
export { cumulating, hopping, tumbling } from './windows';
