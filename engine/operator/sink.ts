import type { Batch } from '../batch/batch';
import { DECODER_TYPE } from '../codec/decoder-specs';
import { encoderOf } from '../codec/encoder-of';
import { sealedSchema } from '../crypto/seal-batch';
import { didYouMean, quotedNames } from '../did-you-mean';
import { PlanError } from '../error';
import type { SinkConfig } from '../plan/plan';
import { isList, typeName, type Schema } from '../schema/schema';
import { newCounters } from './counters';
import { onlyInput } from './only-input';
import type { Chunk, Operator, OperatorSpec, StreamType } from './operator';

/** Hands rows to the host, which carries them out. */
export const sink: OperatorSpec<SinkConfig> = {
  op: 'sink',
  doc: 'Hands rows to the host: published by MQTT, one message per row, sent by HTTP, appended to files, written to standard output, sent as StatsD metrics, written to a table of the lake, or put into a feature store, which keeps the last row of each key.',
  fields: [
    { name: 'connector', type: "'mqtt' | 'http' | 'file' | 'stdout' | 'statsd' | 'lake' | 'featureStore'", doc: 'Where rows go.' },
    { name: 'name', type: 'text', doc: 'Name in rows-out files and metrics; unique in the Plan.' },
    { name: 'topic', type: 'text', doc: 'mqtt: topic with {column} placeholders.' },
    { name: 'path', type: 'text', doc: 'http, file: path below the address or folder of the connection, with {column} placeholders.' },
    { name: 'connection', type: 'text', doc: 'mqtt, http, file, statsd: name of a connection that the host knows.' },
    { name: 'qos', type: '0 | 1 | 2', default: 1, doc: 'mqtt: level of the published messages.' },
    { name: 'retain', type: 'bool', default: false, doc: 'mqtt: whether the broker keeps the last message.' },
    { name: 'method', type: "'POST' | 'PUT'", default: 'POST', doc: 'http: method of the requests. Each has the header Idempotency-Key, the same whenever it is repeated.' },
    { name: 'batchRowsMax', type: 'number', unit: 'rows', doc: 'http: rows in one request, one a line; absent: 1.' },
    { name: 'encoder', type: DECODER_TYPE, doc: 'mqtt, http, file, stdout: format of the messages, with the options of a source’s decoder; absent: JSON as in rows-out files.' },
    { name: 'compression', type: "'gzip'", doc: 'mqtt, http, file: how payloads are compressed; absent: not at all.' },
    { name: 'prefix', type: 'text', doc: 'statsd: what the names of the metrics begin with.' },
    { name: 'gauges', type: 'column names', default: [], doc: 'statsd: numbers that are levels.' },
    { name: 'counters', type: 'column names', default: [], doc: 'statsd: numbers that are added up.' },
    { name: 'timings', type: 'column names', default: [], doc: 'statsd: durations in ms.' },
    { name: 'tags', type: 'column names', default: [], doc: 'statsd: columns that become DogStatsD tags.' },
    { name: 'table', type: 'text', doc: 'lake: name of the table.' },
    { name: 'partitionBy', type: 'column names', default: [], doc: 'lake: columns of the folders; day is taken from the event time (UTC).' },
    { name: 'mergeBy', type: 'column names', doc: 'lake: columns by which a row takes the place of the row of the table with equal values (null equals null); of several the one with the highest revision stays, then the last to arrive. Absent: every row is added.' },
    { name: 'view', type: 'text', doc: 'featureStore: what the features are called in the store; the rows must have a key.' },
    { name: 'outbox', type: '{ maxAgeMs, maxRows, maxBytes, order, rowsPerSecondMax }', doc: 'What happens to rows that wait at the edge: dropped when they are too old or too many (counted), newest first, so many a second; absent: all wait, oldest first.' }
  ],
  drops: 'Nothing.',
  memory: 'The rows of one step.',
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'sink', path);
    for (const name of columnsOf(config, input)) {
      requireColumn(name, input.schema, config, path);
      refuseEncrypted(name, input.schema, config, path);
    }
    if (config.connector === 'featureStore' && input.keys.length === 0) {
      throw new PlanError('FEATURE_KEY', `sink "${config.name}": its rows have no key, so a feature store cannot tell which row is the last of what. Make a view first: .featureView({ keys: […] }).`, { details: { path } });
    }
    checkMergeKey(config, input.schema, path);
    checkEncoder(config, input.schema, path);
    checkNumbers(config, input.schema, path);
    return input;
  },
  create() {
    return new SinkOperator();
  }
};

