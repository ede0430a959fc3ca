import type { Batch } from '../batch/batch';
import { emptyBatch } from '../batch/empty';
import { gatherBatch } from '../batch/gather';
import { rowText } from '../batch/value';
import type { AnyColumnBuilder } from '../codec/column-builder';
import { NumberBuilder, Utf8Builder } from '../codec/column-builder';
import { decoderOf } from '../codec/decoder-of';
import type { PayloadDecoder } from '../codec/payload-decoder';
import { RowBuilder } from '../codec/row-builder';
import { assert } from '../error';
import type { GraphInput } from '../graph/graph-api';
import type { GapFigures } from '../time/gap-detector';
import { topicMatches } from '../graph/topic-filter';
import type { SourceConfig } from '../plan/plan';
import { fieldIndex } from '../schema/schema';
import { saysNothing } from '../time/progress-search';
import type { WatermarkHolder } from '../time/source-time';
import { SourceTime, TIME_INPUTS_MAX } from '../time/source-time';
import { newCounters } from './counters';
import type { Chunk, Operator, Output, SnapshotReader, SnapshotWriter } from './operator';
import { LETTER_BYTES_MAX, letter } from './row-letter';
import { SequenceWatch } from './sequence-watch';

type Message = Extract<GraphInput, { kind: 'message' }>;

/** Event times are within ±8.64e15 ms, the range of ECMAScript dates, so that window bounds stay exact. */
const EVENT_TIME_MAX_MS = 8.64e15;
/** Topics whose levels are remembered; beyond it the memory starts anew. */
const TOPICS_KNOWN_MAX = 65_536;
const NO_TOPIC = '';

interface Topic {
  readonly matches: boolean;
  /** Per topic column its text, null where the topic is too short. */
  readonly levels: readonly (string | null)[];
}

/** Decodes messages, judges their times, keeps the watermark. */
export class SourceOperator implements Operator {
  readonly counters = newCounters();
  private readonly time: SourceTime;
  private readonly decoder: PayloadDecoder;
  private readonly rows: RowBuilder;
  private readonly eventTimeColumn: number;
  private readonly topicColumns: readonly { readonly level: number; readonly builder: Utf8Builder; readonly nullable: boolean }[];
  private readonly arrivalColumn: AnyColumnBuilder | null;
  private readonly topics = new Map<string, Topic>();
  private readonly noRows: Batch;
  private readonly numbers: SequenceWatch | null;
  private eventTimes: number[] = [];
  private ats: number[] = [];
  private refused: number[] = [];

  constructor(
    private readonly config: SourceConfig,
    private readonly node: string
  ) {
    const { schema } = config;
    const topicNames = Object.keys(config.topicColumns ?? {});
    this.time = new SourceTime(config);
    this.decoder = decoderOf(config.decoder, { schema, except: columnsBeside(config) });
    this.rows = new RowBuilder(schema);
    this.eventTimeColumn = fieldIndex(schema, config.eventTime);
    this.noRows = emptyBatch(schema);
    this.numbers = config.sequence === undefined ? null : new SequenceWatch(config.sequence, config);
    this.topicColumns = topicNames.map(name => {
      const index = fieldIndex(schema, name);
      const builder = this.rows.columns[index];
      assert(builder instanceof Utf8Builder, 'a topic column is utf8');
      return { level: config.topicColumns![name]!, builder, nullable: schema.fields[index]!.nullable };
    });
    this.arrivalColumn = config.arrivalTimeColumn === undefined ? null : this.rows.columns[fieldIndex(schema, config.arrivalTimeColumn)]!;
  }

  /** Takes the inputs `firstAt`, `firstAt + 1`, …; those of other sources only as signs of time. */
  accept(inputs: readonly GraphInput[], firstAt: number, output: Output): void {
    let ended = false;
    for (let i = 0; i < inputs.length; i++) {
      const input = inputs[i]!;
      const at = firstAt + i;
      if (input.kind === 'end') {
        ended = true;
        this.time.end(at);
        continue;
      }
      this.time.arrive(input.arrivalTimeMs);
      if (input.kind === 'message') this.takeMessage(input, at, output);
      this.time.settle(at);
    }
    this.release(output);
    if (ended) this.numbers?.end();
  }

