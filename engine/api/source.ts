import type { DecoderConfig } from '../plan/decoder-config';
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

export interface MqttOptions<C extends Columns> {
  /** Name of a connection made in the Streams panel or at the agent; never an address. */
  readonly connection: string;
  /** Columns of the payload, and those filled from the topic. */
  readonly schema: TypedSchema<C>;
  /** The column with the record's own time: `timestampMs` or `int64`, milliseconds since 1970-01-01 UTC. */
  readonly eventTime: NamesOfColumns<C>['times'];
  /** How many ms a record may be older than the newest one and still be in time. Larger: fewer late records, later results. */
  readonly maxOutOfOrdernessMs: number;
  /**
   * Format of the payloads: `{ format: 'json' }`, `messagePack`, `cbor`, `avro`, `protobuf`, `sparkplug`, `csv`, `raw` or `number`,
   * with the options of that format, e.g. `{ format: 'csv', delimiter: ';' }`. Default JSON, one object per message.
   */
  readonly decoder?: DecoderConfig;
  /** Text columns filled from the topic: `{ device: 1 }` takes the part after the first slash. Default none. */
  readonly topicColumns?: { readonly [N in NamesOf<RowOfColumns<C>>['texts']]?: number };
  /** A `timestampMs` column filled with the time at which the message arrived, for payloads that hold no time. Default none. */
  readonly arrivalTimeColumn?: NamesOfColumns<C>['times'];
  /** Records whose time is more ms ahead of their arrival go to the dead letters (`FUTURE_TIME`). Default 60 000; `null` switches the guard off. */
  readonly maxFutureSkewMs?: number | null;
  /** After more than this many ms without a message a topic no longer holds back the watermark. Default `null`: it always does. */
  readonly idleTimeoutMs?: number | null;
  /** One watermark for the whole source, or one per topic, of which the slowest counts. Default `source`. */
  readonly watermarkPer?: 'source' | 'topic';
}

/**
 * Messages of an MQTT broker: `mqtt('plant/+/vibration', { connection: 'plant', schema, eventTime: 'tMs', maxOutOfOrdernessMs: 1500 })`.
 * `topic` is a topic filter: `+` stands for one level, `#` at the end for all that follow. Gives one row per message with
 * the columns of `schema`; what cannot be decoded goes to the dead letters. Throws PlanError `PLAN_INVALID`.
 */
export function mqtt<C extends Columns>(topic: string, options: MqttOptions<C>): Source<RowOfColumns<C>> {
  const subject = `mqtt("${topic}")`;
  const { schema, ...settings } = given(options, subject, '{ connection, schema, eventTime, maxOutOfOrdernessMs }');
  const { fields } = given(schema, `${subject}.schema`, 'schema({ … }) with its columns');
  const config = withDefaults(operatorSpecs.source, { connector: 'mqtt', topic, ...settings, schema: { fields } });
  return { config: configParsers.source(config, subject) };
}
