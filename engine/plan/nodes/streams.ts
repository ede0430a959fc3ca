import { ObjectReader } from '../json-reader';
import type { ManyInputsNode } from '../plan';

/** Operators over several streams. */
export type StreamsNode = UnionNode;

/** All rows of several streams with the same columns. */
export interface UnionNode extends ManyInputsNode {
  readonly op: 'union';
  readonly config: Readonly<Record<string, never>>;
}

/** The config of each operator of `StreamsNode`, read strictly from untrusted JSON. */
export const streamsParsers = { union: parseUnion };

function parseUnion(json: unknown, path: string): UnionNode['config'] {
  new ObjectReader(json, path).end();
  return {};
}
