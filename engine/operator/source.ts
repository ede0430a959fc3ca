import { decoderOf } from '../codec/decoder-of';
import { DECODER_DOC, DECODER_TYPE } from '../codec/decoder-specs';
import { didYouMean, quotedNames } from '../did-you-mean';
import { PlanError } from '../error';
import type { SourceConfig } from '../plan/plan';
import { typeName } from '../schema/schema';
import type { OperatorSpec, StreamType } from './operator';
import { columnsBeside, SourceOperator } from './source-operator';

/** Messages, decoded to rows with event time and watermark. */
export const source: OperatorSpec<SourceConfig> = {
  op: 'source',
  ports: { min: 0, max: 0 },
  doc: 'Takes the messages whose topic matches, decodes them, gives each row its event time and advances the watermark after every message: largest event time - maxOutOfOrdernessMs - 1.',
  fields: [
    { name: 'connector', type: "'mqtt' | 'file' | 'http'", doc: 'Where messages come from: a broker, files below a folder (their path is the topic), or requests POST /ingest/<topic>.' },
    { name: 'topic', type: 'text', doc: 'Topic filter (+ one level, # the rest).' },
    { name: 'sharedGroup', type: 'text', doc: 'mqtt: agents of this group share the messages, each going to one of them (a shared subscription); absent: every agent gets all.' },
    { name: 'acknowledge', type: "'afterInbox' | 'afterEffects'", doc: "mqtt: a message is acknowledged when it is on the agent's disk (absent: so), or only when the rows that it led to at once have been carried out as well; the broker must then keep the session for as long as a sink may be away. Rows of windows that are still open do not count." },
    { name: 'suffix', type: 'text', doc: 'file: how the names of the files end; absent: every file.' },
    { name: 'framing', type: "'lines' | 'whole'", default: 'lines', doc: 'file: every line is a message, also those that are still to come, or a whole file is one once it no longer changes.' },
    { name: 'from', type: "'start' | 'end'", default: 'start', doc: 'file: where files are read from that are there before the first start.' },
    { name: 'connection', type: 'text', doc: 'Name of a connection that the host knows.' },
    { name: 'decoder', type: DECODER_TYPE, default: { format: 'json' }, doc: DECODER_DOC },
    { name: 'schema', type: 'schema', doc: 'Columns of the payload and of the topic.' },
    { name: 'eventTime', type: 'column name', unit: 'ms', doc: "The record's own time: a timestampMs or int64 column, ms since the epoch." },
    { name: 'topicColumns', type: '{ column: level }', default: {}, doc: 'utf8 columns filled from a level of the topic, counted from 0.' },
    { name: 'arrivalTimeColumn', type: 'column name', doc: 'A timestampMs column filled with the time at which the message arrived, for payloads that hold no time; absent: none.' },
    { name: 'sequence', type: '{ column, per, maxGap }', doc: 'Devices number their records in column; numbers that have not come within maxOutOfOrdernessMs are counted, per topic or per columns. A jump of more than maxGap (1 000 000) is a new numbering. Absent: nothing is counted.' },
    { name: 'maxOutOfOrdernessMs', type: 'number', unit: 'ms', doc: 'How far behind the newest record another may be and still be in time.' },
    { name: 'maxFutureSkewMs', type: 'number | null', unit: 'ms', default: 60_000, doc: 'Records further ahead of their arrival go to the dead letters; null switches the guard off.' },
    { name: 'idleTimeoutMs', type: 'number | null', unit: 'ms', default: null, doc: 'After more than this without a record a topic no longer holds the watermark back; null: never.' },
    { name: 'watermarkPer', type: "'source' | 'topic'", default: 'source', doc: 'One watermark for all, or one per concrete topic, combined to the minimum.' }
  ],
  drops: 'Messages that cannot be decoded (JSON_…, CBOR_… and so on: a message gives all its rows or none; of Sparkplug messages metrics with an unknown alias are refused alone), records without a usable event time (EVENT_TIME), of the future (FUTURE_TIME), with a topic too short for topicColumns (TOPIC_LEVEL) or of too many topics (TOPIC_LIMIT): dead letters.',
  memory: 'One time per topic for watermarkPer topic (at most 100 000), the texts of the last batches, with sequence the last numbers and at most 64 open gaps of each device (at most 100 000 devices), and for Sparkplug the births in force (at most 500 000 metrics of 20 000 nodes).',
  resolve(config, _inputs, path) {
    return { schema: checkedConfig(config, path).schema, keys: [] };
  },
  create(config, _inputs, node) {
    return new SourceOperator(config, node);
  }
};

const TIMES = ['maxOutOfOrdernessMs', 'maxFutureSkewMs', 'idleTimeoutMs'] as const;

