import type { Progress, SnapshotReader, SnapshotWriter } from '../operator/operator';
import { ProgressBuilder } from './progress-builder';
import { WatermarkCombiner } from './watermark-combiner';

/** Inputs (topics with their own watermark) that one source tells apart; records of further ones go to the dead letters. */
export const TIME_INPUTS_MAX = 100_000;

export interface SourceTimeOptions {
  readonly maxOutOfOrdernessMs: number;
  readonly maxFutureSkewMs: number | null;
  readonly idleTimeoutMs: number | null;
}

/** Who holds the watermark of a source where it is. */
export interface WatermarkHolder {
  /** Topic of the input, '' when the source has one watermark for all. */
  readonly topic: string;
  /** Its newest event time, and the input event that brought it (NaN for rows that came decoded). */
  readonly eventTimeMs: number;
  readonly at: number;
  /** Inputs that are idle and hold nothing back. */
  readonly idle: readonly string[];
}

interface TimeInput {
  readonly name: string;
  maxEventTimeMs: number;
  maxAt: number;
  lastArrivalMs: number;
}

/**
 * Event time of one source: a bounded out-of-orderness watermark per input, advanced after every message, combined over
 * the inputs that are not idle. An input is idle once an input event arrives more than `idleTimeoutMs` after its last record;
 * a source without any record, that long after the first input event.
 */
export class SourceTime {
  private readonly inputs: TimeInput[] = [];
  private readonly indexOf = new Map<string, number>();
  private readonly combiner = new WatermarkCombiner();
  private readonly steps = new ProgressBuilder();
  /** No input can be idle before this arrival time. */
  private noneIdleBeforeMs = -Infinity;
  private ended = false;
  private idle = false;
  /** Arrival of the first input event; -Infinity before it. */
  private sinceMs = -Infinity;
  /** Whether the first record is overdue. */
  private silent = false;
  /** The input whose newest event time this input event has raised. */
  private raised: TimeInput | null = null;

  constructor(private readonly options: SourceTimeOptions) {}

  get watermarkMs(): number {
    return this.steps.watermarkMs;
  }

  /** True when the clock guard refuses the record. */
  isFuture(eventTimeMs: number, arrivalTimeMs: number): boolean {
    const { maxFutureSkewMs } = this.options;
    return maxFutureSkewMs !== null && eventTimeMs > arrivalTimeMs + maxFutureSkewMs;
  }

  /** Any input event: inputs that have been silent for too long become idle. Comes before the event's own records. */
  arrive(arrivalTimeMs: number): void {
    const { idleTimeoutMs } = this.options;
    if (idleTimeoutMs === null) return;
    if (this.inputs.length === 0) {
      if (this.sinceMs === -Infinity) this.sinceMs = arrivalTimeMs;
      this.silent ||= arrivalTimeMs - this.sinceMs > idleTimeoutMs;
      return;
    }
    if (arrivalTimeMs <= this.noneIdleBeforeMs) return;
    let earliestMs = Infinity;
    this.inputs.forEach((input, index) => {
      if (this.combiner.isIdle(index)) return;
      if (arrivalTimeMs - input.lastArrivalMs > idleTimeoutMs) this.combiner.setIdle(index);
      else earliestMs = Math.min(earliestMs, input.lastArrivalMs + idleTimeoutMs);
    });
    this.noneIdleBeforeMs = earliestMs;
  }

  /** Index of the input called `name`, or -1 when there are too many. */
  input(name: string): number {
    const known = this.indexOf.get(name);
    if (known !== undefined) return known;
    return this.inputs.length === TIME_INPUTS_MAX ? -1 : this.addInput({ name, maxEventTimeMs: -Infinity, maxAt: NaN, lastArrivalMs: -Infinity }, this.combiner.addInput());
  }

  /** A record that is counted in. */
  observe(index: number, eventTimeMs: number, arrivalTimeMs: number): void {
    const input = this.inputs[index]!;
    input.lastArrivalMs = Math.max(input.lastArrivalMs, arrivalTimeMs);
    if (this.options.idleTimeoutMs !== null) this.noneIdleBeforeMs = Math.min(this.noneIdleBeforeMs, input.lastArrivalMs + this.options.idleTimeoutMs);
    this.combiner.setActive(index);
    if (eventTimeMs <= input.maxEventTimeMs) return;
    input.maxEventTimeMs = eventTimeMs;
    this.raised = input;
    this.combiner.setWatermark(index, eventTimeMs - this.options.maxOutOfOrdernessMs - 1);
  }

  /** After the records of input event `at`. */
  settle(at: number): void {
    if (this.raised !== null) this.raised.maxAt = at;
    this.raised = null;
    this.steps.step(at, this.ended ? Infinity : this.combiner.watermarkMs);
    const idle = this.inputs.length === 0 ? this.silent : this.combiner.idle;
    if (idle === this.idle) return;
    this.idle = idle;
    this.steps.mark(at, idle);
  }

  /** One record per row, all of one input, without arrival times. Row r is input event `firstAt + r`. */
  observeRows(times: Float64Array, firstAt: number): void {
    const index = this.input('');
    const input = this.inputs[index]!;
    const delayMs = this.options.maxOutOfOrdernessMs + 1;
    if (this.inputs.length === 1 && !this.combiner.isIdle(index)) {
      input.maxEventTimeMs = this.steps.stepPerRow(times, firstAt, input.maxEventTimeMs, delayMs);
      this.combiner.setWatermark(index, input.maxEventTimeMs - delayMs);
      return;
    }
    for (let row = 0; row < times.length; row++) {
      this.observe(index, times[row]!, input.lastArrivalMs);
      this.settle(firstAt + row);
    }
  }

  /** The end of a bounded input, at input event `at`. */
  end(at: number): void {
    this.ended = true;
    this.settle(at);
  }

  /** The input that counts and is furthest behind; null when none counts. */
  holder(): WatermarkHolder | null {
    const index = this.combiner.holder();
    if (index < 0) return null;
    const { name, maxEventTimeMs, maxAt } = this.inputs[index]!;
    return { topic: name, eventTimeMs: maxEventTimeMs, at: maxAt, idle: this.inputs.filter((_, other) => this.combiner.isIdle(other)).map(input => input.name) };
  }

  take(): Progress {
    return this.steps.take();
  }

  snapshot(writer: SnapshotWriter): void {
    writer.u32((this.ended ? 1 : 0) | (this.idle ? 2 : 0) | (this.silent ? 4 : 0));
    writer.f64(this.sinceMs);
    writer.f64(this.steps.watermarkMs);
    this.combiner.snapshot(writer);
    for (const input of this.inputs) {
      writer.text(input.name);
      writer.f64(input.maxEventTimeMs);
      writer.f64(input.maxAt);
      writer.f64(input.lastArrivalMs);
    }
  }

  restore(reader: SnapshotReader): void {
    const flags = reader.u32();
    this.ended = (flags & 1) !== 0;
    this.idle = (flags & 2) !== 0;
    this.silent = (flags & 4) !== 0;
    this.sinceMs = reader.f64();
    this.steps.restore(reader.f64());
    this.combiner.restore(reader);
    this.inputs.length = 0;
    this.indexOf.clear();
    this.noneIdleBeforeMs = -Infinity;
    for (let index = 0; index < this.combiner.inputCount; index++) {
      this.addInput({ name: reader.text(), maxEventTimeMs: reader.f64(), maxAt: reader.f64(), lastArrivalMs: reader.f64() }, index);
    }
  }

  private addInput(input: TimeInput, index: number): number {
    this.inputs.push(input);
    this.indexOf.set(input.name, index);
    return index;
  }
}
