import type { Row } from '../row-types';
import type { StepTable } from '../step-table';

/** What `statefulSteps` does, with types that know the columns `R` and the keys `K`. */
export interface StatefulSteps<R extends Row, K extends string> {}

export const statefulSteps: StepTable = {};
