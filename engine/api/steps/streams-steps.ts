import type { Row } from '../row-types';
import type { StreamOf } from '../stages';
import type { StepTable } from '../step-table';
import type { StreamBuilder } from '../stream-builder';

/** What `streamsSteps` does, with types that know the columns `R` and the keys `K`. */
export interface StreamsSteps<R extends Row, K extends string> {
  /**
   * The rows of this stream and of others with the same columns, in the order in which they come: `north.union(south)`.
   * The watermark is the smallest of the streams that are not idle. Throws PlanError `UNION_COLUMNS`.
   */
  union(...others: readonly [StreamOf<R, K>, ...StreamOf<R, K>[]]): StreamOf<R, K>;
}

export const streamsSteps: StepTable = {
  union(this: StreamBuilder, ...others: readonly StreamBuilder[]) {
    return this.stepOnto(others, 'union', {});
  }
};
