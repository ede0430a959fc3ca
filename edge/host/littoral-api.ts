import { bindLittoral } from '../../engine/api/bind';
import { nodeHost } from './node-host';

/*
 * The module 'littoral' for a Node program. LITTORAL_BROKER names the broker of `run` and `record`, LITTORAL_KEY the signing
 * key of `export`; models, recordings and bundles lie in the current folder.
 */
export {
  abs, append, atan2, avro, bandPower, binary, bool, butterworth, ceil, clamp, coalesce, collect, contains, correlation, cos, count, countDistinct,
  counting, covariance, crest, cumulating, decimate, detrend, dominantFrequency, envelope, envelopePeak, envelopeRms, exp, featureStore, files,
  findPeaks, first, float32, float64, floor, goertzel, help, hopping, http, hypot, int32, int64, isNaN, isNull, isPipeline, kurtosis, lake, last,
  length, list, ln, log10, lookupTable, lower, max, mean, medfilt, median, min, mode, mqtt, notch, peak, peakCount, peakToPeak, periodogram, post,
  pow, protobuf, psd, publish, quantile, range, rateOfChange, replace, resample, resamplePoly, rms, round, savgol, schema, session, sign, sin,
  skewness, sliding, slope, sparkplug, spectralCentroid, spectralEntropy, spectralSpread, sqrt, startsWith, statsd, stddev, stdout, sum, tan,
  timestampMs, tumbling, upper, utf8, variance, welchPeak, zeroCrossings
} from '../../engine/api/littoral';

const host = nodeHost({
  folder: process.cwd(),
  brokerUrl: process.env['LITTORAL_BROKER'],
  keyFile: process.env['LITTORAL_KEY'],
  log: line => process.stderr.write(`${line}\n`)
});

export const { pipeline, record, replay } = bindLittoral(host);
