import type { Row } from '../row-types';
import type { StepTable } from '../step-table';

/** What `shapingSteps` does, with types that know the columns `R` and the keys `K`. */
export interface ShapingSteps<R extends Row, K extends string> {}

export const shapingSteps: StepTable = {};
