import type { Schema } from '../../schema/schema';
import { columnName, columnNames } from '../column-names';
import { parseDecoder, type DecoderConfig } from '../decoder-config';
import { connectionForm, nameForm, suffixForm, topicFilterForm } from '../forms';
import { ObjectReader } from '../json-reader';
import { PLAN_LIMITS } from '../limits';
import { parseSchema } from '../parse-schema';
import type { NodeBase } from '../plan';

export interface SourceNode extends NodeBase {
  readonly op: 'source';
  readonly config: SourceConfig;
}

/** Where messages come from. Every message has a topic: of a file its path below the folder, of a posted one the path of the address. */
export type SourceConfig = SourceSettings & SourceConnector;

export type SourceConnector = MqttConnector | FileConnector | { readonly connector: 'http' };

/** Messages of a broker. */
export interface MqttConnector {
  readonly connector: 'mqtt';
  /** Agents of this group share the messages between them, each message going to one; absent: every agent gets all. */
  readonly sharedGroup?: string;
  /** When the broker may forget a message: it is on the agent's disk, or what it led to has been carried out as well. Absent: `afterInbox`. */
  readonly acknowledge?: 'afterInbox' | 'afterEffects';
}

/** Files below a folder that the host knows by the name of the connection. */
export interface FileConnector {
  readonly connector: 'file';
  /** How the names of the files end; absent: every file. */
  readonly suffix?: string;
  /** lines: every line is a message, new ones as they are written; whole: a file is one message, once it no longer changes. */
  readonly framing: 'lines' | 'whole';
  /** Where files that are there before the first start are read from; later ones are read from their start. */
  readonly from: 'start' | 'end';
}

export interface SourceSettings {
  /** Topic filter (`+`, `#`). */
  readonly topic: string;
  /** Name of a connection that the host knows; never an address or a secret. */
  readonly connection: string;
  readonly decoder: DecoderConfig;
  readonly schema: Schema;
  /** Column of type timestampMs or int64 that holds the record's own time. */
  readonly eventTime: string;
  /** Columns filled from the topic: `{ "device": 1 }` takes level 1 (0-based) of the topic. */
  readonly topicColumns?: Readonly<Record<string, number>>;
  /** timestampMs column filled with the time at which the message arrived, for payloads without a time of their own. */
  readonly arrivalTimeColumn?: string;
  /** The devices number their records; numbers that never come are counted. */
  readonly sequence?: SequenceConfig;
  readonly maxOutOfOrdernessMs: number;
  /** `null` switches the clock guard off. */
  readonly maxFutureSkewMs: number | null;
  /** `null`: an input is never idle. */
  readonly idleTimeoutMs: number | null;
  /** One watermark for the whole source, or one per concrete topic, combined. */
  readonly watermarkPer: 'source' | 'topic';
}

export interface SequenceConfig {
  /** Column of type int32 or int64 that rises by one with every record of a device. */
  readonly column: string;
  /** Columns that tell devices apart; absent: the topic does. */
  readonly per?: readonly string[];
  /** A larger jump is a new numbering, not a loss; absent: 1 000 000. */
  readonly maxGap?: number;
}

const SUFFIX_LENGTH_MAX = 32;

/** The config of a source, read strictly from untrusted JSON. */
export function parseSource(json: unknown, path: string): SourceConfig {
  const reader = new ObjectReader(json, path);
  const connector = connectorOf(reader);
  const config: SourceConfig = {
    ...connector,
    topic: reader.text('topic', PLAN_LIMITS.topicLengthMax, topicFilterForm),
    connection: reader.text('connection', PLAN_LIMITS.nameLengthMax, connectionForm),
    decoder: parseDecoder(reader.object('decoder')),
    schema: parseSchema(reader.raw('schema'), reader.at('schema')),
    eventTime: columnName(reader, 'eventTime'),
    ...(reader.has('topicColumns') ? { topicColumns: reader.entries('topicColumns', 0, PLAN_LIMITS.columnsMax, (levels, column) => levels.integer(column, 0, PLAN_LIMITS.topicLevelMax)) } : {}),
    ...(reader.has('arrivalTimeColumn') ? { arrivalTimeColumn: columnName(reader, 'arrivalTimeColumn') } : {}),
    ...(reader.has('sequence') ? { sequence: parseSequence(reader.object('sequence')) } : {}),
    maxOutOfOrdernessMs: reader.integer('maxOutOfOrdernessMs', 0),
    maxFutureSkewMs: reader.integerOrNull('maxFutureSkewMs', 0),
    idleTimeoutMs: reader.integerOrNull('idleTimeoutMs', 1),
    watermarkPer: reader.oneOf('watermarkPer', ['source', 'topic'])
  };
  reader.end();
  return config;
}

function connectorOf(reader: ObjectReader): SourceConnector {
  const connector = reader.oneOf('connector', ['mqtt', 'file', 'http']);
  if (connector === 'mqtt') {
    return {
      connector,
      ...(reader.has('sharedGroup') ? { sharedGroup: reader.text('sharedGroup', PLAN_LIMITS.nameLengthMax, nameForm) } : {}),
      ...(reader.has('acknowledge') ? { acknowledge: reader.oneOf('acknowledge', ['afterInbox', 'afterEffects'] as const) } : {})
    };
  }
  if (connector === 'http') return { connector };
  return {
    connector,
    ...(reader.has('suffix') ? { suffix: reader.text('suffix', SUFFIX_LENGTH_MAX, suffixForm) } : {}),
    framing: reader.oneOf('framing', ['lines', 'whole']),
    from: reader.oneOf('from', ['start', 'end'])
  };
}

function parseSequence(reader: ObjectReader): SequenceConfig {
  const sequence: SequenceConfig = {
    column: columnName(reader, 'column'),
    ...(reader.has('per') ? { per: columnNames(reader, 'per', 1, PLAN_LIMITS.keyColumnsMax) } : {}),
    ...(reader.has('maxGap') ? { maxGap: reader.integer('maxGap', 1) } : {})
  };
  reader.end();
  return sequence;
}
