import { didYouMean } from '../did-you-mean';
import { PlanError } from '../error';
import type { AggregateSpec } from './aggregate';
import { count } from './count';
import { first } from './first';
import { last } from './last';
import { max } from './max';
import { mean } from './mean';
import { min } from './min';
import { rms } from './rms';
import { stddev } from './stddev';
import { sum } from './sum';
import { welchPeak } from './welch-peak';

/** Every aggregate by its name in a Plan. */
export const aggregateSpecs: Readonly<Record<string, AggregateSpec>> = { count, sum, mean, min, max, first, last, stddev, rms, welchPeak };

/** The aggregate called `fn`; PlanError with the known names when there is none. */
export function aggregateSpec(fn: string, path: string): AggregateSpec {
  const spec = Object.hasOwn(aggregateSpecs, fn) ? aggregateSpecs[fn] : undefined;
  if (spec !== undefined) return spec;
  const names = Object.keys(aggregateSpecs);
  throw new PlanError('UNKNOWN_AGGREGATE', `aggregate "${fn}" at ${path}: no such aggregate; there are ${names.join(', ')}.${didYouMean(fn, names)}`, { details: { path } });
}
