/** Longest source text of one expression, in UTF-16 units. */
export const SOURCE_LENGTH_MAX = 8192;
/** Most nodes of one expression. */
export const NODES_MAX = 1000;
/** Deepest nesting of one expression. */
export const DEPTH_MAX = 100;
/** Longest text literal, parameter or name, in UTF-16 units. */
export const TEXT_LENGTH_MAX = 4096;
