/** Operators on signals. */
export type SignalNode = never;

/** The config of each operator of `SignalNode`, read strictly from untrusted JSON. */
export const signalParsers = {};
