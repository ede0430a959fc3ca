import { LittoralError, PlanError } from '../error';
import type { FieldSpec } from '../operator/operator';
import type { AggregateInput } from './aggregate';
import { numberOption } from './options';
import { SIGNAL_LIMITS } from './signal-buffer';

export const SAMPLE_HZ: FieldSpec = { name: 'sampleHz', type: 'number', unit: 'Hz', doc: 'Samples per second.' };

const SEGMENT_DEFAULT = 256;
export const SEGMENT_SIZE: FieldSpec = { name: 'segmentSize', type: 'number', unit: 'samples', default: SEGMENT_DEFAULT, doc: "Samples of a segment (SciPy's nperseg); the resolution is sampleHz / segmentSize. A shorter signal is one segment." };

/** The sampling rate of `fn`. */
export function sampleHzOf(fn: string, input: AggregateInput): number {
  const { sampleHz } = input.options;
  if (typeof sampleHz === 'number' && sampleHz > 0 && Number.isFinite(sampleHz)) return sampleHz;
  throw new PlanError('AGGREGATE_OPTION', `${fn} at ${input.path}: sampleHz is ${sampleHz === undefined ? 'missing' : JSON.stringify(sampleHz)}, expected a number above 0. Say how many samples the signal has per second, e.g. { sampleHz: 1000 }.`, {
    details: { path: input.path, option: 'sampleHz' }
  });
}

/** The segment of `fn`, or 256. */
export function segmentSizeOf(fn: string, input: AggregateInput): number {
  return numberOption(fn, input, { name: 'segmentSize', default: SEGMENT_DEFAULT, min: 1, max: SIGNAL_LIMITS.cellSamplesMax, whole: true, advice: `Leave it out for ${SEGMENT_DEFAULT}.` });
}

/** A frequency from 0 to half the sampling rate. */
export function frequencyOf(fn: string, input: AggregateInput, name: string, sampleHz: number): number {
  return numberOption(fn, input, { name, min: 0, max: sampleHz / 2, whole: false, advice: `Give a frequency in Hz up to half of sampleHz ${sampleHz}.` });
}

/** An option that may be left out. */
export function optionalNumberOf(fn: string, input: AggregateInput, name: string, least: number): number | undefined {
  return input.options[name] === undefined ? undefined : numberOption(fn, input, { name, min: least, max: Number.MAX_VALUE, whole: false, advice: 'Leave it out for no such bound.' });
}

/** What `design` gives; a PlanError when its parameters do not fit one another. */
export function designed<T>(fn: string, input: AggregateInput, design: () => T): T {
  try {
    return design();
  } catch (error) {
    if (!(error instanceof LittoralError)) throw error;
    throw new PlanError('AGGREGATE_OPTION', `${fn} at ${input.path}: ${error.message}.`, { details: { path: input.path }, cause: error });
  }
}
