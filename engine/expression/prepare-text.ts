import { Dictionary } from '../batch/batch';
import { assert } from '../error';
import { REPLACED_LENGTH_MAX } from './functions';
import { prepareBool } from './prepare-bool';
import { CodeTable, codePointCount, compareTexts, OwnDictionary, Recoder, satisfies } from './text-tables';
import type { ComparePrimitive, Typed, TypedApply } from './typed';
import type { Block, PreparedNode, TextVector, Vector } from './vector';
import { bothValid, frozen, oneRow, Scratch, viewOf } from './vector';

type TextNode = PreparedNode<TextVector>;

/** A prepared node for an expression of type utf8. */
export function prepareText(node: Typed): TextNode {
  if (node.kind === 'constant') return constantText(node.value === null ? null : String(node.value));
  if (node.kind === 'column') return { mask: -1, run: block => textColumn(block, node.index) };
  assert(node.kind === 'apply', 'nothing is cast to utf8');
  return folded(prepareTextApply(node));
}

function constantText(text: string | null): TextNode {
  const dictionary = new Dictionary();
  const vector: TextVector = { values: Int32Array.of(dictionary.encode(text ?? '')), dictionary, validity: text === null ? new Uint8Array(1) : null };
  return { mask: 0, run: () => vector };
}

function textColumn(block: Block, index: number): TextVector {
  const column = block.batch.columns[index];
  assert(column?.kind === 'utf8', `column ${index} is utf8`);
  return { ...viewOf({ values: column.codes, validity: column.validity }, block), dictionary: column.dictionary };
}

function folded(prepared: { node: TextNode; constant: boolean }): TextNode {
  if (!prepared.constant) return prepared.node;
  const result = prepared.node.run(oneRow);
  return constantText(result.validity !== null && result.validity[0] !== 1 ? null : (result.dictionary.values[result.values[0] ?? 0] ?? ''));
}

function prepareTextApply(node: TypedApply): { node: TextNode; constant: boolean } {
  const [first, second, third] = node.args;
  assert(first !== undefined, 'a call has an argument');
  switch (node.primitive) {
    case 'lower':
      return mapText(prepareText(first), text => text.toLowerCase());
    case 'upper':
      return mapText(prepareText(first), text => text.toUpperCase());
    case 'replace':
      assert(second?.kind === 'constant' && third?.kind === 'constant', 'replace has constant texts');
      return replaced(prepareText(first), String(second.value), String(third.value));
    case 'concat':
      assert(second !== undefined, 'concat has two arguments');
      return joined(first, second);
    case 'coalesce': {
      assert(second !== undefined, 'coalesce has two arguments');
      return choose(prepareBool({ kind: 'apply', primitive: 'not', type: 'bool', nullable: false, args: [{ kind: 'apply', primitive: 'isNull', type: 'bool', nullable: false, args: [first] }] }), prepareText(first), prepareText(second));
    }
    default:
      assert(node.primitive === 'if' && second !== undefined && third !== undefined, `${node.primitive} gives text`);
      return choose(prepareBool(first), prepareText(second), prepareText(third));
  }
}

function mapText(operand: TextNode, transform: (text: string) => string): { node: TextNode; constant: boolean } {
  const scratch = new Scratch();
  const own = new OwnDictionary();
  const recoder = new Recoder(transform);
  const run = (block: Block): TextVector => {
    const { values, validity, dictionary } = operand.run(block);
    const target = own.of(block);
    const out = scratch.i32();
    recoder.start(dictionary, target);
    for (let row = 0; row < block.count; row++) {
      if (validity === null || validity[row] === 1) out[row] = recoder.recode(values[row]!);
    }
    return { values: out, validity, dictionary: target };
  };
  return { node: { mask: -1, run }, constant: operand.mask === 0 };
}

function replaced(operand: TextNode, from: string, to: string): { node: TextNode; constant: boolean } {
  if (to.length <= from.length) return mapText(operand, text => text.split(from).join(to));
  const mapped = mapText(operand, text => (isTooLong(text, from, to) ? '' : text.split(from).join(to)));
  const scratch = new Scratch();
  const tooLong = new CodeTable(text => (isTooLong(text, from, to) ? 1 : 0));
  const run = (block: Block): TextVector => {
    const before = operand.run(block);
    const result = mapped.node.run(block);
    const codes = tooLong.of(before.dictionary);
    const validity = scratch.validity();
    for (let row = 0; row < block.count; row++) {
      const valid = before.validity === null || before.validity[row] === 1;
      validity[row] = valid && codes[before.values[row]!] === 0 ? 1 : 0;
    }
    return { ...result, validity };
  };
  return { node: { mask: mapped.node.mask, run }, constant: mapped.constant };
}

/** Whether the result would have more than `REPLACED_LENGTH_MAX` code points; such results are null and take no memory. */
function isTooLong(text: string, from: string, to: string): boolean {
  let times = 0;
  for (let at = text.indexOf(from); at >= 0; at = text.indexOf(from, at + from.length)) times++;
  if (text.length + times * (to.length - from.length) <= REPLACED_LENGTH_MAX) return false;
  return codePointCount(text) + times * (codePointCount(to) - codePointCount(from)) > REPLACED_LENGTH_MAX;
}

