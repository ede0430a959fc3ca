import { assert } from '../error';
import type { NumberLoops } from './arithmetic-loops';
import { arithmeticLoops } from './arithmetic-loops';
import type { Fused } from './fuse';
import { Fusion } from './fuse';
import { chooseLoop } from './logic-loops';
import type { Choice } from './prepare-choice';
import { chosen, coalesced } from './prepare-choice';
import { prepareBool } from './prepare-bool';
import { prepareInt32 } from './prepare-int32';
import { prepareInt64 } from './prepare-int64';
import type { ArithmeticPrimitive, Typed, TypedApply, UnaryPrimitive } from './typed';
import { unaryLoops, widenFloat32, widenInt32, widenInt64 } from './unary-loops';
import type { Block, PreparedNode, Vector } from './vector';
import { BLOCK_ROWS, bothValid, constantNode, frozen, oneRow, Scratch, viewOf } from './vector';

export type NumberNode = PreparedNode<Vector<Float64Array>>;

const choice: Choice<Float64Array> = { allocate: scratch => scratch.f64(), loop: chooseLoop };

/** A prepared node for an expression of type float64 or timestampMs. */
export function prepareNumber(node: Typed, fusion = new Fusion()): NumberNode {
  if (node.kind === 'constant') return constantNode(Float64Array.of(Number(node.value ?? 0)), node.value === null);
  if (node.kind === 'column') return { mask: -1, run: block => numberColumn(block, node.index) };
  if (node.kind === 'cast') return widened(node.operand);
  return prepareApply(node, fusion);
}

function numberColumn(block: Block, index: number): Vector<Float64Array> {
  const column = block.batch.columns[index];
  assert(column?.kind === 'float64' || column?.kind === 'timestampMs', `column ${index} is float64 or timestampMs`);
  return viewOf(column, block);
}

function widened(operand: Typed): NumberNode {
  switch (operand.type) {
    case 'timestampMs':
      return prepareNumber(operand);
    case 'int64':
      return converted(prepareInt64(operand), widenInt64);
    case 'int32':
      return converted(prepareInt32(operand), widenInt32);
    default:
      assert(operand.kind === 'column' && operand.type === 'float32', 'only a column is float32');
      return converted({ mask: -1, run: block => float32Column(block, operand.index) }, widenFloat32);
  }
}

function float32Column(block: Block, index: number): Vector<Float32Array> {
  const column = block.batch.columns[index];
  assert(column?.kind === 'float32', `column ${index} is float32`);
  return viewOf(column, block);
}

/** A node whose loop takes one operand of any type. */
function converted<Values>(operand: PreparedNode<Vector<Values>>, loop: (out: Float64Array, a: Values, count: number) => void): NumberNode {
  const scratch = operand.scratch ?? new Scratch();
  const run = (block: Block, into?: Float64Array): Vector<Float64Array> => {
    const { values, validity } = operand.run(block);
    const out = into ?? scratch.f64();
    loop(out, values, block.count);
    return { values: out, validity };
  };
  return frozen({ mask: -1, scratch, run }, [operand]);
}

function prepareApply(node: TypedApply, fusion: Fusion): NumberNode {
  const [first, second, third] = node.args;
  assert(first !== undefined, 'a call has an argument');
  if (node.primitive === 'if') {
    assert(second !== undefined && third !== undefined, 'if has three arguments');
    return chosen(choice, prepareBool(first), prepareNumber(second, fusion), prepareNumber(third, fusion));
  }
  if (node.primitive === 'coalesce' && second !== undefined) return coalesced(choice, prepareNumber(first, fusion), prepareNumber(second, fusion));
  const several = fusion.of(node);
  if (several !== null) return fused(several, fusion);
  if (second === undefined) return converted(prepareNumber(first, fusion), unaryLoops[node.primitive as UnaryPrimitive]);
  return binary(arithmeticLoops[node.primitive as ArithmeticPrimitive], prepareNumber(first, fusion), prepareNumber(second, fusion));
}

/** Several operations in one loop; constants among the operands are spread over a block. */
function fused(several: Fused, fusion: Fusion): NumberNode {
  const nodes = several.operands.map(operand => prepareNumber(operand, fusion));
  const owner = nodes.findIndex(node => node.scratch !== undefined);
  const scratch = nodes[owner]?.scratch ?? new Scratch();
  // The owner of the scratch comes first: its validity may stand where that of all is written.
  const byOwner = owner < 0 ? nodes.map((_, index) => index) : [owner, ...nodes.map((_, index) => index).filter(index => index !== owner)];
  const copies = nodes.map(node => (node.mask === 0 ? copiesOf(node) : null));
  const vectors: Vector<Float64Array>[] = [];
  const valuesAt = (index: number): Float64Array => copies[index] ?? vectors[index]!.values;
  const run = (block: Block, into?: Float64Array): Vector<Float64Array> => {
    for (let i = 0; i < nodes.length; i++) vectors[i] = nodes[i]!.run(block);
    const out = into ?? scratch.f64();
    if ('two' in several) several.two(out, valuesAt(0), valuesAt(1), block.count);
    else if ('three' in several) several.three(out, valuesAt(0), valuesAt(1), valuesAt(2), block.count);
    else several.four(out, valuesAt(0), valuesAt(1), valuesAt(2), valuesAt(3), block.count);
    let validity: Uint8Array | null = null;
    for (const i of byOwner) validity = bothValid(scratch, block.count, validity, -1, vectors[i]!.validity, nodes[i]!.mask);
    return { values: out, validity };
  };
  return frozen({ mask: -1, scratch, run }, nodes);
}

/** The value of a constant, as often as a block has rows. */
function copiesOf(constant: NumberNode): Float64Array {
  return new Float64Array(BLOCK_ROWS).fill(constant.run(oneRow).values[0]!);
}

function binary(loops: NumberLoops, a: NumberNode, b: NumberNode): NumberNode {
  const scratch = a.scratch ?? b.scratch ?? new Scratch();
  const loop = pairLoop(loops, a, b);
  const run = (block: Block, into?: Float64Array): Vector<Float64Array> => {
    const left = a.run(block);
    const right = b.run(block);
    const out = into ?? scratch.f64();
    loop(out, left.values, right.values, block.count);
    return { values: out, validity: bothValid(scratch, block.count, left.validity, a.mask, right.validity, b.mask) };
  };
  return frozen({ mask: -1, scratch, run }, [a, b]);
}

type PairLoop<Out> = (out: Out, a: Float64Array, b: Float64Array, count: number) => void;
/** Loops of an operation or comparison of doubles. */
interface OperandLoops<Out> {
  readonly pair: PairLoop<Out>;
  readonly right?: (out: Out, a: Float64Array, constant: number, count: number) => void;
  readonly left?: (out: Out, a: Float64Array, constant: number, count: number) => void;
}

/** The loop for these operands: for a constant one the loop with a constant, or the one of pairs over as many copies of it. */
export function pairLoop<Out>({ pair, right, left }: OperandLoops<Out>, a: NumberNode, b: NumberNode): PairLoop<Out> {
  if (a.mask === b.mask) return pair;
  const constant = (a.mask === 0 ? a : b).run(oneRow).values[0]!;
  if (b.mask === 0 && right !== undefined) return (out, values, _, count) => right(out, values, constant, count);
  if (a.mask === 0 && left !== undefined) return (out, _, values, count) => left(out, values, constant, count);
  const copies = copiesOf(a.mask === 0 ? a : b);
  return a.mask === 0 ? (out, _, values, count) => pair(out, copies, values, count) : (out, values, _, count) => pair(out, values, copies, count);
}
