import { columnNames } from '../column-names';
import { parseDecoder, type DecoderConfig } from '../decoder-config';
import { connectionForm, metricForm, nameForm, pathTemplateForm, topicTemplateForm } from '../forms';
import { ObjectReader, planInvalid } from '../json-reader';
import { PLAN_LIMITS } from '../limits';
import type { UnaryNode } from '../plan';

export interface SinkNode extends UnaryNode {
  readonly op: 'sink';
  readonly config: SinkConfig;
}

export type SinkConfig = MqttSinkConfig | HttpSinkConfig | FileSinkConfig | StdoutSinkConfig | StatsdSinkConfig | LakeSinkConfig | FeatureStoreConfig;

interface NamedSink {
  /** Name in rows-out files and metrics; unique in the Plan. */
  readonly name: string;
  /** What happens to rows that wait for the sink at the edge; absent: they wait as long as it takes, oldest first. */
  readonly outbox?: OutboxPolicy;
}

/** Rules for rows that wait. Whatever they drop is counted. */
export interface OutboxPolicy {
  /** Rows that have waited longer are dropped (`stale`). */
  readonly maxAgeMs?: number;
  /** Of more waiting rows the oldest are dropped (`overflow`). */
  readonly maxRows?: number;
  /** The same for the bytes that they take on disk. */
  readonly maxBytes?: number;
  /** newestFirst: after an outage the current rows leave before the old ones. */
  readonly order?: 'oldestFirst' | 'newestFirst';
  /** At most so many rows a second, so that the end of an outage is no flood. */
  readonly rowsPerSecondMax?: number;
}

export interface MqttSinkConfig extends NamedSink {
  readonly connector: 'mqtt';
  /** Topic with `{column}` placeholders. */
  readonly topic: string;
  readonly connection: string;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** Format of the messages; absent: JSON as in rows-out files. */
  readonly encoder?: DecoderConfig;
  readonly compression?: 'gzip';
}

export interface HttpSinkConfig extends NamedSink {
  readonly connector: 'http';
  /** Path below the address of the connection, with `{column}` placeholders. */
  readonly path: string;
  readonly connection: string;
  readonly method: 'POST' | 'PUT';
  readonly encoder?: DecoderConfig;
  readonly compression?: 'gzip';
  /** Rows in one request, as lines; absent: 1. */
  readonly batchRowsMax?: number;
}

export interface FileSinkConfig extends NamedSink {
  readonly connector: 'file';
  /** Path below the folder of the connection, with `{column}` placeholders. */
  readonly path: string;
  readonly connection: string;
  readonly encoder?: DecoderConfig;
  readonly compression?: 'gzip';
}

export interface StdoutSinkConfig extends NamedSink {
  readonly connector: 'stdout';
  readonly encoder?: DecoderConfig;
}

/** Numbers of each row as StatsD metrics `prefix.column`, tagged as DogStatsD does. */
export interface StatsdSinkConfig extends NamedSink {
  readonly connector: 'statsd';
  readonly connection: string;
  readonly prefix: string;
  readonly gauges: readonly string[];
  readonly counters: readonly string[];
  /** Columns in milliseconds. */
  readonly timings: readonly string[];
  readonly tags: readonly string[];
}

export interface LakeSinkConfig extends NamedSink {
  readonly connector: 'lake';
  readonly table: string;
  /** `day` is derived from the event time (UTC); other names are columns. */
  readonly partitionBy: readonly string[];
  /** Columns by which a row takes the place of an earlier one; absent: every row is added. */
  readonly mergeBy?: readonly string[];
}

/** An online store that keeps the last row of each key of the stream. */
export interface FeatureStoreConfig extends NamedSink {
  readonly connector: 'featureStore';
  /** What the features are called in the store. */
  readonly view: string;
}

const BATCH_ROWS_MAX = 10_000;
const STATSD_COLUMNS_MAX = 64;

/** The config of a sink, read strictly from untrusted JSON. */
export function parseSink(json: unknown, path: string): SinkConfig {
  const reader = new ObjectReader(json, path);
  const connector = reader.oneOf('connector', ['mqtt', 'http', 'file', 'stdout', 'statsd', 'lake', 'featureStore']);
  const named = { name: reader.text('name', PLAN_LIMITS.nameLengthMax, nameForm), ...(reader.has('outbox') ? { outbox: parseOutbox(reader.object('outbox')) } : {}) };
  if (connector === 'lake' && (named.outbox?.order ?? named.outbox?.rowsPerSecondMax) !== undefined) throw planInvalid(reader.at('outbox'), 'it has an order or a rate', 'maxAgeMs, maxRows and maxBytes alone, because a lake takes rows in large files');
  const config = sinkOf(connector, named, reader);
  reader.end();
  return config;
}

