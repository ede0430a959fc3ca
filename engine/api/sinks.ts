import type { DecoderConfig } from '../plan/decoder-config';

declare const needs: unique symbol;

/** Where rows go; `C` are the columns it needs. */
export interface Sink<C extends string> {
  readonly config: Readonly<Record<string, unknown>>;
  readonly [needs]?: (column: never) => C;
}

/** The columns in the braces of a topic: `Placeholders<'alerts/{device}'>` is `'device'`. */
export type Placeholders<T extends string> = T extends `${string}{${infer C}}${infer Rest}` ? C | Placeholders<Rest> : never;

export interface PublishOptions {
  /** Name of the sink in results and metrics; unique in the pipeline. Default: the topic without its placeholders, `alerts` for `alerts/{device}`. */
  readonly name?: string;
  /** Name of the connection to publish with. Default: the connection of the source. */
  readonly connection?: string;
  /** MQTT level of the published messages. Default 1: at least once. */
  readonly qos?: 0 | 1 | 2;
  /** Whether the broker keeps the last message of each topic. Default false. */
  readonly retain?: boolean;
  /** Format of the messages, as the `decoder` of a source, e.g. `{ format: 'cbor' }`. Default: a JSON object with every column. */
  readonly encoder?: DecoderConfig;
}

/** Publishes every row as a message, JSON unless `encoder` names another format: `publish('alerts/{device}')`. A column in braces is replaced by its value. */
export function publish<const T extends string>(topic: T, options: PublishOptions = {}): Sink<Placeholders<T>> {
  return { config: { connector: 'mqtt', name: options.name ?? nameOf(String(topic)), topic, connection: options.connection, qos: options.qos, retain: options.retain, encoder: options.encoder } };
}

/** The levels of `topic` that are fixed, joined: `plant/alerts` for `plant/alerts/{device}` becomes `plant-alerts`. */
function nameOf(topic: string): string {
  const fixed = topic.split('/').filter(level => level !== '' && !level.includes('{'));
  return fixed.join('-').replace(/[^A-Za-z0-9_.-]/gu, '_') || 'publish';
}

export interface LakeOptions<P extends string> {
  /** Name of the sink in results and metrics; unique in the pipeline. Default: the table. */
  readonly name?: string;
  /** Columns that make folders, in order; `day` is the UTC day of the event time. Default none. */
  readonly partitionBy?: readonly P[];
}

/** Writes every row to a table of the lake (Parquet files with a Delta log): `lake('vibration', { partitionBy: ['day', 'device'] })`. */
export function lake<const P extends string = never>(table: string, options: LakeOptions<P> = {}): Sink<Exclude<P, 'day'>> {
  return { config: { connector: 'lake', name: options.name ?? table, table, partitionBy: options.partitionBy } };
}

export interface FeatureStoreOptions {
  /** Name of the sink in results and metrics; unique in the pipeline. Default: the view. */
  readonly name?: string;
}

/** Keeps the last row of each key in the feature store of the place where the pipeline runs: `.featureView({ keys: ['device'] }).to(featureStore('pumps'))`. Throws PlanError `FEATURE_KEY` for rows without a key. */
export function featureStore(view: string, options: FeatureStoreOptions = {}): Sink<never> {
  return { config: { connector: 'featureStore', name: options.name ?? view, view } };
}
