import { bindLittoral } from '../../engine/api/bind';
import { nodeHost } from './node-host';

/*
 * The module 'littoral' for a Node program. LITTORAL_BROKER names the broker of `run` and `record`, LITTORAL_KEY the signing
 * key of `export`; models, recordings and bundles lie in the current folder.
 */
export { abs, atan2, binary, bool, ceil, clamp, coalesce, contains, cos, count, exp, featureStore, first, float32, float64, floor, hypot, int32, int64, isNaN, isNull, isPipeline, lake, last, length, list, ln, log10, lookupTable, lower, max, mean, min, mqtt, pow, publish, rms, round, schema, sign, sin, sqrt, startsWith, stddev, sum, tan, timestampMs, tumbling, upper, utf8, welchPeak } from '../../engine/api/littoral';

const host = nodeHost({
  folder: process.cwd(),
  brokerUrl: process.env['LITTORAL_BROKER'],
  keyFile: process.env['LITTORAL_KEY'],
  log: line => process.stderr.write(`${line}\n`)
});

export const { pipeline, record, replay } = bindLittoral(host);
