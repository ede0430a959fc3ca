import { didYouMean, quotedNames } from '../did-you-mean';
import { PlanError } from '../error';
import type { DataType, Schema } from '../schema/schema';
import { fieldIndex, typeName } from '../schema/schema';
import type { BinaryOperator, Expression, ExpressionType } from './ast';
import { checkCall } from './check-call';
import { lineAndColumn } from './refusal';
import type { ComparePrimitive, ConstantValue, Typed, TypedType } from './typed';
import { apply, commonType, convert, isArithmetic, isInteger } from './typed';

export interface CheckedExpression {
  /** A single column keeps its type (float32, lists and binary included); everything computed is an ExpressionType. */
  readonly type: DataType;
  readonly nullable: boolean;
}

/**
 * Type and nullability of `expression` over rows of `schema`. Throws PlanError (`UNKNOWN_COLUMN`, `EXPRESSION_TYPE`,
 * `UNKNOWN_FUNCTION`) with `details.path` and, when known, `details.offset`.
 */
export function checkExpression(expression: Expression, schema: Schema, path: string): CheckedExpression {
  const typed = typeExpression(expression, schema, path);
  return { type: typed.type, nullable: typed.nullable };
}

/** The typed tree of `expression`, with every conversion explicit. Errors as `checkExpression`; with `source`, the text it was parsed from, they say the line and column. */
export function typeExpression(expression: Expression, schema: Schema, path: string, source?: string): Typed & { readonly type: DataType } {
  const context: CheckContext = { schema, path, ...(source === undefined ? {} : { source }) };
  const typed = typeNode(expression, context);
  if (typed.type === 'null') throw typeError(context, expression, 'the expression is the literal null and has no type', 'a column or a value; for a missing value of a type use a nullable column');
  return typed as Typed & { readonly type: DataType };
}

export interface CheckContext {
  readonly schema: Schema;
  readonly path: string;
  /** The text that the expression was parsed from, for positions in messages. */
  readonly source?: string;
}

/** Types one node and everything under it. */
export function typeNode(node: Expression, context: CheckContext): Typed {
  switch (node.kind) {
    case 'literal':
      return { kind: 'constant', type: node.type, nullable: node.value === null, value: literalValue(node) };
    case 'column':
      return typeColumn(node, context);
    case 'unary':
      return typeUnary(node, context);
    case 'binary':
      return typeBinary(node, context);
    case 'conditional':
      return typeConditional(node, context);
    case 'call':
      return checkCall(node, node.args.map(argument => typeNode(argument, context)), context);
  }
}

function literalValue(node: Extract<Expression, { kind: 'literal' }>): ConstantValue {
  return node.type === 'int64' && (typeof node.value === 'number' || typeof node.value === 'string') ? BigInt(node.value) : node.value;
}

function typeColumn(node: Extract<Expression, { kind: 'column' }>, context: CheckContext): Typed {
  const index = fieldIndex(context.schema, node.name);
  const field = context.schema.fields[index];
  if (field === undefined) throw unknownColumn(node.name, context, node.offset);
  return { kind: 'column', type: field.type, nullable: field.nullable, index, name: field.name };
}

function unknownColumn(name: string, context: CheckContext, offset?: number): PlanError {
  const names = context.schema.fields.map(field => field.name);
  return checkError('UNKNOWN_COLUMN', context, offset ?? null, `no such column "${name}"; the rows have ${quotedNames(names)}.${didYouMean(name, names)}`);
}

function typeUnary(node: Extract<Expression, { kind: 'unary' }>, context: CheckContext): Typed {
  const operand = typeNode(node.operand, context);
  if (node.op === '!') {
    if (operand.type !== 'bool') throw operandError(context, node, '!', [operand], 'a bool');
    return apply('not', 'bool', [operand]);
  }
  if (!isArithmetic(operand.type) || operand.type === 'null' || operand.type === 'timestampMs') throw operandError(context, node, `unary ${node.op}`, [operand], 'a number');
  const type = isInteger(operand.type) ? 'int64' : 'float64';
  const number = convert(operand, type);
  return node.op === '+' ? number : apply('negate', type, [number]);
}

function typeBinary(node: Extract<Expression, { kind: 'binary' }>, context: CheckContext): Typed {
  const left = typeNode(node.left, context);
  const right = typeNode(node.right, context);
  switch (node.op) {
    case '&&':
    case '||':
      if (!isBool(left) || !isBool(right)) throw operandError(context, node, node.op, [left, right], 'bool on both sides, e.g. r.a > 0 && r.b > 0');
      return apply(node.op === '&&' ? 'and' : 'or', 'bool', [convert(left, 'bool'), convert(right, 'bool')]);
    case '??':
      return coalesce(node, [left, right], context);
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(node, node.op, left, right, context);
    default:
      return arithmetic(node, node.op, left, right, context);
  }
}

function isBool(node: Typed): boolean {
  return node.type === 'bool' || node.type === 'null';
}

