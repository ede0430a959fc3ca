import type { FieldSpec } from '../operator/operator';
import type { Section } from '../signal/sections';
import { sosFilter } from '../signal/sos-filter';
import { paddingOf, sosFiltFilt } from '../signal/sos-filtfilt';
import type { AggregateInput, AggregateSpec } from './aggregate';
import { BUTTERWORTH_OPTIONS, butterworthOf, NOTCH_OPTIONS, notchOf } from './filter-design';
import { booleanOption } from './options';
import { signalTransform } from './signal-feature';

const ZERO_PHASE: FieldSpec = {
  name: 'zeroPhase',
  type: 'boolean',
  default: true,
  doc: 'True filters forwards, then backwards, so that nothing is delayed and every signal stands for itself (scipy.signal.sosfiltfilt; shorter signals than its padding go to the dead letters, SIGNAL_TOO_SHORT). False filters forwards from rest (scipy.signal.sosfilt).'
};

/** The window's signal through a Butterworth filter. */
export const butterworth = blockFilter('butterworth', 'The signal through a Butterworth filter (scipy.signal.butter, second-order sections) as a list. For a filter whose state goes on from row to row use the step butterworth.', BUTTERWORTH_OPTIONS, butterworthOf);

/** The window's signal without one frequency. */
export const notch = blockFilter('notch', 'The signal without one frequency (scipy.signal.iirnotch) as a list. For a filter whose state goes on from row to row use the step notch.', NOTCH_OPTIONS, notchOf);

interface BlockFilter {
  readonly sections: readonly Section[];
  readonly zeroPhase: boolean;
}

function blockFilter(fn: string, doc: string, options: readonly FieldSpec[], sectionsOf: (fn: string, input: AggregateInput) => readonly Section[]): AggregateSpec {
  return signalTransform<BlockFilter>({
    fn,
    doc: `${doc} A NaN or infinite sample makes what follows NaN.`,
    options: [...options, ZERO_PHASE],
    optionsOf: input => ({ sections: sectionsOf(fn, input), zeroPhase: booleanOption(fn, input, 'zeroPhase', true) }),
    compute(samples, { sections, zeroPhase }) {
      if (zeroPhase) return sosFiltFilt(sections, samples);
      const filtered = samples.slice();
      sosFilter(sections, filtered, new Float64Array(sections.length * 2));
      return filtered;
    },
    faultOf(sampleCount, { sections, zeroPhase }) {
      if (!zeroPhase || sampleCount > paddingOf(sections)) return null;
      return { code: 'SIGNAL_TOO_SHORT', message: `${fn}: the signal has ${sampleCount} samples, expected more than the padding of ${paddingOf(sections)}. Use longer signals or zeroPhase: false.` };
    }
  });
}