  /** Rows that are decoded already, each one input. */
  process({ batch }: Chunk, _port: number, output: Output): void {
    this.counters.rowsIn += batch.rowCount;
    this.counters.rowsReleased += batch.rowCount;
    this.counters.rowsOut += batch.rowCount;
    if (batch.rowCount > 0) this.time.observeRows(batch.eventTimeMs, batch.at[0]!);
    output.emit({ batch, progress: this.time.take() });
  }

  /** Who holds the watermark back; null when nobody does. */
  get watermarkHolder(): WatermarkHolder | null {
    return this.time.holder();
  }

  get gaps(): GapFigures | undefined {
    return this.numbers?.figures();
  }

  snapshot(writer: SnapshotWriter): void {
    this.time.snapshot(writer);
    this.decoder.snapshot(writer);
    this.numbers?.snapshot(writer);
  }

  restore(reader: SnapshotReader): void {
    this.time.restore(reader);
    this.decoder.restore(reader);
    this.numbers?.restore(reader);
  }

  drift(): ReadonlyMap<string, number> {
    return this.decoder.drift();
  }

  private takeMessage(message: Message, at: number, output: Output): void {
    if (message.source !== undefined && message.source !== this.node) return;
    const topic = this.topicOf(message.topic);
    if (message.source === undefined && !topic.matches) return;
    const first = this.rows.rowCount;
    const decoded = this.decoder.decode(message.payload, this.rows, message.topic);
    if (typeof decoded !== 'number') {
      this.refuseMessage(message, at, decoded, output);
      return;
    }
    const refusals = this.decoder.takeRefusals?.();
    if (refusals !== undefined) for (const refusal of refusals) this.refuseMessage(message, at, refusal, output);
    const missing = topic.levels.findIndex((text, index) => text === null && !this.topicColumns[index]!.nullable);
    if (missing >= 0) {
      this.rows.truncate(first);
      const { level } = this.topicColumns[missing]!;
      this.refuseMessage(message, at, { code: 'TOPIC_LEVEL', message: `topic "${message.topic}" has no level ${level}; adapt topicColumns or the topic filter "${this.config.topic}"` }, output);
      return;
    }
    this.fillTopicColumns(topic, decoded);
    if (this.arrivalColumn !== null) fillArrival(this.arrivalColumn, message.arrivalTimeMs, decoded);
    this.counters.rowsIn += decoded;
    this.numbers?.note(message.topic, decoded);
    for (let row = first; row < first + decoded; row++) this.judge(message, row, decoded, at, output);
  }

  /** Counts the record in, or marks it as refused. */
  private judge(message: Message, row: number, rowCount: number, at: number, output: Output): void {
    const eventTimeMs = this.rows.numberAt(this.eventTimeColumn, row);
    this.eventTimes.push(eventTimeMs);
    this.ats.push(at);
    const reason = this.reasonAgainst(message, eventTimeMs);
    if (reason === null) {
      this.counters.rowsReleased += 1;
      return;
    }
    this.refused.push(row);
    this.counters.deadLetters += 1;
    if (rowCount === 1) output.deadLetter(this.messageLetter(message, at, reason));
    else output.deadLetter({ ...letter(this.node, at, '', reason), topic: message.topic, arrivalTimeMs: message.arrivalTimeMs });
  }

