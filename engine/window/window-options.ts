import type { Aggregate, StateSet } from '../aggregate/aggregate';
import type { StreamType } from '../operator/operator';
import type { WindowNode } from '../plan/nodes/window';
import type { Schema } from '../schema/schema';
import type { WindowLimits } from './limits';

/** What every operator of windows is made of, whatever its windows. */
export interface WindowOptions extends Pick<WindowNode['config'], 'allowedLatenessMs' | 'latePolicy' | 'emit'> {
  readonly node: string;
  readonly input: StreamType;
  /** Of the results. */
  readonly schema: Schema;
  readonly states: StateSet;
  readonly aggregates: readonly Aggregate[];
  readonly limits: WindowLimits;
}

/** Whether a window may be emitted more than once, so that its results have a column `revision`. */
export function hasRevisions({ allowedLatenessMs, emit }: Pick<WindowOptions, 'allowedLatenessMs' | 'emit'>): boolean {
  return allowedLatenessMs > 0 || emit !== 'onClose';
}
