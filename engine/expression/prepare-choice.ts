import type { Batch } from '../batch/batch';
import type { PreparedNode, Sliceable, Vector } from './vector';
import { frozen, Scratch } from './vector';

type BoolVector = Vector<Uint8Array>;
export type ChooseLoop<Values> = (out: Values, outValid: Uint8Array | null, test: BoolVector, testMask: number, a: Vector<Values>, aMask: number, b: Vector<Values>, bMask: number, rowCount: number) => void;

/** What choosing between values of one array type takes: room for the results, and the loop. */
export interface Choice<Values> {
  allocate(scratch: Scratch, rowCount: number): Values;
  readonly loop: ChooseLoop<Values>;
}

/** `test ? a : b`, where a test that is null takes `b`. */
export function chosen<Values extends Sliceable<Values>>(choice: Choice<Values>, test: PreparedNode<BoolVector>, a: PreparedNode<Vector<Values>>, b: PreparedNode<Vector<Values>>): PreparedNode<Vector<Values>> {
  const scratch = new Scratch();
  const run = (batch: Batch): Vector<Values> => {
    const decision = test.run(batch);
    const left = a.run(batch);
    const right = b.run(batch);
    const out = choice.allocate(scratch, batch.rowCount);
    const validity = left.validity === null && right.validity === null ? null : scratch.validity(batch.rowCount);
    choice.loop(out, validity, decision, test.mask, left, a.mask, right, b.mask, batch.rowCount);
    return { values: out, validity };
  };
  return frozen({ mask: -1, run }, [test, a, b]);
}

const present = Uint8Array.of(1);

/** `a`, or `b` where `a` is null. */
export function coalesced<Values extends Sliceable<Values>>(choice: Choice<Values>, a: PreparedNode<Vector<Values>>, b: PreparedNode<Vector<Values>>): PreparedNode<Vector<Values>> {
  const scratch = new Scratch();
  const run = (batch: Batch): Vector<Values> => {
    const left = a.run(batch);
    if (left.validity === null && a.mask !== 0) return left;
    const right = b.run(batch);
    const out = choice.allocate(scratch, batch.rowCount);
    const validity = right.validity === null ? null : scratch.validity(batch.rowCount);
    const isPresent: BoolVector = { values: left.validity ?? present, validity: null };
    choice.loop(out, validity, isPresent, left.validity === null ? 0 : a.mask, left, a.mask, right, b.mask, batch.rowCount);
    return { values: out, validity };
  };
  return frozen({ mask: -1, run }, [a, b]);
}