function compare(node: Expression, op: ComparePrimitive, left: Typed, right: Typed, context: CheckContext): Typed {
  if (left.type === 'null' || right.type === 'null') {
    throw typeError(context, node, `${op} with null is null for every row`, 'isNull(r.column) to test for a missing value, !isNull(r.column) for a present one');
  }
  const type = commonType(left.type, right.type);
  if (type === null || type === 'null') throw operandError(context, node, op, [left, right], 'two numbers, two texts or two bools');
  if (type === 'bool' && op !== '==' && op !== '!=') throw operandError(context, node, op, [left, right], 'numbers or texts; bools can be compared with === and !==');
  const operandType = type === 'int32' || type === 'timestampMs' ? 'float64' : type;
  return apply(op, 'bool', [convert(left, operandType), convert(right, operandType)]);
}

function arithmetic(node: Expression, op: Exclude<BinaryOperator, '&&' | '||' | '??' | ComparePrimitive>, left: Typed, right: Typed, context: CheckContext): Typed {
  if (op === '+' && isText(left) && isText(right)) return apply('concat', 'utf8', [convert(left, 'utf8'), convert(right, 'utf8')]);
  if (!isArithmetic(left.type) || !isArithmetic(right.type)) throw operandError(context, node, op, [left, right], op === '+' ? 'two numbers or two texts' : 'two numbers');
  const primitive = op === '**' ? 'pow' : op;
  const type = arithmeticType(op, left.type, right.type);
  const operandType = type === 'timestampMs' ? 'float64' : type;
  return apply(primitive, type, [convert(left, operandType), convert(right, operandType)]);
}

function isText(node: Typed): boolean {
  return node.type === 'utf8' || node.type === 'null';
}

/** Division and power give float64; a time moved by whole milliseconds stays a time; two times differ by float64 ms. */
function arithmeticType(op: string, left: TypedType, right: TypedType): 'int64' | 'float64' | 'timestampMs' {
  if (op === '/' || op === '**') return 'float64';
  if (left === 'timestampMs' && isInteger(right) && (op === '+' || op === '-')) return 'timestampMs';
  if (right === 'timestampMs' && isInteger(left) && op === '+') return 'timestampMs';
  const bothIntegers = (isInteger(left) || left === 'null') && (isInteger(right) || right === 'null');
  return bothIntegers ? 'int64' : 'float64';
}

function typeConditional(node: Extract<Expression, { kind: 'conditional' }>, context: CheckContext): Typed {
  const test = typeNode(node.test, context);
  if (test.type !== 'bool') throw operandError(context, node, 'condition ? … : …', [test], 'a bool as the condition, e.g. r.a > 0 ? 1 : 0');
  const then = typeNode(node.then, context);
  const otherwise = typeNode(node.otherwise, context);
  const type = commonType(then.type, otherwise.type);
  if (type === null || type === 'null') throw operandError(context, node, 'condition ? … : …', [then, otherwise], 'two results of one type');
  const args = [test, convert(then, type), convert(otherwise, type)];
  return { kind: 'apply', primitive: 'if', type, nullable: then.nullable || otherwise.nullable, args };
}

/** The first value that is not null; null only if every argument can be. */
export function coalesce(node: Expression, args: readonly Typed[], context: CheckContext): Typed {
  let type: TypedType = 'null';
  for (const argument of args) {
    const common = commonType(type, argument.type);
    if (common === null) throw operandError(context, node, '??', args, 'values of one type');
    type = common;
  }
  if (type === 'null') throw operandError(context, node, '??', args, 'at least one value that is not the literal null');
  const target: ExpressionType = type as ExpressionType;
  return args.map(argument => convert(argument, target)).reduceRight((otherwise, first) => ({ kind: 'apply', primitive: 'coalesce', type: target, nullable: first.nullable && otherwise.nullable, args: [first, otherwise] }));
}

/** PlanError for operands of types that an operator or function does not take. */
export function operandError(context: CheckContext, node: Expression, subject: string, operands: readonly Typed[], expected: string): PlanError {
  const seen = operands.map(operand => (operand.type === 'null' ? 'null' : typeName(operand.type)) + (operand.kind === 'column' ? ` (column "${operand.name}")` : ''));
  return typeError(context, node, `"${subject}" got ${seen.join(' and ')}`, expected);
}

function typeError(context: CheckContext, node: Expression, seen: string, expected: string): PlanError {
  return checkError('EXPRESSION_TYPE', context, firstOffset(node), `${seen}; expected ${expected}.`);
}

/** PlanError about the part of an expression at `offset`. */
export function checkError(code: string, context: CheckContext, offset: number | null, message: string): PlanError {
  const { path, source } = context;
  if (offset === null) return new PlanError(code, `${path}: ${message}`, { details: { path } });
  if (source === undefined) return new PlanError(code, `${path}: ${message}`, { details: { path, offset } });
  const { line, column } = lineAndColumn(source, offset);
  return new PlanError(code, `${path} at ${line}:${column}: ${message}`, { details: { path, offset, line, column } });
}

function firstOffset(node: Expression): number | null {
  switch (node.kind) {
    case 'column':
    case 'call':
      return node.offset ?? null;
    case 'literal':
      return null;
    case 'unary':
      return firstOffset(node.operand);
    case 'binary':
      return firstOffset(node.left) ?? firstOffset(node.right);
    case 'conditional':
      return firstOffset(node.test) ?? firstOffset(node.then) ?? firstOffset(node.otherwise);
  }
}