/** A list has no one value to find a row by, and what is encrypted is never the same twice. */
function checkMergeKey(config: SinkConfig, schema: Schema, path: string): void {
  if (config.connector !== 'lake') return;
  for (const name of config.mergeBy ?? []) {
    requireColumn(name, schema, config, path);
    const field = schema.fields.find(each => each.name === name);
    const isEncrypted = field?.tags?.encryption !== undefined;
    if (field === undefined || (!isList(field.type) && !isEncrypted)) continue;
    throw new PlanError('MERGE_KEY', `sink "${config.name}": rows cannot be merged by column "${name}", which ${isEncrypted ? 'leaves encrypted, differently each time' : `is a ${typeName(field.type)}`}; expected a column with one value in the clear. Take another column for mergeBy.`, { details: { path, column: name } });
  }
}

/** Makes the encoder once, because what it refuses belongs to the plan. */
function checkEncoder(config: SinkConfig, schema: Schema, path: string): void {
  if (!('encoder' in config) || config.encoder === undefined) return;
  try {
    encoderOf(config.encoder, sealedSchema(schema));
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    throw new PlanError(error.code, `sink "${config.name}": ${error.message}`, { details: { path: `${path}.encoder` } });
  }
}

/** Columns that others can see outside the rows. */
function columnsOf(config: SinkConfig, input: StreamType): readonly string[] {
  switch (config.connector) {
    case 'mqtt':
      return placeholders(config.topic);
    case 'http':
    case 'file':
      return placeholders(config.path);
    case 'stdout':
      return [];
    case 'statsd':
      return [...numbersOf(config), ...config.tags];
    case 'lake':
      return config.partitionBy.filter(name => name !== 'day');
    case 'featureStore':
      return input.keys;
  }
}

function placeholders(template: string): readonly string[] {
  return [...template.matchAll(/\{([^{}]*)\}/g)].map(match => match[1]!);
}

function numbersOf(config: Extract<SinkConfig, { connector: 'statsd' }>): readonly string[] {
  return [...config.gauges, ...config.counters, ...config.timings];
}

/** StatsD knows numbers only. */
function checkNumbers(config: SinkConfig, schema: Schema, path: string): void {
  if (config.connector !== 'statsd') return;
  for (const name of numbersOf(config)) {
    const type = schema.fields.find(field => field.name === name)?.type;
    if (type === 'int32' || type === 'int64' || type === 'float32' || type === 'float64') continue;
    throw new PlanError('SINK_NUMBER', `sink "${config.name}": column "${name}" is ${type === undefined ? 'not there' : typeName(type)}, but a metric is a number; expected int32, int64, float32 or float64. Make it a tag, or leave it out.`, { details: { path, column: name } });
  }
}

function requireColumn(name: string, schema: Schema, config: SinkConfig, path: string): void {
  const names = schema.fields.map(field => field.name);
  if (names.includes(name)) return;
  throw new PlanError('UNKNOWN_COLUMN', `sink "${config.name}": no column "${name}"; the stream has ${quotedNames(names)}.${didYouMean(name, names)}`, { details: { path, column: name } });
}

/** A topic or a folder would show what must not be seen. */
function refuseEncrypted(name: string, schema: Schema, config: SinkConfig, path: string): void {
  if (schema.fields.find(field => field.name === name)?.tags?.encryption === undefined) return;
  const where = { mqtt: 'the topic', http: 'the address', file: 'the name of the file', stdout: 'the output', statsd: 'the metric', lake: 'the folders of the table', featureStore: 'the keys of the store' }[config.connector];
  throw new PlanError('ENCRYPTED_COLUMN', `sink "${config.name}": column "${name}" leaves encrypted, but ${where} would show it; expected a column in the clear. Take another column, or do not encrypt this one.`, { details: { path, column: name } });
}

/** Keeps the rows of the step until the graph takes them. */
export class SinkOperator implements Operator {
  readonly counters = newCounters();
  private batches: Batch[] = [];

  process({ batch }: Chunk): void {
    this.counters.rowsIn += batch.rowCount;
    this.counters.rowsReleased += batch.rowCount;
    this.counters.rowsOut += batch.rowCount;
    if (batch.rowCount > 0) this.batches.push(batch);
  }

  /** The rows since the last call, in order of `at`. */
  take(): readonly Batch[] {
    const taken = this.batches;
    this.batches = [];
    return taken;
  }

  snapshot(): void {
    return;
  }

  restore(): void {
    return;
  }
}
