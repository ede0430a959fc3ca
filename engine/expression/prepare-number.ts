import type { Batch } from '../batch/batch';
import { assert } from '../error';
import { chooseLoop } from './logic-loops';
import { numberBinary, numberUnary } from './number-loops';
import type { Choice } from './prepare-choice';
import { chosen, coalesced } from './prepare-choice';
import { prepareBool } from './prepare-bool';
import { prepareInt32 } from './prepare-int32';
import { prepareInt64 } from './prepare-int64';
import type { ArithmeticPrimitive, Typed, TypedApply, UnaryPrimitive } from './typed';
import type { PreparedNode, Vector } from './vector';
import { bothValid, constantNode, frozen, Scratch } from './vector';

type NumberNode = PreparedNode<Vector<Float64Array>>;

const choice: Choice<Float64Array> = { allocate: (scratch, rowCount) => scratch.f64(rowCount), loop: chooseLoop };

/** A prepared node for an expression of type float64 or timestampMs. */
export function prepareNumber(node: Typed): NumberNode {
  if (node.kind === 'constant') return constantNode(Float64Array.of(Number(node.value ?? 0)), node.value === null);
  if (node.kind === 'column') return { mask: -1, run: batch => numberColumn(batch, node.index) };
  if (node.kind === 'cast') return widened(node.operand);
  return prepareApply(node);
}

function numberColumn(batch: Batch, index: number): Vector<Float64Array> {
  const column = batch.columns[index];
  assert(column?.kind === 'float64' || column?.kind === 'timestampMs', `column ${index} is float64 or timestampMs`);
  return column;
}

function widened(operand: Typed): NumberNode {
  switch (operand.type) {
    case 'timestampMs':
      return prepareNumber(operand);
    case 'int64':
      return widenInt64(prepareInt64(operand));
    case 'int32':
      return widenNumbers(prepareInt32(operand));
    default:
      assert(operand.kind === 'column' && operand.type === 'float32', 'only a column is float32');
      return widenNumbers({ mask: -1, run: batch => float32Column(batch, operand.index) });
  }
}

function float32Column(batch: Batch, index: number): Vector<Float32Array> {
  const column = batch.columns[index];
  assert(column?.kind === 'float32', `column ${index} is float32`);
  return column;
}

function widenNumbers(operand: PreparedNode<Vector<Int32Array> | Vector<Float32Array>>): NumberNode {
  const scratch = new Scratch();
  const run = (batch: Batch): Vector<Float64Array> => {
    const { values, validity } = operand.run(batch);
    const out = scratch.f64(batch.rowCount);
    for (let row = 0; row < batch.rowCount; row++) out[row] = values[row]!;
    return { values: out, validity };
  };
  return frozen({ mask: -1, run }, [operand]);
}

function widenInt64(operand: PreparedNode<Vector<BigInt64Array>>): NumberNode {
  const scratch = new Scratch();
  const run = (batch: Batch): Vector<Float64Array> => {
    const { values, validity } = operand.run(batch);
    const out = scratch.f64(batch.rowCount);
    for (let row = 0; row < batch.rowCount; row++) out[row] = Number(values[row]!);
    return { values: out, validity };
  };
  return frozen({ mask: -1, run }, [operand]);
}

function prepareApply(node: TypedApply): NumberNode {
  const [first, second, third] = node.args;
  assert(first !== undefined, 'a call has an argument');
  if (node.primitive === 'if') {
    assert(second !== undefined && third !== undefined, 'if has three arguments');
    return chosen(choice, prepareBool(first), prepareNumber(second), prepareNumber(third));
  }
  if (second === undefined) return unary(node.primitive as UnaryPrimitive, prepareNumber(first));
  if (node.primitive === 'coalesce') return coalesced(choice, prepareNumber(first), prepareNumber(second));
  return binary(node.primitive as ArithmeticPrimitive, prepareNumber(first), prepareNumber(second));
}

function unary(primitive: UnaryPrimitive, operand: NumberNode): NumberNode {
  const loop = numberUnary[primitive];
  const scratch = new Scratch();
  const run = (batch: Batch): Vector<Float64Array> => {
    const { values, validity } = operand.run(batch);
    const out = scratch.f64(batch.rowCount);
    loop(out, values, batch.rowCount);
    return { values: out, validity };
  };
  return frozen({ mask: -1, run }, [operand]);
}

function binary(primitive: ArithmeticPrimitive, a: NumberNode, b: NumberNode): NumberNode {
  const loop = numberBinary[primitive];
  const scratch = new Scratch();
  const run = (batch: Batch): Vector<Float64Array> => {
    const left = a.run(batch);
    const right = b.run(batch);
    const out = scratch.f64(batch.rowCount);
    loop(out, left.values, a.mask, right.values, b.mask, batch.rowCount);
    return { values: out, validity: bothValid(scratch, batch.rowCount, left.validity, a.mask, right.validity, b.mask) };
  };
  return frozen({ mask: -1, run }, [a, b]);
}
