import type { DecoderConfig } from '../plan/decoder-config';
import type { SourceConnector } from '../plan/nodes/source';
import type { SourceNode } from '../plan/plan';
import { configParsers } from '../plan/parse-config';
import { operatorSpecs } from '../operator/registry';
import { given } from './given';
import type { Columns, NamesOf, NamesOfColumns, Row, RowOfColumns, TypedSchema } from './row-types';
import { withDefaults } from './spec-defaults';

declare const rows: unique symbol;

/** Where rows come from. */
export interface Source<R extends Row> {
  readonly config: SourceNode['config'];
  readonly [rows]?: R;
}

/** What every source is told. */
export interface SourceOptions<C extends Columns> {
  /** Name of a connection made in the Streams panel or at the agent; never an address. */
  readonly connection: string;
  /** Columns of the payload, and those filled from the topic. */
  readonly schema: TypedSchema<C>;
  /** The column with the record's own time: `timestampMs` or `int64`, milliseconds since 1970-01-01 UTC. */
  readonly eventTime: NamesOfColumns<C>['times'];
  /** How many ms a record may be older than the newest one and still be in time. Larger: fewer late records, later results. */
  readonly maxOutOfOrdernessMs: number;
  /**
   * Format of the payloads: `{ format: 'json' }`, `messagePack`, `cbor`, `avro`, `protobuf`, `sparkplug`, `csv`, `raw`, `number` or `text`,
   * with the options of that format, e.g. `{ format: 'csv', delimiter: ';' }`. Default JSON, one object per message.
   */
  readonly decoder?: DecoderConfig;
  /** Text columns filled from the topic: `{ device: 1 }` takes the part after the first slash. Default none. */
  readonly topicColumns?: { readonly [N in NamesOf<RowOfColumns<C>>['texts']]?: number };
  /** A `timestampMs` column filled with the time at which the message arrived, for payloads that hold no time. Default none. */
  readonly arrivalTimeColumn?: NamesOfColumns<C>['times'];
  /**
   * The column in which each device numbers its records: `{ column: 'seq', per: ['device'] }`. Numbers that have not come within
   * `maxOutOfOrdernessMs` are counted (`littoral_source_gap_total`). Without `per` every topic is a device. Default none.
   */
  readonly sequence?: { readonly column: NamesOf<RowOfColumns<C>>['numbers']; readonly per?: readonly NamesOf<RowOfColumns<C>>['keys'][]; readonly maxGap?: number };
  /** Records whose time is more ms ahead of their arrival go to the dead letters (`FUTURE_TIME`). Default 60 000; `null` switches the guard off. */
  readonly maxFutureSkewMs?: number | null;
  /** After more than this many ms without a message a topic no longer holds back the watermark. Default `null`: it always does. */
  readonly idleTimeoutMs?: number | null;
  /** One watermark for the whole source, or one per topic, of which the slowest counts. Default `source`. */
  readonly watermarkPer?: 'source' | 'topic';
}

export interface MqttOptions<C extends Columns> extends SourceOptions<C> {
  /** Agents of one group share the messages of the topic between them, at the edge only. Default: each takes all. */
  readonly sharedGroup?: string;
  /**
   * When the broker may forget a message: `afterInbox` when it is on the agent's disk, `afterEffects` only when the rows that it led to
   * at once have been carried out as well. Default `afterInbox`.
   */
  readonly acknowledge?: 'afterInbox' | 'afterEffects';
}

/**
 * Messages of an MQTT broker: `mqtt('plant/+/vibration', { connection: 'plant', schema, eventTime: 'tMs', maxOutOfOrdernessMs: 1500 })`.
 * `topic` is a topic filter: `+` stands for one level, `#` at the end for all that follow. Gives one row per message with
 * the columns of `schema`; what cannot be decoded goes to the dead letters. Throws PlanError `PLAN_INVALID`.
 */
export function mqtt<C extends Columns>(topic: string, options: MqttOptions<C>): Source<RowOfColumns<C>> {
  const { sharedGroup, acknowledge, ...settings } = given(options, `mqtt("${topic}")`, GIVEN);
  return sourceOf({ connector: 'mqtt', ...(sharedGroup === undefined ? {} : { sharedGroup }), ...(acknowledge === undefined ? {} : { acknowledge }) }, topic, settings);
}

export interface FilesOptions<C extends Columns> extends SourceOptions<C> {
  /** How the names of the files end, e.g. `.csv`. Default: every file. */
  readonly suffix?: string;
  /** `lines`: every line is a message, new ones as they are written; `whole`: a file is one message, once it no longer changes. Default `lines`. */
  readonly framing?: 'lines' | 'whole';
  /** Where files are read from that are there before the first start; later ones are read from their start. Default `start`. */
  readonly from?: 'start' | 'end';
}

/**
 * Lines of files as they grow, or whole files: `files('logs/+', { connection: 'machine', schema, eventTime: 'tMs', decoder: { format: 'text', column: 'line' }, … })`.
 * The topic of a line is the path of its file below the folder of the connection. Read at the edge (`littoral run --connection machine=file:/var/log/machine`);
 * a page can try the pipeline on a recording. Throws PlanError `PLAN_INVALID`.
 */
export function files<C extends Columns>(topic: string, options: FilesOptions<C>): Source<RowOfColumns<C>> {
  const { suffix, framing, from, ...settings } = given(options, `files("${topic}")`, GIVEN);
  return sourceOf({ connector: 'file', ...(suffix === undefined ? {} : { suffix }), framing: framing ?? 'lines', from: from ?? 'start' }, topic, settings);
}

/**
 * What others post to the agent, `POST /ingest/<topic>`: `http('readings/+', { connection: 'intake', schema, eventTime: 'tMs', maxOutOfOrdernessMs: 1500 })`.
 * The answer 200 comes after the message is on disk; a repeated `Idempotency-Key` is taken once. Throws PlanError `PLAN_INVALID`.
 */
export function http<C extends Columns>(topic: string, options: SourceOptions<C>): Source<RowOfColumns<C>> {
  return sourceOf({ connector: 'http' }, topic, options);
}

const GIVEN = '{ connection, schema, eventTime, maxOutOfOrdernessMs }';
const DEFAULTS = ['decoder', 'topicColumns', 'maxFutureSkewMs', 'idleTimeoutMs', 'watermarkPer'];
const NAMES: Readonly<Record<SourceConnector['connector'], string>> = { mqtt: 'mqtt', file: 'files', http: 'http' };

function sourceOf<C extends Columns>(connector: SourceConnector, topic: string, options: SourceOptions<C>): Source<RowOfColumns<C>> {
  const subject = `${NAMES[connector.connector]}("${topic}")`;
  const { schema, ...settings } = given(options, subject, GIVEN);
  const { fields } = given(schema, `${subject}.schema`, 'schema({ … }) with its columns');
  const config = withDefaults(operatorSpecs.source, { ...connector, topic, ...settings, schema: { fields } }, DEFAULTS);
  return { config: configParsers.source(config, subject) };
}
