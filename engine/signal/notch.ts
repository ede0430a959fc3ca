import { badParameters } from './parameters';
import type { Section } from './sections';

export interface NotchOptions {
  readonly frequencyHz: number;
  readonly sampleHz: number;
  /** frequencyHz / width at -3 dB; 30 takes out a narrow line. */
  readonly quality: number;
}

/** Filter that takes out one frequency, for example 50 Hz of the mains, as one section; `scipy.signal.iirnotch`. Throws `SIGNAL_PARAMETERS`. */
export function notch({ frequencyHz, sampleHz, quality }: NotchOptions): Section {
  const share = frequencyHz / (sampleHz / 2);
  if (!(share > 0 && share < 1)) throw badParameters(`notch: ${frequencyHz} Hz is outside 0 … ${sampleHz / 2} Hz, half of sampleHz ${sampleHz}`);
  const gain = 1 / (1 + Math.tan((Math.PI * share) / quality / 2));
  const middle = -2 * gain * Math.cos(Math.PI * share);
  return [gain, middle, gain, 1, middle, 2 * gain - 1];
}
