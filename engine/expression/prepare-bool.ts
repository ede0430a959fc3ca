import { assert } from '../error';
import type { BytePair } from './byte-loops';
import { bothBytes, eitherByte, notBytes } from './byte-loops';
import { compareLoops } from './compare-loops';
import { int64Compare } from './int64-loops';
import { andLoop, chooseLoop, orLoop } from './logic-loops';
import type { Choice } from './prepare-choice';
import { chosen, coalesced } from './prepare-choice';
import { prepareInt32 } from './prepare-int32';
import { prepareInt64 } from './prepare-int64';
import type { NumberNode } from './prepare-number';
import { pairLoop, prepareNumber } from './prepare-number';
import { prepareText, textTest } from './prepare-text';
import type { ComparePrimitive, Typed, TypedApply } from './typed';
import { nanLoop } from './unary-loops';
import type { Block, PreparedNode, Vector } from './vector';
import { bothValid, constantNode, frozen, Scratch, viewOf } from './vector';

type BoolNode = PreparedNode<Vector<Uint8Array>>;

const choice: Choice<Uint8Array> = { allocate: scratch => scratch.u8(), loop: chooseLoop };

/** A prepared node for an expression of type bool. */
export function prepareBool(node: Typed): BoolNode {
  if (node.kind === 'constant') return constantNode(Uint8Array.of(node.value === true ? 1 : 0), node.value === null);
  if (node.kind === 'column') return { mask: -1, run: block => boolColumn(block, node.index) };
  assert(node.kind === 'apply', 'nothing is cast to bool');
  return prepareApply(node);
}

function boolColumn(block: Block, index: number): Vector<Uint8Array> {
  const column = block.batch.columns[index];
  assert(column?.kind === 'bool', `column ${index} is bool`);
  return viewOf(column, block);
}

function prepareApply(node: TypedApply): BoolNode {
  const [first, second, third] = node.args;
  assert(first !== undefined, 'a call has an argument');
  switch (node.primitive) {
    case 'isNull':
      return isNull(first);
    case 'isNaN':
      return unary(prepareNumber(first), nanLoop);
    case 'not':
      return unary(prepareBool(first), notBytes);
  }
  assert(second !== undefined, `${node.primitive} has two arguments`);
  switch (node.primitive) {
    case 'and':
      return logic(andLoop, bothBytes, prepareBool(first), prepareBool(second));
    case 'or':
      return logic(orLoop, eitherByte, prepareBool(first), prepareBool(second));
    case 'startsWith':
    case 'contains':
      return textTest(node.primitive, prepareText(first), prepareText(second));
    case 'coalesce':
      return coalesced(choice, prepareBool(first), prepareBool(second));
    case 'if':
      assert(third !== undefined, 'if has three arguments');
      return chosen(choice, prepareBool(first), prepareBool(second), prepareBool(third));
    default:
      return compare(node.primitive as ComparePrimitive, first, second);
  }
}

function compare(op: ComparePrimitive, first: Typed, second: Typed): BoolNode {
  if (first.type === 'utf8') return textTest(op, prepareText(first), prepareText(second));
  if (first.type === 'int64') return binary(int64Compare[op], prepareInt64(first), prepareInt64(second));
  if (first.type === 'bool') return binary(op === '==' ? equalLoop : unequalLoop, prepareBool(first), prepareBool(second));
  return compareNumbers(op, prepareNumber(first), prepareNumber(second));
}

function compareNumbers(op: ComparePrimitive, a: NumberNode, b: NumberNode): BoolNode {
  const scratch = new Scratch();
  const loop = pairLoop(compareLoops[op], a, b);
  const run = (block: Block, into?: Uint8Array): Vector<Uint8Array> => {
    const left = a.run(block);
    const right = b.run(block);
    const out = into ?? scratch.u8();
    loop(out, left.values, right.values, block.count);
    return { values: out, validity: bothValid(scratch, block.count, left.validity, a.mask, right.validity, b.mask) };
  };
  return frozen({ mask: -1, run }, [a, b]);
}

