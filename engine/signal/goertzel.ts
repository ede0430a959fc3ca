export interface GoertzelOptions {
  readonly sampleHz: number;
  /** Any frequency from 0 to sampleHz / 2; it need not be a bin of a transform. */
  readonly frequencyHz: number;
}

/** One point of the Fourier transform, X = Σ x[n]·exp(-2πi·n·frequencyHz/sampleHz). */
export interface Tone {
  readonly re: number;
  readonly im: number;
  /** |X|². */
  readonly power: number;
  /** Amplitude of a sine of that frequency, 2·|X| / n (at 0 Hz and at sampleHz / 2: |X| / n). */
  readonly amplitude: number;
}

/**
 * Goertzel's algorithm in Reinsch's form, which keeps its digits near 0 Hz and near half the sampling rate. Cost: one
 * multiplication per sample.
 */
export function goertzel(x: Float64Array, { sampleHz, frequencyHz }: GoertzelOptions): Tone {
  const angle = (2 * Math.PI * frequencyHz) / sampleHz;
  const near = Math.cos(angle) >= 0;
  const factor = near ? -4 * Math.sin(angle / 2) ** 2 : 4 * Math.cos(angle / 2) ** 2;
  const keep = near ? 1 : -1;
  let state = 0;
  let change = 0;
  for (let i = 0; i < x.length; i++) {
    change = x[i]! + factor * state + keep * change;
    state = change + keep * state;
  }
  const before = near ? state - change : change - state;
  const re = state - Math.cos(angle) * before;
  const im = Math.sin(angle) * before;
  const turn = -angle * (x.length - 1);
  const tone = { re: re * Math.cos(turn) - im * Math.sin(turn), im: re * Math.sin(turn) + im * Math.cos(turn) };
  const power = tone.re * tone.re + tone.im * tone.im;
  return { ...tone, power, amplitude: ((frequencyHz === 0 || 2 * frequencyHz === sampleHz ? 1 : 2) * Math.sqrt(power)) / x.length };
}
