import { firstStepFrom } from './progress-search';
import type { Progress } from '../operator/operator';

/** The watermark under which a row stands: that of the last step before its input. */
export class WatermarkLog {
  private lastMs = -Infinity;

  /** The watermark after the last chunk. */
  get watermarkMs(): number {
    return this.lastMs;
  }

  restore(watermarkMs: number): void {
    this.lastMs = watermarkMs;
  }

  /** For a row of input `at` in the chunk with `progress`; call `follow` when the chunk is done. */
  watermarkAt(progress: Progress, at: number): number {
    const after = firstStepFrom(progress, at);
    return after === 0 ? this.lastMs : progress.watermarkMs[after - 1]!;
  }

  follow(progress: Progress): void {
    if (progress.count > 0) this.lastMs = progress.watermarkMs[progress.count - 1]!;
  }
}
