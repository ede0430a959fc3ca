import type { Row } from '../row-types';
import type { StepTable } from '../step-table';

/** What `signalSteps` does, with types that know the columns `R` and the keys `K`. */
export interface SignalSteps<R extends Row, K extends string> {}

export const signalSteps: StepTable = {};
