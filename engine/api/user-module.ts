/*
 * What `import { … } from 'littoral'` sees in a notebook cell and in a `*.pipeline.ts`: the pure functions, and those
 * that the host provides. For types only; at run time the host hands over `{ ...littoral, ...bindLittoral(host) }`.
 */
import type { RecordingRef, RecordOptions, ReplayResult } from './host';
import type { Pipeline, PipelineOptions, PipelineStart } from './stages';

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
export type { ExportedBundle, ExportOptions, RecordingRef, RecordOptions, ReplayResult, Report, RowOut, Run, RunOptions, ValidateOptions, ValidationReport } from './host';
export type { LookupTable, LookupTableOptions, TableRow } from './lookup-table';
export type { RowOf } from './row-types';
export type { LetterRow } from './steps/stream-columns';
export type { HelpLine } from './help';
export type { DecoderConfig } from '../plan/decoder-config';
export type { KeyedStream, Pipeline, PipelineOptions, PipelineStart, Stream, WindowedStream } from './stages';
export type { Delivery, Plan, Slo } from '../plan/plan';

/**
 * Begins a pipeline: `pipeline('bearing-watch').from(mqtt(…)).keyBy('device').window(tumbling({ sizeMs: 1_000 })).aggregate({ n: count() }).to(lake('counts'))`.
 * The name (letters, digits, `-`, `_`, `.`, at most 64) becomes the name of its bundles, and of its state at the edge.
 */
export declare function pipeline(name: string, options?: PipelineOptions): PipelineStart;

/**
 * Records the raw messages of a topic for a while: `await record('plant/+/vibration', { seconds: 60 })`.
 * Resolves to a reference for `replay`, `validate` and `export`.
 */
export declare function record(topic: string, options: RecordOptions): Promise<RecordingRef>;

/** The rows that a recording gives; the same every time, byte for byte. `report.rowsOut` counts all, `rows` holds the first 1 000. */
export declare function replay(pipeline: Pipeline, recording: RecordingRef): Promise<ReplayResult>;
