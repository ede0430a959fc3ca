/** Rows and columns brought into shape: one row in, none, one or many out, no time and no other rows needed. */
export type ShapingNode = never;

/** The config of each operator of `ShapingNode`, read strictly from untrusted JSON. */
export const shapingParsers = {};
