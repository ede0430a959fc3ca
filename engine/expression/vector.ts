import type { Batch, Dictionary } from '../batch/batch';

/** Rows that are computed together: their values of all steps of an expression stay in the nearest cache. */
export const BLOCK_ROWS = 1024;

/** Rows [from, from + count) of a batch, at most `BLOCK_ROWS`. Blocks of a batch come in order, the first `from` 0. */
export interface Block {
  readonly batch: Batch;
  readonly from: number;
  readonly count: number;
}

/**
 * Values of one node over a block, from index 0. A constant has one value and mask 0, a column of values has mask -1, so
 * that `values[i & mask]` reads either. Arrays may be longer than the block.
 */
export interface Vector<Values> {
  readonly values: Values;
  readonly validity: Uint8Array | null;
}
export interface TextVector extends Vector<Int32Array> {
  readonly dictionary: Dictionary;
}

/** A prepared node: runs over a block and gives a vector that is valid until its next run. */
export interface PreparedNode<V extends Vector<unknown>> {
  readonly mask: number;
  /** Buffers that its parent may write over, once it has read the result. */
  readonly scratch?: Scratch;
  /** The values go to `into` when the node computes them and it is given. */
  run(block: Block, into?: V['values']): V;
}

/** Buffers of one prepared node, of a block's length and reused from block to block. */
export class Scratch {
  private f64Buffer: Float64Array | null = null;
  private i64Buffer: BigInt64Array | null = null;
  private i32Buffer: Int32Array | null = null;
  private u8Buffer: Uint8Array | null = null;
  private validityBuffer: Uint8Array | null = null;

  f64(): Float64Array {
    return (this.f64Buffer ??= new Float64Array(BLOCK_ROWS));
  }
  i64(): BigInt64Array {
    return (this.i64Buffer ??= new BigInt64Array(BLOCK_ROWS));
  }
  i32(): Int32Array {
    return (this.i32Buffer ??= new Int32Array(BLOCK_ROWS));
  }
  u8(): Uint8Array {
    return (this.u8Buffer ??= new Uint8Array(BLOCK_ROWS));
  }
  validity(): Uint8Array {
    return (this.validityBuffer ??= new Uint8Array(BLOCK_ROWS));
  }
}

/** A typed array, as far as taking parts of it goes. */
export interface Sliceable<Values> {
  slice(start: number, end: number): Values;
}
interface Viewable<Values> {
  subarray(start: number, end: number): Values;
}

/** The rows of `block` of a column's values; nothing is copied. */
export function viewOf<Values extends Viewable<Values>>(column: Vector<Values>, { from, count }: Block): Vector<Values> {
  if (from === 0) return column;
  return { values: column.values.subarray(from, from + count), validity: column.validity === null ? null : column.validity.subarray(from, from + count) };
}

/** Rows present on both sides: null when no row is missing, shared when only one side can miss rows. */
export function bothValid(scratch: Scratch, rowCount: number, a: Uint8Array | null, aMask: number, b: Uint8Array | null, bMask: number): Uint8Array | null {
  if (a === null && b === null) return null;
  if (b === null && aMask !== 0) return a;
  if (a === null && bMask !== 0) return b;
  const out = scratch.validity();
  for (let row = 0; row < rowCount; row++) out[row] = (a === null ? 1 : a[row & aMask]!) & (b === null ? 1 : b[row & bMask]!);
  return out;
}

/** A block of one row without columns, over which constant subexpressions are computed when they are prepared. */
export const oneRow: Block = { batch: { schema: { fields: [] }, rowCount: 1, columns: [], eventTimeMs: new Float64Array(1), at: new Float64Array(1) }, from: 0, count: 1 };

/** `node`, or its one value if all it depends on is constant. */
export function frozen<Values extends Sliceable<Values>>(node: PreparedNode<Vector<Values>>, operands: readonly { readonly mask: number }[]): PreparedNode<Vector<Values>> {
  if (operands.some(operand => operand.mask !== 0)) return node;
  const { values, validity } = node.run(oneRow);
  return constantNode(values.slice(0, 1), validity !== null && validity[0] !== 1);
}

/** A node of one value. */
export function constantNode<Values>(values: Values, isNull: boolean): PreparedNode<Vector<Values>> {
  const vector: Vector<Values> = { values, validity: isNull ? new Uint8Array(1) : null };
  return { mask: 0, run: () => vector };
}
