import { butterworth } from './butterworth';
import { notch } from './notch';
import { resample } from './resample';
import { signal } from './signal';

/** The operators of `plan/nodes/signal.ts` by name. */
export const signalSpecs = { signal, butterworth, notch, resample } as const;