function checkedConfig(config: SourceConfig, path: string): Pick<StreamType, 'schema'> {
  const { schema, eventTime } = config;
  const names = schema.fields.map(field => field.name);
  const field = schema.fields.find(each => each.name === eventTime);
  if (field === undefined) {
    throw new PlanError('UNKNOWN_COLUMN', `source at ${path}: event time column "${eventTime}" is not in the schema, which has ${quotedNames(names)}.${didYouMean(eventTime, names)}`, { details: { path: `${path}.eventTime`, column: eventTime } });
  }
  if (field.type !== 'timestampMs' && field.type !== 'int64') {
    throw new PlanError('EVENT_TIME', `source at ${path}: event time column "${eventTime}" is ${typeName(field.type)}, expected timestampMs or int64 (ms since the epoch). Change its type in the schema.`, { details: { path: `${path}.eventTime` } });
  }
  for (const name of TIMES) {
    const timeMs = config[name];
    if (timeMs !== null && (!Number.isSafeInteger(timeMs) || timeMs < 0)) {
      throw new PlanError('SOURCE_TIME', `source at ${path}: ${name} is ${timeMs}, expected a whole number of milliseconds from 0. Give it in ms, e.g. 1500.`, { details: { path: `${path}.${name}` } });
    }
  }
  for (const [name, level] of Object.entries(config.topicColumns ?? {})) checkTopicColumn(config, name, level, path);
  checkArrivalColumn(config, path);
  checkSequence(config, path);
  checkDecoder(config, path);
  return { schema };
}

function checkTopicColumn(config: SourceConfig, name: string, level: number, path: string): void {
  const place = `${path}.topicColumns`;
  const names = config.schema.fields.map(field => field.name);
  const field = config.schema.fields.find(each => each.name === name);
  if (field === undefined) throw new PlanError('UNKNOWN_COLUMN', `source at ${path}: topic column "${name}" is not in the schema, which has ${quotedNames(names)}.${didYouMean(name, names)}`, { details: { path: place, column: name } });
  if (field.type !== 'utf8') throw new PlanError('TOPIC_LEVEL', `source at ${path}: topic column "${name}" is ${typeName(field.type)}, expected utf8. Change its type in the schema.`, { details: { path: place } });
  if (!Number.isSafeInteger(level) || level < 0) throw new PlanError('TOPIC_LEVEL', `source at ${path}: topic column "${name}" has level ${level}, expected a whole number from 0. Level 0 is the part before the first slash.`, { details: { path: place } });
}

function checkArrivalColumn({ schema, arrivalTimeColumn, topicColumns }: SourceConfig, path: string): void {
  if (arrivalTimeColumn === undefined) return;
  const details = { path: `${path}.arrivalTimeColumn`, column: arrivalTimeColumn };
  const names = schema.fields.map(field => field.name);
  const field = schema.fields.find(each => each.name === arrivalTimeColumn);
  if (field === undefined) throw new PlanError('UNKNOWN_COLUMN', `source at ${path}: arrival time column "${arrivalTimeColumn}" is not in the schema, which has ${quotedNames(names)}.${didYouMean(arrivalTimeColumn, names)}`, { details });
  if (field.type !== 'timestampMs' || topicColumns?.[arrivalTimeColumn] !== undefined) throw new PlanError('ARRIVAL_TIME', `source at ${path}: arrival time column "${arrivalTimeColumn}" must be a timestampMs that nothing else fills; it is ${typeName(field.type)}.`, { details });
}

function checkSequence({ schema, sequence }: SourceConfig, path: string): void {
  if (sequence === undefined) return;
  const names = schema.fields.map(field => field.name);
  for (const column of [sequence.column, ...(sequence.per ?? [])]) {
    if (!names.includes(column)) throw new PlanError('UNKNOWN_COLUMN', `source at ${path}: sequence column "${column}" is not in the schema, which has ${quotedNames(names)}.${didYouMean(column, names)}`, { details: { path: `${path}.sequence`, column } });
  }
  const type = schema.fields.find(field => field.name === sequence.column)?.type;
  if (type !== 'int32' && type !== 'int64') throw new PlanError('SEQUENCE_TYPE', `source at ${path}: sequence column "${sequence.column}" is ${type === undefined ? 'not there' : typeName(type)}, expected int32 or int64. Change its type in the schema.`, { details: { path: `${path}.sequence` } });
}

/** Makes the decoder once, because what it refuses belongs to the plan. */
function checkDecoder(config: SourceConfig, path: string): void {
  try {
    decoderOf(config.decoder, { schema: config.schema, except: columnsBeside(config) });
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    throw new PlanError(error.code, `source at ${path}: ${error.message}`, { details: { path: `${path}.decoder` } });
  }
}
