import type { DecoderConfig } from '../plan/decoder-config';
import type { OutboxPolicy } from '../plan/nodes/sink';
import { given } from './given';

declare const needs: unique symbol;

/** Where rows go; `C` are the columns it needs. */
export interface Sink<C extends string> {
  readonly config: Readonly<Record<string, unknown>>;
  readonly [needs]?: (column: never) => C;
}

/** The columns in the braces of a topic: `Placeholders<'alerts/{device}'>` is `'device'`. */
export type Placeholders<T extends string> = T extends `${string}{${infer C}}${infer Rest}` ? C | Placeholders<Rest> : never;

/** What every sink can be told. */
export interface SinkOptions {
  /** Name of the sink in results and metrics; unique in the pipeline. Default: what comes first in the call, without placeholders. */
  readonly name?: string;
  /**
   * What happens to rows that wait for the sink at the edge: `{ maxAgeMs: 3_600_000, order: 'newestFirst', rowsPerSecondMax: 500 }`.
   * Dropped rows are counted (`stale`, `overflow`). Default: all wait, oldest first.
   */
  readonly outbox?: OutboxPolicy;
}

/** How rows become bytes. */
export interface FormatOptions {
  /** Format of the messages, as the `decoder` of a source, e.g. `{ format: 'cbor' }`. Default: a JSON object with every column. */
  readonly encoder?: DecoderConfig;
  /** Compresses each payload. Default: not at all. */
  readonly compression?: 'gzip';
}

export interface PublishOptions extends SinkOptions, FormatOptions {
  /** Name of the connection to publish with. Default: the connection of the source. */
  readonly connection?: string;
  /** MQTT level of the published messages. Default 1: at least once. */
  readonly qos?: 0 | 1 | 2;
  /** Whether the broker keeps the last message of each topic. Default false. */
  readonly retain?: boolean;
}

/** Publishes every row as a message, JSON unless `encoder` names another format: `publish('alerts/{device}')`. A column in braces is replaced by its value. */
export function publish<const T extends string>(topic: T, options: PublishOptions = {}): Sink<Placeholders<T>> {
  return { config: { connector: 'mqtt', name: options.name ?? nameOf(String(topic), 'publish'), topic, connection: options.connection, qos: options.qos, retain: options.retain, ...formatOf(options), outbox: options.outbox } };
}

export interface PostOptions extends SinkOptions, FormatOptions {
  /** Name of the connection, whose address the path is added to; the agent is told it (`--connection hook=https://host/base`). */
  readonly connection: string;
  /** Default `POST`. */
  readonly method?: 'POST' | 'PUT';
  /** Rows in one request, one a line (NDJSON). Default 1. */
  readonly batchRowsMax?: number;
}

/**
 * Sends every row as an HTTP request: `post('alerts/{device}', { connection: 'hook' })`. Each has the header `Idempotency-Key`, the same
 * whenever it is repeated: 5xx, 408, 425, 429 and broken connections are tried again; other answers are dead letters.
 */
export function post<const T extends string>(path: T, options: PostOptions): Sink<Placeholders<T>> {
  const { name, connection, method, batchRowsMax, outbox, ...format } = given(options, `post("${String(path)}")`, "{ connection }, e.g. { connection: 'hook' }");
  return { config: { connector: 'http', name: name ?? nameOf(String(path), 'post'), path, connection, method, batchRowsMax, ...formatOf(format), outbox } };
}

export interface AppendOptions extends SinkOptions, FormatOptions {
  /** Name of the connection, a folder that the agent is told (`--connection out=file:/var/lib/plant`). */
  readonly connection: string;
}

/** Appends every row as a line to a file: `append('alerts/{device}.ndjson', { connection: 'out' })`. After a crash no line is missing and none is there twice. */
export function append<const T extends string>(path: T, options: AppendOptions): Sink<Placeholders<T>> {
  const { name, connection, outbox, ...format } = given(options, `append("${String(path)}")`, "{ connection }, e.g. { connection: 'out' }");
  return { config: { connector: 'file', name: name ?? nameOf(String(path), 'append'), path, connection, ...formatOf(format), outbox } };
}

/** Writes every row as a line to the standard output of the agent, at least once. */
export function stdout(options: SinkOptions & Pick<FormatOptions, 'encoder'> = {}): Sink<never> {
  return { config: { connector: 'stdout', name: options.name ?? 'stdout', encoder: options.encoder, outbox: options.outbox } };
}

export interface StatsdOptions<C extends string> extends SinkOptions {
  /** Name of the connection (`--connection metrics=statsd://127.0.0.1:8125`). */
  readonly connection: string;
  /** Columns that are levels. */
  readonly gauges?: readonly C[];
  /** Columns that are added up. */
  readonly counters?: readonly C[];
  /** Columns with durations in ms. */
  readonly timings?: readonly C[];
  /** Columns that become DogStatsD tags. */
  readonly tags?: readonly C[];
}

/** Sends numbers of every row as StatsD metrics `prefix.column` over UDP, at most once: `statsd('pump', { connection: 'metrics', gauges: ['rms'], tags: ['device'] })`. */
export function statsd<const C extends string>(prefix: string, options: StatsdOptions<C>): Sink<C> {
  const { name, connection, gauges, counters, timings, tags, outbox } = given(options, `statsd("${prefix}")`, "{ connection, gauges }, e.g. { connection: 'metrics', gauges: ['rms'] }");
  return { config: { connector: 'statsd', name: name ?? prefix, prefix, connection, gauges, counters, timings, tags, outbox } };
}

function formatOf({ encoder, compression }: FormatOptions): FormatOptions {
  return { ...(encoder === undefined ? {} : { encoder }), ...(compression === undefined ? {} : { compression }) };
}

/** The levels of `topic` that are fixed, joined: `plant/alerts` for `plant/alerts/{device}` becomes `plant-alerts`. */
function nameOf(topic: string, otherwise: string): string {
  const fixed = topic.split('/').filter(level => level !== '' && !level.includes('{'));
  return fixed.join('-').replace(/[^A-Za-z0-9_.-]/gu, '_') || otherwise;
}

export interface LakeOptions<P extends string, M extends string = never> extends SinkOptions {
  /** Columns that make folders, in order; `day` is the UTC day of the event time. Default none. */
  readonly partitionBy?: readonly P[];
  /**
   * Columns by which a row takes the place of the row of the table with equal values, e.g. `['device', 'windowStartMs']`; of several
   * the one with the highest `revision` stays, then the last to arrive. Done at the edge. Default: every row is added.
   */
  readonly mergeBy?: readonly M[];
}

/** Writes every row to a table of the lake (Parquet files with a Delta log): `lake('vibration', { partitionBy: ['day', 'device'] })`, or keeps one row per key: `lake('curated', { mergeBy: ['device', 'windowStartMs'] })`. */
export function lake<const P extends string = never, const M extends string = never>(table: string, options: LakeOptions<P, M> = {}): Sink<Exclude<P, 'day'> | M> {
  return { config: { connector: 'lake', name: options.name ?? table, table, partitionBy: options.partitionBy, mergeBy: options.mergeBy, outbox: options.outbox } };
}

/** Keeps the last row of each key in the feature store of the place where the pipeline runs: `.featureView({ keys: ['device'] }).to(featureStore('pumps'))`. Throws PlanError `FEATURE_KEY` for rows without a key. */
export function featureStore(view: string, options: SinkOptions = {}): Sink<never> {
  return { config: { connector: 'featureStore', name: options.name ?? view, view, outbox: options.outbox } };
}
