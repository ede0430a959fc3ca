import { assert } from '../error';
import { chooseLoop } from './logic-loops';
import type { Choice } from './prepare-choice';
import { chosen, coalesced } from './prepare-choice';
import { prepareBool } from './prepare-bool';
import { prepareText, textToInteger } from './prepare-text';
import { codePointCount } from './text-tables';
import type { Typed, TypedApply } from './typed';
import type { Block, PreparedNode, Vector } from './vector';
import { constantNode, viewOf } from './vector';

type Int32Node = PreparedNode<Vector<Int32Array>>;

const choice: Choice<Int32Array> = { allocate: scratch => scratch.i32(), loop: chooseLoop };

/** A prepared node for an expression of type int32. */
export function prepareInt32(node: Typed): Int32Node {
  if (node.kind === 'constant') return constantNode(Int32Array.of(Number(node.value ?? 0)), node.value === null);
  if (node.kind === 'column') return { mask: -1, run: block => int32Column(block, node.index) };
  assert(node.kind === 'apply', 'nothing is cast to int32');
  return prepareApply(node);
}

function int32Column(block: Block, index: number): Vector<Int32Array> {
  const column = block.batch.columns[index];
  assert(column?.kind === 'int32', `column ${index} is int32`);
  return viewOf(column, block);
}

function prepareApply(node: TypedApply): Int32Node {
  const [first, second, third] = node.args;
  assert(first !== undefined, 'a call has an argument');
  if (node.primitive === 'length') return textToInteger(prepareText(first), codePointCount);
  assert(second !== undefined, `${node.primitive} has two arguments`);
  if (node.primitive === 'coalesce') return coalesced(choice, prepareInt32(first), prepareInt32(second));
  assert(node.primitive === 'if' && third !== undefined, `${node.primitive} gives int32`);
  return chosen(choice, prepareBool(first), prepareInt32(second), prepareInt32(third));
}
