import { butterworth } from './butterworth';
import { notch } from './notch';
import { signal } from './signal';

/** The operators of `plan/nodes/signal.ts` by name. */
export const signalSpecs = { signal, butterworth, notch } as const;
