import type { Batch } from '../batch/batch';
import { assert } from '../error';
import { chooseLoop } from './logic-loops';
import { prepareBool } from './prepare-bool';
import { presence } from './prepare-number';
import { prepareText, textToInteger } from './prepare-text';
import { codePointCount } from './text-tables';
import type { Typed, TypedApply } from './typed';
import type { PreparedNode, Vector } from './vector';
import { constantNode, frozen, Scratch } from './vector';

type Int32Node = PreparedNode<Vector<Int32Array>>;

/** A prepared node for an expression of type int32. */
export function prepareInt32(node: Typed): Int32Node {
  if (node.kind === 'constant') return constantNode(Int32Array.of(Number(node.value ?? 0)), node.value === null);
  if (node.kind === 'column') return { mask: -1, run: batch => int32Column(batch, node.index) };
  assert(node.kind === 'apply', 'nothing is cast to int32');
  return prepareApply(node);
}

function int32Column(batch: Batch, index: number): Vector<Int32Array> {
  const column = batch.columns[index];
  assert(column?.kind === 'int32', `column ${index} is int32`);
  return column;
}

function prepareApply(node: TypedApply): Int32Node {
  const [first, second, third] = node.args;
  assert(first !== undefined, 'a call has an argument');
  if (node.primitive === 'length') return textToInteger(prepareText(first), codePointCount);
  assert(second !== undefined, `${node.primitive} has two arguments`);
  if (node.primitive === 'coalesce') return coalesce(prepareInt32(first), prepareInt32(second));
  assert(node.primitive === 'if' && third !== undefined, `${node.primitive} gives int32`);
  return choose(prepareBool(first), prepareInt32(second), prepareInt32(third));
}

function choose(test: PreparedNode<Vector<Uint8Array>>, a: Int32Node, b: Int32Node): Int32Node {
  const scratch = new Scratch();
  const run = (batch: Batch): Vector<Int32Array> => {
    const decision = test.run(batch);
    const left = a.run(batch);
    const right = b.run(batch);
    const out = scratch.i32(batch.rowCount);
    const validity = left.validity === null && right.validity === null ? null : scratch.validity(batch.rowCount);
    chooseLoop(out, validity, decision, test.mask, left, a.mask, right, b.mask, batch.rowCount);
    return { values: out, validity };
  };
  return frozen({ mask: -1, run }, [test, a, b]);
}

function coalesce(a: Int32Node, b: Int32Node): Int32Node {
  const scratch = new Scratch();
  const run = (batch: Batch): Vector<Int32Array> => {
    const left = a.run(batch);
    if (left.validity === null && a.mask !== 0) return left;
    const right = b.run(batch);
    const out = scratch.i32(batch.rowCount);
    const validity = right.validity === null ? null : scratch.validity(batch.rowCount);
    chooseLoop(out, validity, presence(left), left.validity === null ? 0 : a.mask, left, a.mask, right, b.mask, batch.rowCount);
    return { values: out, validity };
  };
  return frozen({ mask: -1, run }, [a, b]);
}
