import type { Expression } from '../../../engine/expression/ast';
import { checkExpression } from '../../../engine/expression/check';
import type { Schema } from '../../../engine/schema/schema';
import type { Row } from './batches';

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** A cell as the naive evaluator sees it: numbers are doubles, bigints are int64 (int32 columns included). */
type Value = number | bigint | string | boolean | null;

/** Evaluates `expression` over one row, straight from the rules, without batches or buffers; types only decide int64 or double. */
export function evaluateNaively(expression: Expression, row: Row, schema: Schema): Value {
  const value = evaluateNode(expression, row, schema);
  return typeof value === 'bigint' && checkExpression(expression, schema, 'oracle').type === 'float64' ? Number(value) : value;
}

function evaluateNode(expression: Expression, row: Row, schema: Schema): Value {
  switch (expression.kind) {
    case 'literal':
      if (expression.value === null) return null;
      return expression.type === 'int32' || expression.type === 'int64' ? BigInt(expression.value as number | string) : expression.value;
    case 'column':
      return row[expression.name] ?? null;
    case 'unary': {
      const operand = evaluateNaively(expression.operand, row, schema);
      if (operand === null) return null;
      if (expression.op === '!') return operand !== true;
      if (expression.op === '+') return operand;
      return typeof operand === 'bigint' ? inRange(-operand) : -(operand as number);
    }
    case 'binary':
      return binary(expression.op, evaluateNaively(expression.left, row, schema), evaluateNaively(expression.right, row, schema));
    case 'conditional':
      return evaluateNaively(expression.test, row, schema) === true ? evaluateNaively(expression.then, row, schema) : evaluateNaively(expression.otherwise, row, schema);
    case 'call':
      return call(expression.fn, expression.args.map(argument => evaluateNaively(argument, row, schema)));
  }
}

function inRange(value: bigint): bigint | null {
  return value > INT64_MAX || value < INT64_MIN ? null : value;
}

function binary(op: string, left: Value, right: Value): Value {
  if (op === '&&') return left === false || right === false ? false : left === null || right === null ? null : true;
  if (op === '||') return left === true || right === true ? true : left === null || right === null ? null : false;
  if (op === '??') return left ?? right;
  if (left === null || right === null) return null;
  if (typeof left === 'string' || typeof left === 'boolean' || typeof right === 'string' || typeof right === 'boolean') return compareOrJoin(op, left, right);
  if (op === '/') return Number(left) / Number(right);
  if (op === '**') return Math.pow(Number(left), Number(right));
  if (typeof left === 'bigint' && typeof right === 'bigint') return integers(op, left, right);
  return numbers(op, Number(left), Number(right));
}

function compareOrJoin(op: string, left: Value, right: Value): Value {
  if (op === '+') return String(left) + String(right);
  if (op === '==') return left === right;
  if (op === '!=') return left !== right;
  const order = Buffer.compare(Buffer.from(String(left), 'utf8'), Buffer.from(String(right), 'utf8'));
  return op === '<' ? order < 0 : op === '<=' ? order <= 0 : op === '>' ? order > 0 : order >= 0;
}

function integers(op: string, left: bigint, right: bigint): Value {
  switch (op) {
    case '+':
      return inRange(left + right);
    case '-':
      return inRange(left - right);
    case '*':
      return inRange(left * right);
    case '%':
      return right === 0n ? null : left % right;
    default:
      return ordered(op, left, right);
  }
}

function numbers(op: string, left: number, right: number): Value {
  switch (op) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '%':
      return left % right;
    default:
      return ordered(op, left, right);
  }
}

function ordered<T extends number | bigint>(op: string, left: T, right: T): boolean {
  switch (op) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '==':
      return left === right;
    default:
      return left !== right;
  }
}

function call(fn: string, args: Value[]): Value {
  if (fn === 'coalesce') return args.find(argument => argument !== null) ?? null;
  if (fn === 'isNull') return args[0] === null;
  if (args.includes(null)) return null;
  const [a, b] = args;
  if (fn === 'replace') return String(a).replaceAll(String(b), () => String(args[2]));
  if (typeof a === 'string') return textCall(fn, a, String(b));
  if (fn === 'isNaN') return Number.isNaN(Number(a));
  if (fn === 'min' || fn === 'max' || fn === 'clamp') return extreme(fn, args as (number | bigint)[]);
  if (typeof a === 'bigint') {
    if (fn === 'abs') return inRange(a < 0n ? -a : a);
    if (fn === 'sign') return a > 0n ? 1n : a < 0n ? -1n : 0n;
    if (fn === 'round' || fn === 'floor' || fn === 'ceil') return a;
  }
  const real: Readonly<Record<string, (...values: number[]) => number>> = { abs: Math.abs, sign: Math.sign, round: Math.round, floor: Math.floor, ceil: Math.ceil, sqrt: Math.sqrt, exp: Math.exp, ln: Math.log, log10: Math.log10, sin: Math.sin, cos: Math.cos, tan: Math.tan, pow: Math.pow, atan2: Math.atan2, hypot: Math.hypot };
  const compute = real[fn];
  if (compute === undefined) throw new Error(`oracle: ${fn}`);
  return compute(...args.map(Number));
}

function textCall(fn: string, a: string, b: string): Value {
  switch (fn) {
    case 'lower':
      return a.toLowerCase();
    case 'upper':
      return a.toUpperCase();
    case 'length':
      return BigInt(Array.from(a).length);
    case 'startsWith':
      return a.startsWith(b);
    default:
      return a.includes(b);
  }
}

function extreme(fn: string, args: (number | bigint)[]): Value {
  const exact = args.every(argument => typeof argument === 'bigint');
  const smaller = (x: number | bigint, y: number | bigint): number | bigint => (exact ? (x < y ? x : y) : Math.min(Number(x), Number(y)));
  const larger = (x: number | bigint, y: number | bigint): number | bigint => (exact ? (x > y ? x : y) : Math.max(Number(x), Number(y)));
  if (fn === 'clamp') return smaller(larger(args[0] ?? 0, args[1] ?? 0), args[2] ?? 0);
  return args.reduce(fn === 'min' ? smaller : larger);
}
