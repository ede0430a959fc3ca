import { assert } from '../error';
import type { Int64Primitive, Int64UnaryPrimitive } from './int64-loops';
import { int64Binary, int64Unary } from './int64-loops';
import { chooseInt64Loop } from './logic-loops';
import type { Choice } from './prepare-choice';
import { chosen, coalesced } from './prepare-choice';
import { prepareBool } from './prepare-bool';
import { prepareInt32 } from './prepare-int32';
import type { Typed, TypedApply } from './typed';
import type { Block, PreparedNode, Vector } from './vector';
import { bothValid, constantNode, frozen, Scratch, viewOf } from './vector';

type Int64Node = PreparedNode<Vector<BigInt64Array>>;

const choice: Choice<BigInt64Array> = { allocate: scratch => scratch.i64(), loop: chooseInt64Loop };

/** A prepared node for an expression of type int64; exact, null where a result leaves the range. */
export function prepareInt64(node: Typed): Int64Node {
  if (node.kind === 'constant') return constantNode(BigInt64Array.of(typeof node.value === 'bigint' ? node.value : 0n), node.value === null);
  if (node.kind === 'column') return { mask: -1, run: block => int64Column(block, node.index) };
  if (node.kind === 'cast') return fromInt32(prepareInt32(node.operand));
  return prepareApply(node);
}

function int64Column(block: Block, index: number): Vector<BigInt64Array> {
  const column = block.batch.columns[index];
  assert(column?.kind === 'int64', `column ${index} is int64`);
  return viewOf(column, block);
}

function fromInt32(operand: PreparedNode<Vector<Int32Array>>): Int64Node {
  const scratch = new Scratch();
  const run = (block: Block): Vector<BigInt64Array> => {
    const { values, validity } = operand.run(block);
    const out = scratch.i64();
    for (let row = 0; row < block.count; row++) out[row] = BigInt(values[row]!);
    return { values: out, validity };
  };
  return frozen({ mask: -1, run }, [operand]);
}

function prepareApply(node: TypedApply): Int64Node {
  const [first, second, third] = node.args;
  assert(first !== undefined, 'a call has an argument');
  if (node.primitive === 'if') {
    assert(second !== undefined && third !== undefined, 'if has three arguments');
    return chosen(choice, prepareBool(first), prepareInt64(second), prepareInt64(third));
  }
  if (second === undefined) return unary(node, prepareInt64(first));
  if (node.primitive === 'coalesce') return coalesced(choice, prepareInt64(first), prepareInt64(second));
  return binary(node, prepareInt64(first), prepareInt64(second));
}

/** Validity to write overflows into: a copy of what is valid so far, or null if no overflow is possible. */
function writableValidity(scratch: Scratch, rowCount: number, validity: Uint8Array | null): Uint8Array {
  const out = scratch.validity();
  if (validity === null) out.fill(1, 0, rowCount);
  else if (validity !== out) out.set(validity.subarray(0, rowCount));
  return out;
}

function unary(node: TypedApply, operand: Int64Node): Int64Node {
  const loop = int64Unary[node.primitive as Int64UnaryPrimitive];
  const scratch = new Scratch();
  const run = (block: Block): Vector<BigInt64Array> => {
    const { values, validity } = operand.run(block);
    const out = scratch.i64();
    const valid = writableValidity(scratch, block.count, validity);
    loop(out, valid, values, block.count);
    return { values: out, validity: node.nullable ? valid : null };
  };
  return frozen({ mask: -1, run }, [operand]);
}

function binary(node: TypedApply, a: Int64Node, b: Int64Node): Int64Node {
  const loop = int64Binary[node.primitive as Int64Primitive];
  const scratch = new Scratch();
  const run = (block: Block): Vector<BigInt64Array> => {
    const left = a.run(block);
    const right = b.run(block);
    const out = scratch.i64();
    const valid = writableValidity(scratch, block.count, bothValid(scratch, block.count, left.validity, a.mask, right.validity, b.mask));
    loop(out, valid, left.values, a.mask, right.values, b.mask, block.count);
    return { values: out, validity: node.nullable ? valid : null };
  };
  return frozen({ mask: -1, run }, [a, b]);
}
