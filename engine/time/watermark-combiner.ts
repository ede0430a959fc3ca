import type { SnapshotReader, SnapshotWriter } from '../operator/operator';

interface Input {
  watermarkMs: number;
  idle: boolean;
  /** Aligned inputs hold the minimum; an input that came back behind the output is not aligned until it has caught up. */
  aligned: boolean;
}

/**
 * One watermark from several inputs, as Flink's StatusWatermarkValve combines the channels of one input: the minimum over
 * the aligned inputs that are not idle; the maximum of all when the last of them falls idle.
 * The output never falls.
 */
export class WatermarkCombiner {
  private readonly inputs: Input[] = [];
  private outputMs = -Infinity;
  private idleCount = 0;
  /** Smallest watermark of the aligned inputs, or more than that when it has to be looked up. */
  private minimumMs = Infinity;

  get watermarkMs(): number {
    return this.outputMs;
  }

  get inputCount(): number {
    return this.inputs.length;
  }

  /** True while there are inputs and all of them are idle. */
  get idle(): boolean {
    return this.inputs.length > 0 && this.idleCount === this.inputs.length;
  }

  /** A further, active input without a watermark; its index. From now on the output waits for it, too. */
  addInput(): number {
    this.inputs.push({ watermarkMs: -Infinity, idle: false, aligned: true });
    this.minimumMs = -Infinity;
    return this.inputs.length - 1;
  }

  isIdle(index: number): boolean {
    return this.inputs[index]!.idle;
  }

  /** Index of the input that counts and has the smallest watermark, or -1. */
  holder(): number {
    let holder = -1;
    this.inputs.forEach((input, index) => {
      if (input.aligned && !input.idle && (holder < 0 || input.watermarkMs < this.inputs[holder]!.watermarkMs)) holder = index;
    });
    return holder;
  }

  /** Ignored while the input is idle. */
  setWatermark(index: number, watermarkMs: number): void {
    const input = this.inputs[index]!;
    if (input.idle || watermarkMs <= input.watermarkMs) return;
    const mayHoldMinimum = !input.aligned || input.watermarkMs <= this.minimumMs;
    input.watermarkMs = watermarkMs;
    if (watermarkMs >= this.outputMs) input.aligned = true;
    if (mayHoldMinimum) this.releaseMinimum();
  }

  setIdle(index: number): void {
    const input = this.inputs[index]!;
    if (input.idle) return;
    input.idle = true;
    this.idleCount += 1;
    input.aligned = false;
    if (this.idle) this.releaseMaximum();
    else if (input.watermarkMs <= this.minimumMs) this.releaseMinimum();
  }

  setActive(index: number): void {
    const input = this.inputs[index]!;
    if (!input.idle) return;
    input.idle = false;
    this.idleCount -= 1;
    input.aligned = input.watermarkMs >= this.outputMs;
    if (input.aligned) this.minimumMs = Math.min(this.minimumMs, input.watermarkMs);
  }

  snapshot(writer: SnapshotWriter): void {
    writer.f64(this.outputMs);
    writer.u32(this.inputs.length);
    for (const input of this.inputs) {
      writer.f64(input.watermarkMs);
      writer.u32((input.idle ? 1 : 0) | (input.aligned ? 2 : 0));
    }
  }

  restore(reader: SnapshotReader): void {
    this.outputMs = reader.f64();
    this.inputs.length = 0;
    this.idleCount = 0;
    this.minimumMs = Infinity;
    const count = reader.u32();
    for (let i = 0; i < count; i++) {
      const watermarkMs = reader.f64();
      const flags = reader.u32();
      this.inputs.push({ watermarkMs, idle: (flags & 1) !== 0, aligned: (flags & 2) !== 0 });
      this.idleCount += flags & 1;
    }
  }

  private releaseMinimum(): void {
    let minimum = Infinity;
    let any = false;
    for (const input of this.inputs) {
      if (!input.aligned) continue;
      any = true;
      if (input.watermarkMs < minimum) minimum = input.watermarkMs;
    }
    this.minimumMs = minimum;
    if (any && minimum > this.outputMs) this.outputMs = minimum;
  }

  private releaseMaximum(): void {
    this.minimumMs = Infinity;
    for (const input of this.inputs) if (input.watermarkMs > this.outputMs) this.outputMs = input.watermarkMs;
  }
}
