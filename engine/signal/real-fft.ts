import type { FftPlan } from './fft';

/**
 * Transform of real signals of one length into the bins 0 … length / 2, interleaved re, im. An even length goes through a
 * complex transform of half the length, whose points are the pairs of neighbouring samples:
 *
 *   z[n] = x[2n] + i·x[2n + 1],  X[k] = (Z[k] + Z*[h - k]) / 2 - i·exp(-2πi·k/length)·(Z[k] - Z*[h - k]) / 2,  h = length / 2
 */
export class RealFft {
  readonly bins: number;
  private readonly twiddles: Float64Array;
  private readonly work: Float64Array;

  /** `plan` is of `length / 2` for even lengths, of `length` for odd ones. */
  constructor(
    readonly length: number,
    private readonly plan: FftPlan
  ) {
    this.bins = length === 0 ? 0 : Math.floor(length / 2) + 1;
    this.work = new Float64Array(plan.length * 2);
    this.twiddles = new Float64Array(this.bins * 2);
    for (let k = 0; k < this.bins; k++) {
      const angle = (2 * Math.PI * k) / length;
      this.twiddles[k * 2] = Math.cos(angle);
      this.twiddles[k * 2 + 1] = -Math.sin(angle);
    }
  }

  /** Transforms the `length` samples of `input` into the `bins` bins of `out`. */
  transform(out: Float64Array, input: Float64Array): void {
    if (this.length % 2 === 0) this.transformPairs(out, input);
    else this.transformSingles(out, input);
  }

  private transformPairs(out: Float64Array, input: Float64Array): void {
    const { plan, twiddles } = this;
    const half = this.length / 2;
    if (half === 0) return;
    plan.transform(out, input);
    const re0 = out[0]!;
    const im0 = out[1]!;
    for (let k = 1, m = half - 1; k <= m; k++, m--) {
      const kRe = out[k * 2]!;
      const kIm = out[k * 2 + 1]!;
      const mRe = out[m * 2]!;
      const mIm = out[m * 2 + 1]!;
      const evenRe = (kRe + mRe) / 2;
      const evenIm = (kIm - mIm) / 2;
      const oddRe = (kIm + mIm) / 2;
      const oddIm = (mRe - kRe) / 2;
      const turnRe = twiddles[k * 2]!;
      const turnIm = twiddles[k * 2 + 1]!;
      const turnedRe = oddRe * turnRe - oddIm * turnIm;
      const turnedIm = oddRe * turnIm + oddIm * turnRe;
      out[k * 2] = evenRe + turnedRe;
      out[k * 2 + 1] = evenIm + turnedIm;
      out[m * 2] = evenRe - turnedRe;
      out[m * 2 + 1] = turnedIm - evenIm;
    }
    out[0] = re0 + im0;
    out[1] = 0;
    out[half * 2] = re0 - im0;
    out[half * 2 + 1] = 0;
  }

  private transformSingles(out: Float64Array, input: Float64Array): void {
    const { plan, work, length, bins } = this;
    const complex = new Float64Array(length * 2);
    for (let i = 0; i < length; i++) complex[i * 2] = input[i]!;
    plan.transform(work, complex);
    out.set(work.subarray(0, bins * 2));
  }
}