type BinaryLoop<Values> = (out: Uint8Array, a: Values, aMask: number, b: Values, bMask: number, rowCount: number) => void;

function equalLoop(out: Uint8Array, a: Uint8Array, aMask: number, b: Uint8Array, bMask: number, rowCount: number): void {
  for (let row = 0; row < rowCount; row++) out[row] = a[row & aMask]! ^ b[row & bMask]! ^ 1;
}

function unequalLoop(out: Uint8Array, a: Uint8Array, aMask: number, b: Uint8Array, bMask: number, rowCount: number): void {
  for (let row = 0; row < rowCount; row++) out[row] = a[row & aMask]! ^ b[row & bMask]!;
}

function binary<Values>(loop: BinaryLoop<Values>, a: PreparedNode<Vector<Values>>, b: PreparedNode<Vector<Values>>): BoolNode {
  const scratch = new Scratch();
  const run = (block: Block, into?: Uint8Array): Vector<Uint8Array> => {
    const left = a.run(block);
    const right = b.run(block);
    const out = into ?? scratch.u8();
    loop(out, left.values, a.mask, right.values, b.mask, block.count);
    return { values: out, validity: bothValid(scratch, block.count, left.validity, a.mask, right.validity, b.mask) };
  };
  return frozen({ mask: -1, run }, [a, b]);
}

function unary<Values>(operand: PreparedNode<Vector<Values>>, loop: (out: Uint8Array, a: Values, rowCount: number) => void): BoolNode {
  const scratch = new Scratch();
  const run = (block: Block, into?: Uint8Array): Vector<Uint8Array> => {
    const { values, validity } = operand.run(block);
    const out = into ?? scratch.u8();
    loop(out, values, block.count);
    return { values: out, validity };
  };
  return frozen({ mask: -1, run }, [operand]);
}

/** Three-valued logic by `loop`, and by `bytes` where nothing is null. */
function logic(loop: typeof andLoop, bytes: BytePair, a: BoolNode, b: BoolNode): BoolNode {
  const scratch = new Scratch();
  const run = (block: Block, into?: Uint8Array): Vector<Uint8Array> => {
    const left = a.run(block);
    const right = b.run(block);
    const out = into ?? scratch.u8();
    const validity = left.validity === null && right.validity === null ? null : scratch.validity();
    if (validity === null && a.mask === b.mask) bytes(out, left.values, right.values, block.count);
    else loop(out, validity, left, a.mask, right, b.mask, block.count);
    return { values: out, validity };
  };
  return frozen({ mask: -1, run }, [a, b]);
}

function isNull(operand: Typed): BoolNode {
  const node = prepareAny(operand);
  const scratch = new Scratch();
  const run = (block: Block, into?: Uint8Array): Vector<Uint8Array> => {
    const { validity } = node.run(block);
    const out = into ?? scratch.u8();
    if (validity === null) out.fill(0, 0, block.count);
    else notBytes(out, validity, block.count);
    return { values: out, validity: null };
  };
  return frozen({ mask: -1, run }, [node]);
}

function prepareAny(node: Typed): PreparedNode<Vector<unknown>> {
  if (node.kind === 'column') return { mask: -1, run: block => ({ values: null, validity: validityOf(block, node.index) }) };
  switch (node.type) {
    case 'bool':
      return prepareBool(node);
    case 'utf8':
      return prepareText(node);
    case 'int64':
      return prepareInt64(node);
    case 'float64':
    case 'timestampMs':
      return prepareNumber(node);
    case 'int32':
      return prepareInt32(node);
    default:
      assert(node.type === 'null', `a computed value is not ${typeof node.type === 'string' ? node.type : 'a list'}`);
      return constantNode(null, true);
  }
}

function validityOf({ batch, from, count }: Block, index: number): Uint8Array | null {
  return batch.columns[index]?.validity?.subarray(from, from + count) ?? null;
}
