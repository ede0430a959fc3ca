import type { SavgolOptions } from '../signal/savgol';
import { savgol as savgolOf } from '../signal/savgol';
import type { AggregateInput } from './aggregate';
import { numberOption } from './options';
import { signalTransform } from './signal-feature';
import { designed, SAMPLE_HZ, sampleHzOf } from './signal-options';

const WINDOW_MAX = 1_001;
const ORDER_MAX = 20;

/** The window's signal smoothed by polynomials. */
export const savgol = signalTransform({
  fn: 'savgol',
  doc: 'The signal smoothed by a polynomial of least squares through each stretch of windowLength samples, or its derivative per second, as a list; scipy.signal.savgol_filter with mode interp. Keeps peaks better than a mean. A signal shorter than windowLength goes to the dead letters (SIGNAL_TOO_SHORT).',
  resultUnit: null,
  options: [
    { name: 'windowLength', type: 'number', unit: 'samples', doc: `Samples of a polynomial, odd, up to ${WINDOW_MAX}.` },
    { name: 'polyOrder', type: 'number', doc: `Degree of the polynomial, below windowLength, up to ${ORDER_MAX}.` },
    { name: 'derivative', type: 'number', default: 0, doc: '0 smooths, 1 gives the slope per second, 2 the curvature.' },
    { ...SAMPLE_HZ, default: 1, doc: 'Samples per second, for derivatives.' }
  ],
  optionsOf,
  compute: savgolOf,
  faultOf: (sampleCount, { windowLength }) => (sampleCount >= windowLength ? null : { code: 'SIGNAL_TOO_SHORT', message: `savgol: the signal has ${sampleCount} samples, expected at least windowLength ${windowLength}. Use a smaller windowLength or longer signals.` })
});

function optionsOf(input: AggregateInput): SavgolOptions {
  const whole = (name: string, min: number, max: number, byDefault?: number): number =>
    numberOption('savgol', input, { name, min, max, whole: true, advice: 'E.g. { windowLength: 11, polyOrder: 3 }.', ...(byDefault === undefined ? {} : { default: byDefault }) });
  const options: SavgolOptions = {
    windowLength: whole('windowLength', 1, WINDOW_MAX),
    polyOrder: whole('polyOrder', 0, ORDER_MAX),
    derivative: whole('derivative', 0, ORDER_MAX, 0),
    delta: input.options['sampleHz'] === undefined ? 1 : 1 / sampleHzOf('savgol', input)
  };
  designed('savgol', input, () => savgolOf(new Float64Array(options.windowLength), options));
  return options;
}
