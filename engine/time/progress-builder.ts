import type { IdleMark, Progress } from '../operator/operator';

/** Watermark steps on their way into a chunk; a step that does not rise is left out. */
export class ProgressBuilder {
  private at = new Float64Array(64);
  private watermarks = new Float64Array(64);
  private count = 0;
  private marks: IdleMark[] = [];

  constructor(private lastMs = -Infinity) {}

  /** The watermark of the last step. */
  get watermarkMs(): number {
    return this.lastMs;
  }

  /** After all rows of input `at` the watermark is `watermarkMs`. */
  step(at: number, watermarkMs: number): void {
    if (watermarkMs <= this.lastMs) return;
    this.lastMs = watermarkMs;
    if (this.count > 0 && this.at[this.count - 1] === at) this.count -= 1;
    if (this.count === this.at.length) this.grow();
    this.at[this.count] = at;
    this.watermarks[this.count++] = watermarkMs;
  }

  /** After all rows of input `at` the stream is idle, or active again. */
  mark(at: number, idle: boolean): void {
    if (this.marks.at(-1)?.at === at) this.marks.pop();
    this.marks.push({ at, idle });
  }

  /** One step per row that raises the maximum of `times`, `delayMs` behind it; the new maximum. Row r is input `firstAt + r`. */
  stepPerRow(times: Float64Array, firstAt: number, maxMs: number, delayMs: number): number {
    const { length } = times;
    let max = maxMs;
    for (let row = 0; row < length; row += 4) {
      const next = Math.min(row + 4, length);
      if (next === row + 4 && !(times[row]! > max || times[row + 1]! > max || times[row + 2]! > max || times[row + 3]! > max)) continue;
      for (let i = row; i < next; i++) {
        if (!(times[i]! > max)) continue;
        max = times[i]!;
        this.step(firstAt + i, max - delayMs);
      }
    }
    return max;
  }

  /** The steps since the last call. */
  take(): Progress {
    const { count, marks } = this;
    this.count = 0;
    const steps = { count, at: this.at.slice(0, count), watermarkMs: this.watermarks.slice(0, count) };
    if (marks.length === 0) return steps;
    this.marks = [];
    return { ...steps, idle: marks };
  }

  restore(lastMs: number): void {
    this.lastMs = lastMs;
    this.count = 0;
  }

  private grow(): void {
    const at = new Float64Array(this.count * 2);
    const watermarks = new Float64Array(this.count * 2);
    at.set(this.at);
    watermarks.set(this.watermarks);
    this.at = at;
    this.watermarks = watermarks;
  }
}
