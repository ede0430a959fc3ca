import type { Block, PreparedNode, Sliceable, Vector } from './vector';
import { frozen, Scratch } from './vector';

type BoolVector = Vector<Uint8Array>;
export type ChooseLoop<Values> = (out: Values, outValid: Uint8Array | null, test: BoolVector, testMask: number, a: Vector<Values>, aMask: number, b: Vector<Values>, bMask: number, rowCount: number) => void;

/** What choosing between values of one array type takes: room for the results, and the loop. */
export interface Choice<Values> {
  allocate(scratch: Scratch): Values;
  readonly loop: ChooseLoop<Values>;
}

/** `test ? a : b`, where a test that is null takes `b`. */
export function chosen<Values extends Sliceable<Values>>(choice: Choice<Values>, test: PreparedNode<BoolVector>, a: PreparedNode<Vector<Values>>, b: PreparedNode<Vector<Values>>): PreparedNode<Vector<Values>> {
  const scratch = new Scratch();
  const run = (block: Block, into?: Values): Vector<Values> => {
    const decision = test.run(block);
    const left = a.run(block);
    const right = b.run(block);
    const out = into ?? choice.allocate(scratch);
    const validity = left.validity === null && right.validity === null ? null : scratch.validity();
    choice.loop(out, validity, decision, test.mask, left, a.mask, right, b.mask, block.count);
    return { values: out, validity };
  };
  return frozen({ mask: -1, scratch, run }, [test, a, b]);
}

const present = Uint8Array.of(1);

/** `a`, or `b` where `a` is null. */
export function coalesced<Values extends Sliceable<Values>>(choice: Choice<Values>, a: PreparedNode<Vector<Values>>, b: PreparedNode<Vector<Values>>): PreparedNode<Vector<Values>> {
  const scratch = new Scratch();
  const run = (block: Block, into?: Values): Vector<Values> => {
    const left = a.run(block);
    if (left.validity === null && a.mask !== 0) return left;
    const right = b.run(block);
    const out = into ?? choice.allocate(scratch);
    const validity = right.validity === null ? null : scratch.validity();
    const isPresent: BoolVector = { values: left.validity ?? present, validity: null };
    choice.loop(out, validity, isPresent, left.validity === null ? 0 : a.mask, left, a.mask, right, b.mask, block.count);
    return { values: out, validity };
  };
  return frozen({ mask: -1, scratch, run }, [a, b]);
}