function sinkOf(connector: SinkConfig['connector'], named: NamedSink, reader: ObjectReader): SinkConfig {
  switch (connector) {
    case 'featureStore':
      return { connector, ...named, view: reader.text('view', PLAN_LIMITS.nameLengthMax, nameForm) };
    case 'lake':
      return { connector, ...named, table: reader.text('table', PLAN_LIMITS.nameLengthMax, nameForm), partitionBy: columnNames(reader, 'partitionBy', 0, PLAN_LIMITS.partitionColumnsMax), ...(reader.has('mergeBy') ? { mergeBy: columnNames(reader, 'mergeBy', 1, PLAN_LIMITS.keyColumnsMax) } : {}) };
    case 'mqtt':
      return { connector, ...named, topic: reader.text('topic', PLAN_LIMITS.topicLengthMax, topicTemplateForm), connection: connectionOf(reader), qos: reader.oneOf('qos', [0, 1, 2]), retain: reader.boolean('retain'), ...formatOf(reader) };
    case 'http':
      return httpOf(connector, named, reader);
    case 'file':
      return { connector, ...named, path: reader.text('path', PLAN_LIMITS.topicLengthMax, pathTemplateForm), connection: connectionOf(reader), ...formatOf(reader) };
    case 'stdout':
      return { connector, ...named, ...encoderOf(reader) };
    case 'statsd':
      return statsdOf(connector, named, reader);
  }
}

function httpOf(connector: 'http', named: NamedSink, reader: ObjectReader): HttpSinkConfig {
  const config: HttpSinkConfig = {
    connector,
    ...named,
    path: reader.text('path', PLAN_LIMITS.topicLengthMax, pathTemplateForm),
    connection: connectionOf(reader),
    method: reader.oneOf('method', ['POST', 'PUT']),
    ...formatOf(reader),
    ...(reader.has('batchRowsMax') ? { batchRowsMax: reader.integer('batchRowsMax', 1, BATCH_ROWS_MAX) } : {})
  };
  const format = config.encoder?.format ?? 'json';
  if ((config.batchRowsMax ?? 1) > 1 && format !== 'json' && format !== 'text') throw planInvalid(reader.at('batchRowsMax'), `the format is "${format}"`, 'a format of lines, json or text, or no batches');
  return config;
}

function statsdOf(connector: 'statsd', named: NamedSink, reader: ObjectReader): StatsdSinkConfig {
  const columns = (name: string): readonly string[] => columnNames(reader, name, 0, STATSD_COLUMNS_MAX);
  const config: StatsdSinkConfig = {
    connector,
    ...named,
    connection: connectionOf(reader),
    prefix: reader.text('prefix', PLAN_LIMITS.nameLengthMax, metricForm),
    gauges: columns('gauges'),
    counters: columns('counters'),
    timings: columns('timings'),
    tags: columns('tags')
  };
  if (config.gauges.length + config.counters.length + config.timings.length === 0) throw planInvalid(reader.path, 'it names no number', 'a column in gauges, counters or timings');
  return config;
}

function parseOutbox(reader: ObjectReader): OutboxPolicy {
  const policy: OutboxPolicy = {
    ...(reader.has('maxAgeMs') ? { maxAgeMs: reader.integer('maxAgeMs', 1) } : {}),
    ...(reader.has('maxRows') ? { maxRows: reader.integer('maxRows', 1) } : {}),
    ...(reader.has('maxBytes') ? { maxBytes: reader.integer('maxBytes', 1) } : {}),
    ...(reader.has('order') ? { order: reader.oneOf('order', ['oldestFirst', 'newestFirst'] as const) } : {}),
    ...(reader.has('rowsPerSecondMax') ? { rowsPerSecondMax: reader.integer('rowsPerSecondMax', 1) } : {})
  };
  reader.end();
  return policy;
}

function connectionOf(reader: ObjectReader): string {
  return reader.text('connection', PLAN_LIMITS.nameLengthMax, connectionForm);
}

function encoderOf(reader: ObjectReader): { readonly encoder?: DecoderConfig } {
  return reader.has('encoder') ? { encoder: parseDecoder(reader.object('encoder')) } : {};
}

function formatOf(reader: ObjectReader): { readonly encoder?: DecoderConfig; readonly compression?: 'gzip' } {
  return { ...encoderOf(reader), ...(reader.has('compression') ? { compression: reader.oneOf('compression', ['gzip'] as const) } : {}) };
}
