import { assert, PlanError } from '../error';
import { NumberBuilder } from '../codec/column-builder';
import { FftPlans } from '../signal/fft';
import { welchPeakHz } from '../signal/welch';
import type { AggregateInput, AggregateSpec } from './aggregate';
import { numericValueType } from './numeric-input';
import { SIGNAL_LIMITS, SignalBuffer } from './signal-buffer';

const SEGMENT_SIZE = 256;

/** Frequency with the most power in Welch's spectrum of the window's signal. */
export const welchPeak: AggregateSpec = {
  fn: 'welchPeak',
  doc: `Frequency in Hz with the most power, f[argmax(Pxx)] of scipy.signal.welch with its defaults, the first of equal maxima (relative 1e-9). The signal is the window's samples in order of event time; null without samples, NaN when one is NaN. Keeps at most ${SIGNAL_LIMITS.cellSamplesMax} samples per window and key and ${SIGNAL_LIMITS.samplesMax} in all; rows beyond go to the dead letters (SAMPLE_LIMIT).`,
  column: 'required',
  resultUnit: 'Hz',
  options: [
    { name: 'sampleHz', type: 'number', unit: 'Hz', doc: 'Samples per second.' },
    { name: 'segmentSize', type: 'number', default: SEGMENT_SIZE, doc: "Samples of a segment (SciPy's nperseg); the resolution is sampleHz / segmentSize." }
  ],
  resolve(input) {
    numericValueType('welchPeak', input);
    optionsOf(input);
    return { type: 'float64', nullable: true };
  },
  create(input, states) {
    const buffer = states.use(`signal:${input.columnIndex}`, () => new SignalBuffer(input.columnIndex));
    const options = optionsOf(input);
    const plans = new FftPlans();
    return {
      read(cells, count, into) {
        assert(into instanceof NumberBuilder, 'a frequency is float64');
        for (let i = 0; i < count; i++) {
          const samples = buffer.samplesOf(cells[i]!);
          if (samples.length === 0) into.appendNull();
          else into.append(welchPeakHz(samples, options, plans));
        }
      }
    };
  }
};

function optionsOf(input: AggregateInput): { readonly sampleHz: number; readonly segmentSize: number } {
  const { sampleHz, segmentSize = SEGMENT_SIZE } = input.options;
  if (typeof sampleHz !== 'number' || !(sampleHz > 0) || !Number.isFinite(sampleHz)) {
    throw new PlanError('AGGREGATE_OPTION', `welchPeak at ${input.path}: sampleHz is ${String(sampleHz)}, expected a number above 0. Say how many samples the signal has per second, e.g. { sampleHz: 1000 }.`, { details: { path: input.path } });
  }
  if (typeof segmentSize !== 'number' || !Number.isSafeInteger(segmentSize) || segmentSize < 1 || segmentSize > SIGNAL_LIMITS.cellSamplesMax) {
    throw new PlanError('AGGREGATE_OPTION', `welchPeak at ${input.path}: segmentSize is ${String(segmentSize)}, expected a whole number from 1 to ${SIGNAL_LIMITS.cellSamplesMax}. Leave it out for 256.`, { details: { path: input.path } });
  }
  return { sampleHz, segmentSize };
}