/** Of a column and a constant, every different text is joined once. */
function joined(first: Typed, second: Typed): { node: TextNode; constant: boolean } {
  if (first.kind === 'constant' && first.value !== null) return mapText(prepareText(second), text => String(first.value) + text);
  if (second.kind === 'constant' && second.value !== null) return mapText(prepareText(first), text => text + String(second.value));
  return concat(prepareText(first), prepareText(second));
}

function concat(a: TextNode, b: TextNode): { node: TextNode; constant: boolean } {
  const scratch = new Scratch();
  const own = new OwnDictionary();
  const run = (block: Block): TextVector => {
    const left = a.run(block);
    const right = b.run(block);
    const target = own.of(block);
    const out = scratch.i32();
    const validity = bothValid(scratch, block.count, left.validity, a.mask, right.validity, b.mask);
    for (let row = 0; row < block.count; row++) {
      if (validity !== null && validity[row] !== 1) continue;
      out[row] = target.encode((left.dictionary.values[left.values[row & a.mask]!] ?? '') + (right.dictionary.values[right.values[row & b.mask]!] ?? ''));
    }
    return { values: out, validity, dictionary: target };
  };
  return { node: { mask: -1, run }, constant: a.mask === 0 && b.mask === 0 };
}

function choose(test: PreparedNode<Vector<Uint8Array>>, a: TextNode, b: TextNode): { node: TextNode; constant: boolean } {
  const scratch = new Scratch();
  const own = new OwnDictionary();
  const recodeA = new Recoder(text => text);
  const recodeB = new Recoder(text => text);
  const run = (block: Block): TextVector => {
    const decision = test.run(block);
    const left = a.run(block);
    const right = b.run(block);
    const target = own.of(block);
    recodeA.start(left.dictionary, target);
    recodeB.start(right.dictionary, target);
    const out = scratch.i32();
    const outValid = left.validity === null && right.validity === null ? null : scratch.validity();
    for (let row = 0; row < block.count; row++) {
      const taken = decision.values[row & test.mask]! === 1 && (decision.validity === null || decision.validity[row & test.mask]! === 1);
      const from = taken ? left : right;
      const index = row & (taken ? a.mask : b.mask);
      const valid = from.validity === null || from.validity[index] === 1;
      if (outValid !== null) outValid[row] = valid ? 1 : 0;
      if (valid) out[row] = (taken ? recodeA : recodeB).recode(from.values[index]!);
    }
    return { values: out, validity: outValid, dictionary: target };
  };
  return { node: { mask: -1, run }, constant: test.mask === 0 && a.mask === 0 && b.mask === 0 };
}

/** A number per row of text: `compute` once per distinct text. */
export function textToInteger(operand: TextNode, compute: (text: string) => number): PreparedNode<Vector<Int32Array>> {
  const scratch = new Scratch();
  const table = new CodeTable(compute);
  const run = (block: Block): Vector<Int32Array> => {
    const { values, validity, dictionary } = operand.run(block);
    const byCode = table.of(dictionary);
    const out = scratch.i32();
    for (let row = 0; row < block.count; row++) out[row] = byCode[values[row]!]!;
    return { values: out, validity };
  };
  return frozen({ mask: -1, run }, [operand]);
}

export type TextTest = ComparePrimitive | 'startsWith' | 'contains';

/** A bool per row of two texts; against a constant the test runs once per distinct text. */
export function textTest(test: TextTest, a: TextNode, b: TextNode): PreparedNode<Vector<Uint8Array>> {
  const holds = textPredicate(test);
  const scratch = new Scratch();
  if (b.mask === 0 || a.mask === 0) return testAgainstConstant(holds, a, b, scratch);
  return {
    mask: -1,
    run: block => {
      const left = a.run(block);
      const right = b.run(block);
      const out = scratch.u8();
      const validity = bothValid(scratch, block.count, left.validity, a.mask, right.validity, b.mask);
      for (let row = 0; row < block.count; row++) {
        if (validity !== null && validity[row] !== 1) continue;
        out[row] = holds(left.dictionary.values[left.values[row]!] ?? '', right.dictionary.values[right.values[row]!] ?? '') ? 1 : 0;
      }
      return { values: out, validity };
    }
  };
}

function testAgainstConstant(holds: (a: string, b: string) => boolean, a: TextNode, b: TextNode, scratch: Scratch): PreparedNode<Vector<Uint8Array>> {
  const constantIsLeft = a.mask === 0;
  const constant = (constantIsLeft ? a : b).run(oneRow);
  const constantText = constant.dictionary.values[constant.values[0] ?? 0] ?? '';
  const other = constantIsLeft ? b : a;
  const table = new CodeTable(text => ((constantIsLeft ? holds(constantText, text) : holds(text, constantText)) ? 1 : 0));
  const run = (block: Block): Vector<Uint8Array> => {
    const { values, validity, dictionary } = other.run(block);
    const byCode = table.of(dictionary);
    const out = scratch.u8();
    for (let row = 0; row < block.count; row++) out[row] = byCode[values[row & other.mask]!]!;
    return { values: out, validity: bothValid(scratch, block.count, validity, other.mask, constant.validity, 0) };
  };
  return frozen({ mask: -1, run }, [other]);
}

function textPredicate(test: TextTest): (a: string, b: string) => boolean {
  if (test === 'startsWith') return (a, b) => a.startsWith(b);
  if (test === 'contains') return (a, b) => a.includes(b);
  return (a, b) => satisfies(test, compareTexts(a, b));
}
