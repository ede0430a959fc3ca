import { goertzel as toneOf } from '../signal/goertzel';
import { choiceOption } from './options';
import { signalFeature } from './signal-feature';
import { frequencyOf, SAMPLE_HZ, sampleHzOf } from './signal-options';

/** Strength of one frequency in the window's signal. */
export const goertzel = signalFeature({
  fn: 'goertzel',
  doc: "Strength of one frequency, by Goertzel's algorithm: the amplitude 2·|X| / n of a sine of that frequency (|X| / n at 0 Hz and at sampleHz / 2), or the power |X|², X = Σ x[n]·exp(-2πi·n·frequencyHz/sampleHz). The frequency need not be a bin; windows that hold whole periods leak least. NaN when a sample is NaN or infinite.",
  options: [
    SAMPLE_HZ,
    { name: 'frequencyHz', type: 'number', unit: 'Hz', doc: 'The frequency, from 0 to sampleHz / 2.' },
    { name: 'output', type: "'amplitude' | 'power'", default: 'amplitude', doc: "amplitude: in the signal's unit; power: |X|², as a bin of a Fourier transform." }
  ],
  optionsOf(input) {
    const sampleHz = sampleHzOf('goertzel', input);
    return { sampleHz, frequencyHz: frequencyOf('goertzel', input, 'frequencyHz', sampleHz), output: choiceOption('goertzel', input, 'output', ['amplitude', 'power']) };
  },
  compute: (samples, options) => toneOf(samples, options)[options.output]
});
