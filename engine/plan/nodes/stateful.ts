/** Operators that remember earlier rows of a key. */
export type StatefulNode = never;

/** The config of each operator of `StatefulNode`, read strictly from untrusted JSON. */
export const statefulParsers = {};
