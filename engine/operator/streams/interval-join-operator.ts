import type { Batch } from '../../batch/batch';
import type { IntervalJoinNode } from '../../plan/nodes/streams';
import { checkSnapshot } from '../../window/window-snapshot';
import type { Progress, SnapshotReader, SnapshotWriter, StreamType } from '../operator';
import { JoinSide } from './join-side';
import { JoinedRows } from './joined-rows';
import type { JoinedColumn } from './joined-type';
import { joinedStream } from './joined-type';
import type { StreamLimits } from './limits';
import { MergingOperator } from './merging-operator';
import type { RowKey } from './row-keys';
import { keptKey } from './row-keys';
import { TimeQueue } from '../../time/time-queue';

const LEFT = 0;

export interface IntervalJoinOptions {
  readonly node: string;
  readonly config: IntervalJoinNode['config'];
  readonly inputs: readonly [StreamType, StreamType];
  readonly columns: readonly JoinedColumn[];
  readonly limits: StreamLimits;
}

/**
 * Pairs of rows of one key with `lowerMs <= tRight - tLeft <= upperMs`. A pair leaves when the second of the two comes in.
 *
 *   left row at t       partners on the right: [t + lowerMs, t + upperMs]   kept until watermark > t + upperMs
 *   right row at t      partners on the left:  [t - upperMs, t - lowerMs]   kept until watermark > t - lowerMs
 */
export class IntervalJoinOperator extends MergingOperator {
  private readonly sides: readonly [JoinSide, JoinSide];
  /** Rows in the order in which they can no longer find partners. */
  private readonly waiting = [new TimeQueue(), new TimeQueue()] as const;
  private readonly results: JoinedRows;
  /** For a left join: by left slot, whether it has found a partner. */
  private readonly matched: boolean[] = [];

  constructor(private readonly options: IntervalJoinOptions) {
    super(options.node, 2);
    const { inputs, config, columns, limits } = options;
    this.sides = [new JoinSide(inputs[0], config.on, limits), new JoinSide(inputs[1], config.on, limits)];
    this.results = new JoinedRows({ schema: joinedStream(columns, config.on).schema, columns, left: this.sides[0].store, right: this.sides[1].store });
  }

  rows(port: number, batch: Batch, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      this.enter(port, batch, row);
      this.emitMany(this.results.rowCount);
    }
  }

  watermark(watermarkMs: number, at: number): void {
    this.waiting.forEach((queue, port) => {
      const side = this.sides[port]!;
      while (queue.firstMs + this.keptForMs(port) < watermarkMs) {
        const slot = queue.pop();
        this.leave(port, slot, at);
        side.removeFirst(slot);
      }
    });
  }

  protected takeResults(): Batch {
    const results = this.results.take();
    for (const { store } of this.sides) store.sweep();
    return results;
  }

  /** A left row that finds no partner leaves up to upperMs behind the watermark, which therefore stays that much behind. */
  protected override progressOf(combined: Progress): Progress {
    const { type, upperMs } = this.options.config;
    if (type === 'inner' || upperMs < 0) return combined;
    return { ...combined, watermarkMs: combined.watermarkMs.map(watermarkMs => watermarkMs - upperMs - 1) };
  }

  protected saveState(writer: SnapshotWriter): void {
    this.waiting.forEach((queue, port) => {
      const slots = Int32Array.from(queue.inOrder());
      this.sides[port]!.store.save(slots, writer);
      if (port === LEFT) writer.bytes(Uint8Array.from(slots, slot => (this.matched[slot] === true ? 1 : 0)));
    });
  }

  protected loadState(reader: SnapshotReader): void {
    this.sides.forEach((side, port) => {
      const batch = side.store.load(reader);
      const matched = port === LEFT ? reader.bytes() : null;
      checkSnapshot(matched === null || matched.length === batch.rowCount, 'marks of pairs that belong to no row');
      for (let row = 0; row < batch.rowCount; row++) {
        const slot = side.store.add(batch, row);
        side.link(slot, keptKey(side.keys, batch, row));
        this.waiting[port]!.add(batch.eventTimeMs[row]!, slot);
        if (matched !== null) this.matched[slot] = matched[row] === 1;
      }
    });
  }

  private enter(port: number, batch: Batch, row: number): void {
    const { config } = this.options;
    if (batch.eventTimeMs[row]! < this.merge.watermarkMs) {
      this.dropLate(batch, row, config.latePolicy);
      return;
    }
    const side = this.sides[port]!;
    const key = side.keys.keyOf(batch, row);
    const problem = side.full(batch, row, key);
    if (problem === null) this.join(port, batch, row, key);
    else this.refuse(batch, row, { code: 'JOIN_LIMIT', message: `${problem}. Make the interval from lowerMs to upperMs smaller, filter before the join, or set idleTimeoutMs so that a silent stream does not hold back the watermark.` });
  }

  private join(port: number, batch: Batch, row: number, key: RowKey | null): void {
    const side = this.sides[port]!;
    const timeMs = batch.eventTimeMs[row]!;
    const at = batch.at[row]!;
    const slot = side.store.add(batch, row);
    if (port === LEFT) this.matched[slot] = false;
    if (key !== null) this.findPartners(port, slot, key, at);
    if (key !== null && timeMs + this.keptForMs(port) >= this.merge.watermarkMs) {
      side.link(slot, key);
      this.waiting[port]!.add(timeMs, slot);
      return;
    }
    this.leave(port, slot, at);
    side.store.remove(slot);
  }

  private findPartners(port: number, slot: number, key: RowKey, at: number): void {
    const { lowerMs, upperMs } = this.options.config;
    const timeMs = this.sides[port]!.store.timeOf(slot);
    const isLeft = port === LEFT;
    const partners = this.sides[1 - port]!;
    const fromMs = isLeft ? timeMs + lowerMs : timeMs - upperMs;
    const lastMs = isLeft ? timeMs + upperMs : timeMs - lowerMs;
    partners.between(key, fromMs, lastMs, partner => {
      const left = isLeft ? slot : partner;
      this.matched[left] = true;
      this.results.add(left, isLeft ? partner : slot, Math.max(timeMs, partners.store.timeOf(partner)), at);
    });
  }

  /** A row can find no further partner. */
  private leave(port: number, slot: number, at: number): void {
    this.release(1);
    if (this.options.config.type === 'inner' || port !== LEFT || this.matched[slot] === true) return;
    this.results.add(slot, null, this.sides[LEFT].store.timeOf(slot), at);
  }

  /** How long after its own time a row may still find a partner that is not late. */
  private keptForMs(port: number): number {
    const { lowerMs, upperMs } = this.options.config;
    return port === LEFT ? upperMs : -lowerMs;
  }
}
