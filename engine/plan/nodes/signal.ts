import { columnName, columnNames } from '../column-names';
import { ObjectReader, planInvalid } from '../json-reader';
import { PLAN_LIMITS } from '../limits';
import type { UnaryNode } from '../plan';
import type { AggregateUse } from './aggregate-use';
import { parseAggregateUse } from './aggregate-use';

/** Operators on signals. */
export type SignalNode = SignalFeaturesNode | ButterworthNode | NotchNode | ResampleNode;

/** Adds what is computed from the signal in each row. */
export interface SignalFeaturesNode extends UnaryNode {
  readonly op: 'signal';
  readonly config: { readonly features: readonly AggregateUse[] };
}

/** What a filter with carried state does with its column. */
export interface CarriedFilter {
  readonly column: string;
  readonly as: string;
  /** Begins at rest, or as if the first sample had been there for ever. */
  readonly start: 'rest' | 'settled';
}

/** Adds a column filtered by a Butterworth filter whose state goes on from row to row. */
export interface ButterworthNode extends UnaryNode {
  readonly op: 'butterworth';
  readonly config: CarriedFilter & {
    readonly sampleHz: number;
    readonly kind: 'lowpass' | 'highpass' | 'bandpass' | 'bandstop';
    readonly order: number;
    /** One edge for lowpass and highpass, two for bands. */
    readonly edgesHz: readonly number[];
  };
}

/** Adds a column without one frequency, by a filter whose state goes on from row to row. */
export interface NotchNode extends UnaryNode {
  readonly op: 'notch';
  readonly config: CarriedFilter & { readonly sampleHz: number; readonly frequencyHz: number; readonly quality: number };
}

/** Gives the rows of each key at regular times. */
export interface ResampleNode extends UnaryNode {
  readonly op: 'resample';
  readonly config: {
    readonly columns: readonly string[];
    readonly everyMs: number;
    readonly method: 'linear' | 'hold' | 'null';
    readonly maxGapMs: number;
    readonly timeAs: string;
  };
}

/** The config of each operator of `SignalNode`, read strictly from untrusted JSON. */
export const signalParsers = { signal: parseFeatures, butterworth: parseButterworth, notch: parseNotch, resample: parseResample };

const EDGES_MAX = 2;

function parseFeatures(json: unknown, path: string): SignalFeaturesNode['config'] {
  const reader = new ObjectReader(json, path);
  const features = reader.list('features', 1, PLAN_LIMITS.columnsMax, parseAggregateUse);
  reader.end();
  return { features };
}

function carried(reader: ObjectReader): CarriedFilter & { readonly sampleHz: number } {
  return { column: columnName(reader, 'column'), as: columnName(reader, 'as'), start: reader.oneOf('start', ['settled', 'rest']), sampleHz: positive(reader, 'sampleHz') };
}

function parseButterworth(json: unknown, path: string): ButterworthNode['config'] {
  const reader = new ObjectReader(json, path);
  const config: ButterworthNode['config'] = {
    ...carried(reader),
    kind: reader.oneOf('kind', ['lowpass', 'highpass', 'bandpass', 'bandstop']),
    order: reader.integer('order', 1),
    edgesHz: reader.list('edgesHz', 1, EDGES_MAX, edgeOf)
  };
  reader.end();
  return config;
}

function parseNotch(json: unknown, path: string): NotchNode['config'] {
  const reader = new ObjectReader(json, path);
  const config: NotchNode['config'] = { ...carried(reader), frequencyHz: positive(reader, 'frequencyHz'), quality: positive(reader, 'quality') };
  reader.end();
  return config;
}

function parseResample(json: unknown, path: string): ResampleNode['config'] {
  const reader = new ObjectReader(json, path);
  const config: ResampleNode['config'] = {
    columns: columnNames(reader, 'columns', 1, PLAN_LIMITS.columnsMax),
    everyMs: reader.integer('everyMs', 1),
    method: reader.oneOf('method', ['linear', 'hold', 'null']),
    maxGapMs: reader.integer('maxGapMs', 1),
    timeAs: columnName(reader, 'timeAs')
  };
  reader.end();
  return config;
}

function positive(reader: ObjectReader, name: string): number {
  const value = reader.number(name, 0, Number.MAX_VALUE);
  if (value > 0) return value;
  throw planInvalid(reader.at(name), `got ${value}`, 'a number above 0');
}

function edgeOf(item: unknown, path: string): number {
  if (typeof item === 'number' && item > 0 && Number.isFinite(item)) return item;
  throw planInvalid(path, `got ${typeof item === 'number' ? item : `a ${typeof item}`}`, 'a frequency in Hz above 0');
}
