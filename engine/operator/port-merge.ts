import type { Batch } from '../batch/batch';
import { firstRowAfter, saysNothing } from '../time/progress-search';
import { ProgressBuilder } from '../time/progress-builder';
import { WatermarkCombiner } from '../time/watermark-combiner';
import type { Chunk, Progress, SnapshotReader, SnapshotWriter } from './operator';

/** What an operator with several ports does with what comes in, one after the other. */
export interface PortHandler {
  /** Rows [from, to) of `batch` came in at `port`; the combined watermark is the one last told. */
  rows(port: number, batch: Batch, from: number, to: number): void;
  /** After all rows of input `at` the combined watermark is `watermarkMs`. */
  watermark(watermarkMs: number, at: number): void;
}

interface Port {
  chunks: Chunk[];
  row: number;
  step: number;
  mark: number;
}

/**
 * Plays the chunks of several ports back as one sequence, as if inputs had come one by one: by `at`, rows before
 * watermarks, ports in order. A stream becomes active before its watermark of the same input, idle after it. The combined watermark is the minimum over the ports that are not idle, as in `WatermarkCombiner`.
 *
 *   port 0   rows at 0, 3   watermark at 3          ┐
 *   port 1   rows at 1      watermark at 1, at 3    ┘─▶  row 0 · row 1 · watermarks of 1 · row 3 · watermarks of 3
 */
export class PortMerge {
  private readonly ports: readonly Port[];
  private readonly combiner = new WatermarkCombiner();
  private readonly steps = new ProgressBuilder();
  private idle = false;
  private news = false;

  constructor(portCount: number) {
    this.ports = Array.from({ length: portCount }, () => ({ chunks: [], row: 0, step: 0, mark: 0 }));
    for (let port = 0; port < portCount; port++) this.combiner.addInput();
  }

  /** The combined watermark. */
  get watermarkMs(): number {
    return this.steps.watermarkMs;
  }

  add(port: number, chunk: Chunk): void {
    if (chunk.batch.rowCount === 0 && saysNothing(chunk.progress)) return;
    this.ports[port]!.chunks.push(chunk);
    this.news = true;
  }

  /** Plays all that was added, which must reach up to the same input at all ports; the combined progress, null when there was nothing. */
  play(handler: PortHandler): Progress | null {
    if (!this.news) return null;
    this.news = false;
    for (let at = this.nextAt(); at < Infinity; at = this.nextAt()) {
      const next = this.playRows(handler, at);
      if (next > at) continue;
      this.playProgress(handler, at);
    }
    return this.steps.take();
  }

  /** The combined progress so far, taken out of what `play` will give: for handlers that cannot wait for its end. */
  takeProgress(): Progress {
    return this.steps.take();
  }

  snapshot(writer: SnapshotWriter): void {
    writer.f64(this.steps.watermarkMs);
    writer.u32(this.idle ? 1 : 0);
    this.combiner.snapshot(writer);
  }

  restore(reader: SnapshotReader): void {
    this.steps.restore(reader.f64());
    this.idle = reader.u32() === 1;
    this.combiner.restore(reader);
  }

  private nextAt(): number {
    let first = Infinity;
    for (const port of this.ports) first = Math.min(first, rowAt(port), progressAt(port));
    return first;
  }

  /** Plays the rows of input `at`, and those after it while nothing else comes between; the input of the last of them. */
  private playRows(handler: PortHandler, at: number): number {
    for (let index = 0; index < this.ports.length; index++) {
      const port = this.ports[index]!;
      if (rowAt(port) !== at) continue;
      const lastAt = this.lastAtBeforeOthers(index, at);
      const { batch } = port.chunks[0]!;
      const from = port.row;
      port.row = batch.at[from + 1]! > lastAt ? from + 1 : firstRowAfter(batch.at, from, lastAt);
      handler.rows(index, batch, from, port.row);
      this.dropDone(port);
      if (lastAt > at) return lastAt;
    }
    return at;
  }

  /** The largest input up to which the rows of `index` stand alone. */
  private lastAtBeforeOthers(index: number, at: number): number {
    const port = this.ports[index]!;
    let limit = progressAt(port);
    for (let other = 0; other < this.ports.length; other++) {
      if (other === index) continue;
      limit = Math.min(limit, rowAt(this.ports[other]!) - (other < index ? 1 : 0), progressAt(this.ports[other]!));
      if (limit <= at) return at;
    }
    const { batch } = port.chunks[0]!;
    return Math.max(at, Math.min(limit, batch.at[batch.rowCount - 1]!));
  }

  private playProgress(handler: PortHandler, at: number): void {
    for (let index = 0; index < this.ports.length; index++) {
      const port = this.ports[index]!;
      while (progressAt(port) === at) {
        const { progress } = port.chunks[0]!;
        const mark = progress.idle?.[port.mark];
        if (mark?.at === at && !mark.idle) {
          this.combiner.setActive(index);
          port.mark += 1;
        } else if (port.step < progress.count && progress.at[port.step] === at) this.combiner.setWatermark(index, progress.watermarkMs[port.step++]!);
        else {
          this.combiner.setIdle(index);
          port.mark += 1;
        }
        this.dropDone(port);
      }
    }
    if (this.combiner.idle !== this.idle) {
      this.idle = this.combiner.idle;
      this.steps.mark(at, this.idle);
    }
    if (this.combiner.watermarkMs <= this.steps.watermarkMs) return;
    this.steps.step(at, this.combiner.watermarkMs);
    handler.watermark(this.combiner.watermarkMs, at);
  }

  private dropDone(port: Port): void {
    for (let first = port.chunks[0]; first !== undefined; first = port.chunks[0]) {
      const { batch, progress } = first;
      if (port.row < batch.rowCount || port.step < progress.count || port.mark < (progress.idle?.length ?? 0)) return;
      port.chunks.shift();
      port.row = 0;
      port.step = 0;
      port.mark = 0;
    }
  }
}

function rowAt({ chunks, row }: Port): number {
  const first = chunks[0];
  return first !== undefined && row < first.batch.rowCount ? first.batch.at[row]! : Infinity;
}

function progressAt({ chunks, step, mark }: Port): number {
  const first = chunks[0];
  if (first === undefined) return Infinity;
  const { progress } = first;
  const stepAt = step < progress.count ? progress.at[step]! : Infinity;
  const idleAt = progress.idle?.[mark]?.at ?? Infinity;
  return Math.min(stepAt, idleAt);
}
