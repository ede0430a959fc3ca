import { PlanError } from '../error';
import { isList } from '../schema/schema';
import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { CellWriter } from './cell-writer';
import type { DecodeFailure } from './decode-failure';
import { DecodeProblem } from './decode-problem';
import { GuardedDecoder } from './guarded-decoder';
import type { PayloadDecoderOptions } from './payload-decoder';
import { plainText, putPlain } from './plain-value';
import type { SparkplugMessage, SparkplugMetric } from './sparkplug-host';
import { SparkplugHost } from './sparkplug-host';

export interface SparkplugDecoderOptions extends PayloadDecoderOptions {
  /** `metrics`: a row per metric; `message`: a row per message, with a column per metric. Default `metrics`. */
  readonly layout?: 'metrics' | 'message';
}

/** Columns that are about the message, in both layouts. */
export const SPARKPLUG_MESSAGE_COLUMNS: readonly string[] = ['group', 'edgeNode', 'device', 'messageType', 'timestampMs', 'seq'];
/** Columns that are about the metric, in layout `metrics`. */
const METRIC_COLUMNS = ['metric', 'datatype', 'historical', 'value', 'text', 'flag', 'time', 'bytes', 'list', 'json'];
const VALUE_COLUMNS = METRIC_COLUMNS.slice(3);
const KIND_OF: Readonly<Record<string, string>> = { Boolean: 'flag', String: 'text', Text: 'text', UUID: 'text', DateTime: 'time', Bytes: 'bytes', File: 'bytes', DataSet: 'json', Template: 'json', BooleanArray: 'json', StringArray: 'json' };

/**
 * Decoder of Sparkplug B. Layout `metrics` gives a row per metric of a birth or data message with the columns group, edgeNode,
 * device, messageType, timestampMs, seq, metric, datatype, historical, and the value in the one that fits its type: `value`
 * (numbers), text, flag, time, bytes, list, json (data sets, templates); the others are null. Layout `message` gives a row per
 * message with a column per metric. A metric that no column takes is counted (`unknown:name`); one under an alias that no birth
 * has named is a dead letter of its own.
 */
export class SparkplugDecoder extends GuardedDecoder {
  private readonly host: SparkplugHost;
  private readonly layout: 'metrics' | 'message';
  private readonly named: ReadonlyMap<string, CellWriter>;
  private refusals: DecodeFailure[] = [];

  constructor(options: SparkplugDecoderOptions) {
    super('SPARKPLUG', options);
    this.host = new SparkplugHost(this.limits);
    this.layout = options.layout ?? 'metrics';
    this.named = new Map(this.cells.map(cell => [cell.name, cell]));
    if (this.layout === 'metrics') for (const cell of this.cells) checkColumn(cell);
  }

  override snapshot(writer: SnapshotWriter): void {
    super.snapshot(writer);
    this.host.snapshot(writer);
  }

  override restore(reader: SnapshotReader): void {
    super.restore(reader);
    this.host.restore(reader);
  }

  takeRefusals(): readonly DecodeFailure[] {
    const taken = this.refusals;
    if (taken.length > 0) this.refusals = [];
    return taken;
  }

  protected get position(): number {
    return this.host.position;
  }

  protected read(payload: Uint8Array, topic: string): number {
    const message = this.host.receive(topic, payload);
    for (const event of message.events) this.counts.add('event', event);
    const rows = this.layout === 'metrics' ? this.putMetrics(message) : this.putMessage(message);
    this.refusals = message.unknownAliases.map(alias =>
      this.failureOf(new DecodeProblem('UNKNOWN_SCHEMA', `no birth of "${message.topic.edgeNode}" has named the metric with alias ${alias}; ask the node for a rebirth`, 0))
    );
    return rows;
  }

  private putMetrics(message: SparkplugMessage): number {
    let rows = 0;
    for (const metric of message.metrics) {
      const kind = this.kindOf(metric);
      if (kind !== null && !this.named.has(kind)) {
        this.counts.add('unknown', metric.name);
        continue;
      }
      for (const cell of this.cells) {
        if (VALUE_COLUMNS.includes(cell.name)) putPlain(cell, cell.name !== kind ? null : kind === 'json' ? plainText(metric.value) : metric.value, metric.datatype);
        else putPlain(cell, aboutMetric(cell.name, message, metric), '');
      }
      this.refuseTooManyRows(++rows);
    }
    return rows;
  }

  /** The value column of a metric; null when it has no value. */
  private kindOf({ datatype, value }: SparkplugMetric): string | null {
    if (value === null) return null;
    return KIND_OF[datatype] ?? (datatype.endsWith('Array') ? 'list' : 'value');
  }

  private putMessage(message: SparkplugMessage): number {
    if (message.metrics.length === 0) return 0;
    const metrics = new Map<string, SparkplugMetric>();
    for (const metric of message.metrics) {
      if (!this.named.has(metric.name)) this.counts.add('unknown', metric.name);
      metrics.set(metric.name, metric);
    }
    this.cells.forEach((cell, index) => {
      const metric = metrics.get(cell.name);
      if (metric !== undefined) putPlain(cell, metric.value, metric.datatype);
      else if (SPARKPLUG_MESSAGE_COLUMNS.includes(cell.name)) putPlain(cell, aboutMessage(cell.name, message), '');
      else this.fillMissing(index, 1);
    });
    return 1;
  }
}

function aboutMessage(name: string, { topic, payloadTimestampMs, seq }: SparkplugMessage): string | number | null {
  switch (name) {
    case 'group':
      return topic.group;
    case 'edgeNode':
      return topic.edgeNode;
    case 'device':
      return topic.device;
    case 'messageType':
      return topic.type;
    case 'seq':
      return seq;
    default:
      return payloadTimestampMs;
  }
}

function aboutMetric(name: string, message: SparkplugMessage, metric: SparkplugMetric): string | number | boolean | null {
  if (name === 'metric') return metric.name;
  if (name === 'datatype') return metric.datatype;
  if (name === 'historical') return metric.historical;
  return name === 'timestampMs' ? metric.timestampMs : aboutMessage(name, message);
}

function checkColumn({ name, field }: CellWriter): void {
  const known = [...SPARKPLUG_MESSAGE_COLUMNS, ...METRIC_COLUMNS];
  if (!known.includes(name)) {
    if (field.nullable) return;
    throw new PlanError('DECODER_SCHEMA', `sparkplug decoder: column "${name}" is none of layout "metrics": ${known.join(', ')}. Take layout "message" for a column per metric.`);
  }
  if (VALUE_COLUMNS.includes(name) && !field.nullable) throw new PlanError('DECODER_SCHEMA', `sparkplug decoder: column "${name}" must be nullable, because metrics of other types leave it empty.`);
  if (name === 'list' && !isList(field.type)) throw new PlanError('DECODER_SCHEMA', 'sparkplug decoder: column "list" must be a list of numbers.');
}