  private reasonAgainst(message: Message, eventTimeMs: number): { code: string; message: string } | null {
    const { eventTime, maxFutureSkewMs, watermarkPer } = this.config;
    if (!(Math.abs(eventTimeMs) <= EVENT_TIME_MAX_MS)) {
      const seen = Number.isNaN(eventTimeMs) ? 'null' : String(eventTimeMs);
      return { code: 'EVENT_TIME', message: `event time "${eventTime}" is ${seen}, expected ms since the epoch within ±${EVENT_TIME_MAX_MS}` };
    }
    if (this.time.isFuture(eventTimeMs, message.arrivalTimeMs)) {
      const aheadMs = eventTimeMs - message.arrivalTimeMs;
      return { code: 'FUTURE_TIME', message: `event time "${eventTime}" is ${aheadMs} ms ahead of the arrival, more than maxFutureSkewMs ${maxFutureSkewMs}. Set the device's clock.` };
    }
    const input = this.time.input(watermarkPer === 'topic' ? message.topic : NO_TOPIC);
    if (input < 0) return { code: 'TOPIC_LIMIT', message: `more than ${TIME_INPUTS_MAX} topics with a watermark of their own. Use watermarkPer "source".` };
    this.time.observe(input, eventTimeMs, message.arrivalTimeMs);
    return null;
  }

  private refuseMessage(message: Message, at: number, reason: { readonly code: string; readonly message: string }, output: Output): void {
    this.counters.rowsIn += 1;
    this.counters.deadLetters += 1;
    output.deadLetter(this.messageLetter(message, at, reason));
  }

  private messageLetter(message: Message, at: number, reason: { readonly code: string; readonly message: string }): Parameters<Output['deadLetter']>[0] {
    return {
      at,
      node: this.node,
      code: reason.code,
      message: reason.message,
      topic: message.topic,
      arrivalTimeMs: message.arrivalTimeMs,
      bytes: message.payload.slice(0, LETTER_BYTES_MAX),
      truncated: message.payload.length > LETTER_BYTES_MAX
    };
  }

  private release(output: Output): void {
    const progress = this.time.take();
    if (this.rows.rowCount === 0) {
      if (!saysNothing(progress)) output.emit({ batch: this.noRows, progress });
      return;
    }
    const decoded = this.rows.build(Float64Array.from(this.eventTimes), Float64Array.from(this.ats));
    this.numbers?.take(decoded);
    const batch = this.refused.length === 0 ? decoded : this.withoutRefused(decoded);
    this.eventTimes = [];
    this.ats = [];
    this.refused = [];
    this.counters.rowsOut += batch.rowCount;
    output.emit({ batch, progress });
  }

  private withoutRefused(batch: Batch): Batch {
    const kept = new Int32Array(batch.rowCount - this.refused.length);
    let next = 0;
    let count = 0;
    for (let row = 0; row < batch.rowCount; row++) {
      if (row === this.refused[next]) next += 1;
      else kept[count++] = row;
    }
    return gatherBatch(batch, kept);
  }

  private fillTopicColumns(topic: Topic, rowCount: number): void {
    this.topicColumns.forEach(({ builder }, index) => {
      const text = topic.levels[index]!;
      for (let row = 0; row < rowCount; row++) {
        if (text === null) builder.appendNull();
        else builder.append(text);
      }
    });
  }

  private topicOf(name: string): Topic {
    const known = this.topics.get(name);
    if (known !== undefined) return known;
    if (this.topics.size === TOPICS_KNOWN_MAX) this.topics.clear();
    const levels = name.split('/');
    const topic: Topic = { matches: topicMatches(this.config.topic, name), levels: this.topicColumns.map(({ level }) => levels[level] ?? null) };
    this.topics.set(name, topic);
    return topic;
  }
}

/** Columns that are not the payload's. */
export function columnsBeside({ topicColumns, arrivalTimeColumn }: SourceConfig): readonly string[] {
  return [...Object.keys(topicColumns ?? {}), ...(arrivalTimeColumn === undefined ? [] : [arrivalTimeColumn])];
}

function fillArrival(column: AnyColumnBuilder, arrivalTimeMs: number, rowCount: number): void {
  assert(column instanceof NumberBuilder, 'an arrival time column is timestampMs');
  for (let row = 0; row < rowCount; row++) column.append(Math.floor(arrivalTimeMs));
}
