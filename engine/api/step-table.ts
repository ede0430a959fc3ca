import type { StreamBuilder } from './stream-builder';

/** The steps of one area: what each makes of the rows before it. */
export type StepTable = Readonly<Record<string, (this: StreamBuilder, ...args: never[]) => unknown>>;
