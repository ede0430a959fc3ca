import FFT from 'fft.js';
import { RealFft } from './real-fft';
import type { WindowFunction } from './window-function';
import { windowWeights } from './window-function';

/** A discrete Fourier transform of one length over interleaved complex numbers: X[k] = Σ x[n]·exp(-2πi·k·n/length). */
export interface FftPlan {
  readonly length: number;
  transform(out: Float64Array, input: Float64Array): void;
}

/** Lengths of the plans of one kind that are kept, added up: at most some tens of megabytes. */
const KEPT_SAMPLES_MAX = 262_144;

/**
 * Plans by length and windows, kept by whoever transforms often. Powers of two go to fft.js (radix 4), other lengths to
 * Bluestein's algorithm over the next power of two. Keeps up to `samplesMax` samples of each kind; signals of ever other
 * lengths cost time, not memory.
 */
export class FftPlans {
  private readonly complex: Kept<FftPlan>;
  private readonly reals: Kept<RealFft>;
  private readonly windows: Kept<Float64Array>;

  constructor(samplesMax = KEPT_SAMPLES_MAX) {
    this.complex = new Kept(samplesMax);
    this.reals = new Kept(samplesMax);
    this.windows = new Kept(samplesMax);
  }

  plan(length: number): FftPlan {
    return this.complex.get(length, length, () => (length <= 1 ? new IdentityPlan(length) : isPowerOfTwo(length) ? new PowerOfTwoPlan(length) : new BluesteinPlan(length)));
  }

  real(length: number): RealFft {
    return this.reals.get(length, length, () => new RealFft(length, this.plan(length % 2 === 0 ? length / 2 : length)));
  }

  /** Periodic weights of a window; not to be changed. */
  window(window: WindowFunction, size: number): Float64Array {
    return this.windows.get(`${String(window)}:${size}`, size, () => windowWeights(window, size));
  }
}

/** What was made before, by key, while it is not too much altogether. */
class Kept<T> {
  private readonly made = new Map<number | string, T>();
  private samples = 0;

  constructor(private readonly samplesMax: number) {}

  get(key: number | string, samples: number, make: () => T): T {
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const value = make();
    if (samples > this.samplesMax) return value;
    if (this.samples + samples > this.samplesMax) {
      this.made.clear();
      this.samples = 0;
    }
    this.made.set(key, value);
    this.samples += samples;
    return value;
  }
}

/** Spectrum of a real signal as NumPy's `fft.rfft`: `floor(n / 2) + 1` bins from 0 to the Nyquist frequency. */
export interface HalfSpectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** NumPy `fft.rfft(x, length)`: `x` is padded with zeros or cut to `length`. Relative error about 1e-15·log2(length). */
export function rfft(x: Float64Array, length = x.length, plans = new FftPlans()): HalfSpectrum {
  const plan = plans.real(length);
  const out = new Float64Array(plan.bins * 2);
  plan.transform(out, x.length === length ? x : padded(x, length));
  const re = new Float64Array(plan.bins);
  const im = new Float64Array(plan.bins);
  for (let k = 0; k < plan.bins; k++) {
    re[k] = out[k * 2]!;
    im[k] = out[k * 2 + 1]!;
  }
  return { re, im };
}

/** `x` cut to `length`, or with zeros behind it. */
export function padded(x: Float64Array, length: number): Float64Array {
  const values = new Float64Array(length);
  values.set(x.length > length ? x.subarray(0, length) : x);
  return values;
}

class IdentityPlan implements FftPlan {
  constructor(readonly length: number) {}
  transform(out: Float64Array, input: Float64Array): void {
    out.set(input.subarray(0, this.length * 2));
  }
}

class PowerOfTwoPlan implements FftPlan {
  private readonly fft: FFT;
  constructor(readonly length: number) {
    this.fft = new FFT(length);
  }
  transform(out: Float64Array, input: Float64Array): void {
    this.fft.transform(out, input);
  }
}

/** Bluestein 1970: the transform as a convolution with a chirp. */
class BluesteinPlan implements FftPlan {
  private readonly padded: number;
  private readonly fft: FFT;
  private readonly chirp: Float64Array;
  private readonly kernel: Float64Array;
  private readonly work: Float64Array;
  private readonly spectrum: Float64Array;

  constructor(readonly length: number) {
    this.padded = 2 ** Math.ceil(Math.log2(2 * length - 1));
    this.fft = new FFT(this.padded);
    this.chirp = chirpOf(length);
    this.work = new Float64Array(this.padded * 2);
    this.spectrum = new Float64Array(this.padded * 2);
    this.kernel = this.transformedKernel();
  }

  transform(out: Float64Array, input: Float64Array): void {
    const { length, padded, chirp, kernel, work, spectrum } = this;
    work.fill(0);
    for (let n = 0; n < length; n++) multiply(work, n, input[n * 2]!, input[n * 2 + 1]!, chirp[n * 2]!, chirp[n * 2 + 1]!);
    this.fft.transform(spectrum, work);
    for (let k = 0; k < padded; k++) {
      multiply(work, k, spectrum[k * 2]!, spectrum[k * 2 + 1]!, kernel[k * 2]!, kernel[k * 2 + 1]!);
    }
    this.fft.inverseTransform(spectrum, work);
    for (let k = 0; k < length; k++) multiply(out, k, spectrum[k * 2]!, spectrum[k * 2 + 1]!, chirp[k * 2]!, chirp[k * 2 + 1]!);
  }

  private transformedKernel(): Float64Array {
    const { length, padded, chirp, work } = this;
    for (let n = 0; n < length; n++) {
      for (const at of n === 0 ? [0] : [n, padded - n]) {
        work[at * 2] = chirp[n * 2]!;
        work[at * 2 + 1] = -chirp[n * 2 + 1]!;
      }
    }
    const kernel = new Float64Array(padded * 2);
    this.fft.transform(kernel, work);
    return kernel;
  }
}

/** exp(-πi·n²/length); n² is reduced first, so that the angle keeps its digits. */
function chirpOf(length: number): Float64Array {
  const chirp = new Float64Array(length * 2);
  for (let n = 0; n < length; n++) {
    const angle = (Math.PI * ((n * n) % (2 * length))) / length;
    chirp[n * 2] = Math.cos(angle);
    chirp[n * 2 + 1] = -Math.sin(angle);
  }
  return chirp;
}

function multiply(out: Float64Array, at: number, aRe: number, aIm: number, bRe: number, bIm: number): void {
  out[at * 2] = aRe * bRe - aIm * bIm;
  out[at * 2 + 1] = aRe * bIm + aIm * bRe;
}

function isPowerOfTwo(length: number): boolean {
  return Number.isInteger(Math.log2(length));
}
