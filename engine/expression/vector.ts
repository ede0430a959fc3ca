import type { Batch, Dictionary } from '../batch/batch';

/**
 * Values of one node over a batch. A constant has one value and mask 0, a column of values has mask -1, so that
 * `values[row & mask]` reads either and every operation is one loop. Arrays may be longer than the batch.
 */
export interface Vector<Values> {
  readonly values: Values;
  readonly validity: Uint8Array | null;
}
export interface TextVector extends Vector<Int32Array> {
  readonly dictionary: Dictionary;
}

/** A prepared node: runs over a batch and gives a vector that is valid until its next run. */
export interface PreparedNode<V> {
  readonly mask: number;
  run(batch: Batch): V;
}

/** Growing buffers of one prepared node, reused from batch to batch. */
export class Scratch {
  private f64Buffer = new Float64Array(0);
  private i64Buffer = new BigInt64Array(0);
  private i32Buffer = new Int32Array(0);
  private u8Buffer = new Uint8Array(0);
  private validityBuffer = new Uint8Array(0);

  f64(length: number): Float64Array {
    if (this.f64Buffer.length < length) this.f64Buffer = new Float64Array(grown(length));
    return this.f64Buffer;
  }
  i64(length: number): BigInt64Array {
    if (this.i64Buffer.length < length) this.i64Buffer = new BigInt64Array(grown(length));
    return this.i64Buffer;
  }
  i32(length: number): Int32Array {
    if (this.i32Buffer.length < length) this.i32Buffer = new Int32Array(grown(length));
    return this.i32Buffer;
  }
  u8(length: number): Uint8Array {
    if (this.u8Buffer.length < length) this.u8Buffer = new Uint8Array(grown(length));
    return this.u8Buffer;
  }
  validity(length: number): Uint8Array {
    if (this.validityBuffer.length < length) this.validityBuffer = new Uint8Array(grown(length));
    return this.validityBuffer;
  }
}

function grown(length: number): number {
  return length < 1024 ? 1024 : length;
}

/** Rows present on both sides: null when no row is missing, shared when only one side can miss rows. */
export function bothValid(scratch: Scratch, rowCount: number, a: Uint8Array | null, aMask: number, b: Uint8Array | null, bMask: number): Uint8Array | null {
  if (a === null && b === null) return null;
  if (b === null && aMask !== 0) return a;
  if (a === null && bMask !== 0) return b;
  const out = scratch.validity(rowCount);
  for (let row = 0; row < rowCount; row++) out[row] = (a === null ? 1 : a[row & aMask]!) & (b === null ? 1 : b[row & bMask]!);
  return out;
}

/** A batch of one row without columns, over which constant subexpressions are computed when they are prepared. */
export const oneRow: Batch = { schema: { fields: [] }, rowCount: 1, columns: [], eventTimeMs: new Float64Array(1), at: new Float64Array(1) };

/** A typed array, as far as cutting off its first values goes. */
export interface Sliceable<Values> {
  slice(start: number, end: number): Values;
}

/** `node`, or its one value if all it depends on is constant. */
export function frozen<Values extends Sliceable<Values>>(node: PreparedNode<Vector<Values>>, operands: readonly PreparedNode<unknown>[]): PreparedNode<Vector<Values>> {
  if (operands.some(operand => operand.mask !== 0)) return node;
  const { values, validity } = node.run(oneRow);
  return constantNode(values.slice(0, 1), validity !== null && validity[0] !== 1);
}

/** A node of one value. */
export function constantNode<Values>(values: Values, isNull: boolean): PreparedNode<Vector<Values>> {
  const vector: Vector<Values> = { values, validity: isNull ? new Uint8Array(1) : null };
  return { mask: 0, run: () => vector };
}
