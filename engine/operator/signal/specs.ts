/** The operators of `plan/nodes/signal.ts` by name. */
export const signalSpecs = {} as const;
