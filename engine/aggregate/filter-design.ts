import type { FieldSpec } from '../operator/operator';
import { butterworth as design, FILTER_ORDER_MAX } from '../signal/butterworth';
import { notch as designNotch } from '../signal/notch';
import type { Section } from '../signal/sections';
import type { FilterKind } from '../signal/zero-pole';
import type { AggregateInput } from './aggregate';
import { choiceOption, numberOption } from './options';
import { designed, SAMPLE_HZ, sampleHzOf } from './signal-options';

const ORDER_DEFAULT = 4;
const QUALITY_DEFAULT = 30;

/** What passes a Butterworth filter. */
export const BUTTERWORTH_KIND: FieldSpec = { name: 'kind', type: "'lowpass' | 'highpass' | 'bandpass' | 'bandstop'", default: 'lowpass', doc: 'What passes: what is below or above one frequency, what is between two, or all but that.' };
/** How steep a Butterworth filter is. */
export const BUTTERWORTH_ORDER: FieldSpec = { name: 'order', type: 'number', default: ORDER_DEFAULT, doc: `Steepness, 6 dB per octave each, 1 to ${FILTER_ORDER_MAX}; bands have twice as many poles.` };
/** What a notch filter takes out. */
export const NOTCH_FREQUENCY: FieldSpec = { name: 'frequencyHz', type: 'number', unit: 'Hz', doc: 'The frequency that is taken out, for example 50 of the mains; below sampleHz / 2.' };
/** How narrow a notch filter is. */
export const NOTCH_QUALITY: FieldSpec = { name: 'quality', type: 'number', default: QUALITY_DEFAULT, doc: 'frequencyHz / width of the notch at -3 dB.' };

/** What a Butterworth filter is described by. */
export const BUTTERWORTH_OPTIONS: readonly FieldSpec[] = [
  SAMPLE_HZ,
  BUTTERWORTH_KIND,
  BUTTERWORTH_ORDER,
  { name: 'cutoffHz', type: 'number', unit: 'Hz', doc: 'Where lowpass and highpass have -3 dB; above 0 and below sampleHz / 2.' },
  { name: 'lowHz', type: 'number', unit: 'Hz', doc: 'Lower edge of a band.' },
  { name: 'highHz', type: 'number', unit: 'Hz', doc: 'Upper edge of a band, below sampleHz / 2.' }
];

/** What a notch filter is described by. */
export const NOTCH_OPTIONS: readonly FieldSpec[] = [SAMPLE_HZ, NOTCH_FREQUENCY, NOTCH_QUALITY];

/** The sections of the Butterworth filter that `input` describes; PlanError when it cannot be built. */
export function butterworthOf(fn: string, input: AggregateInput): readonly Section[] {
  const sampleHz = sampleHzOf(fn, input);
  const kind = choiceOption<FilterKind>(fn, input, 'kind', ['lowpass', 'highpass', 'bandpass', 'bandstop']);
  const order = numberOption(fn, input, { name: 'order', default: ORDER_DEFAULT, min: 1, max: FILTER_ORDER_MAX, whole: true, advice: `Leave it out for ${ORDER_DEFAULT}.` });
  const edge = (name: string): number => numberOption(fn, input, { name, min: 0, max: sampleHz / 2, whole: false, advice: `A ${kind} needs it, in Hz, above 0 and below half of sampleHz ${sampleHz}.` });
  const edgesHz = kind === 'lowpass' || kind === 'highpass' ? [edge('cutoffHz')] : [edge('lowHz'), edge('highHz')];
  return designed(fn, input, () => design({ order, kind, edgesHz, sampleHz }));
}

/** The section of the notch filter that `input` describes; PlanError when it cannot be built. */
export function notchOf(fn: string, input: AggregateInput): readonly Section[] {
  const sampleHz = sampleHzOf(fn, input);
  const frequencyHz = numberOption(fn, input, { name: 'frequencyHz', min: 0, max: sampleHz / 2, whole: false, advice: `Give a frequency in Hz below half of sampleHz ${sampleHz}.` });
  const quality = numberOption(fn, input, { name: 'quality', default: QUALITY_DEFAULT, min: 0.1, max: 100_000, whole: false, advice: `Leave it out for ${QUALITY_DEFAULT}.` });
  return designed(fn, input, () => [designNotch({ frequencyHz, sampleHz, quality })]);
}
