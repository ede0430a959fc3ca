import type { DataType } from '../schema/schema';
import { isList } from '../schema/schema';
import type { ExpressionType } from './ast';

/**
 * An expression after type checking: conversions are explicit, calls are primitives whose arguments have one type.
 * `null` is the type of a literal null that nothing has given a type yet.
 */
export type Typed = TypedConstant | TypedColumn | TypedCast | TypedApply;
export type TypedType = DataType | 'null';
export type ConstantValue = number | bigint | string | boolean | null;

export interface TypedConstant {
  readonly kind: 'constant';
  readonly type: ExpressionType | 'null';
  readonly nullable: boolean;
  readonly value: ConstantValue;
}
export interface TypedColumn {
  readonly kind: 'column';
  readonly type: DataType;
  readonly nullable: boolean;
  readonly index: number;
  readonly name: string;
}
export interface TypedCast {
  readonly kind: 'cast';
  readonly type: 'float64' | 'int64';
  readonly nullable: boolean;
  readonly operand: Typed;
}
export interface TypedApply {
  readonly kind: 'apply';
  readonly primitive: Primitive;
  readonly type: ExpressionType;
  readonly nullable: boolean;
  readonly args: readonly Typed[];
}

export type ComparePrimitive = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type ArithmeticPrimitive = '+' | '-' | '*' | '/' | '%' | 'pow' | 'atan2' | 'hypot' | 'min' | 'max';
export type UnaryPrimitive = 'negate' | 'abs' | 'sign' | 'round' | 'floor' | 'ceil' | 'sqrt' | 'exp' | 'ln' | 'log10' | 'sin' | 'cos' | 'tan';
export type TextPrimitive = 'concat' | 'lower' | 'upper' | 'length' | 'startsWith' | 'contains' | 'replace';
export type Primitive = ComparePrimitive | ArithmeticPrimitive | UnaryPrimitive | TextPrimitive | 'and' | 'or' | 'not' | 'if' | 'coalesce' | 'isNull' | 'isNaN';

export const INT64_MIN = -(2n ** 63n);
export const INT64_MAX = 2n ** 63n - 1n;

export function isInteger(type: TypedType): type is 'int32' | 'int64' {
  return type === 'int32' || type === 'int64';
}

/** A type that arithmetic can start from: a number, a time, or a literal null. */
export function isArithmetic(type: TypedType): boolean {
  return isInteger(type) || type === 'float32' || type === 'float64' || type === 'timestampMs' || type === 'null';
}

/** The type that both sides are converted to before they are compared or chosen between, or null if there is none. */
export function commonType(a: TypedType, b: TypedType): ExpressionType | 'null' | null {
  if (a === 'null' || b === 'null') return scalarType(a === 'null' ? b : a);
  if (a === b && a !== 'float32') return scalarType(a);
  if (!isArithmetic(a) || !isArithmetic(b)) return null;
  return isInteger(a) && isInteger(b) ? 'int64' : 'float64';
}

function scalarType(type: TypedType): ExpressionType | 'null' | null {
  if (type === 'float32') return 'float64';
  return isList(type as DataType) || type === 'binary' ? null : (type as ExpressionType | 'null');
}

/** `node` as `type`; conversions of constants are done at once. Only widening conversions exist. */
export function convert(node: Typed, type: ExpressionType): Typed {
  if (node.type === type) return node;
  if (node.kind === 'constant') return { ...node, type, value: convertConstant(node.value, type) };
  return { kind: 'cast', type: type === 'int64' ? 'int64' : 'float64', nullable: node.nullable, operand: node };
}

function convertConstant(value: ConstantValue, type: ExpressionType): ConstantValue {
  if (type === 'int64' && typeof value === 'number') return BigInt(value);
  if (type === 'float64' && typeof value === 'bigint') return Number(value);
  return value;
}

/** A call of `primitive`, null as soon as one argument is null. */
export function apply(primitive: Primitive, type: ExpressionType, args: readonly Typed[]): TypedApply {
  return { kind: 'apply', primitive, type, nullable: args.some(argument => argument.nullable) || mayLeaveInt64(primitive, type, args), args };
}

/** Integer results outside int64, and remainders by 0, are null; `nullable` says where that cannot happen. */
function mayLeaveInt64(primitive: Primitive, type: ExpressionType, args: readonly Typed[]): boolean {
  if (type !== 'int64' || primitive === 'min' || primitive === 'max' || primitive === 'sign' || primitive === 'floor' || primitive === 'ceil' || primitive === 'round') return false;
  const divisor = args[1];
  if (primitive === '%') return !(divisor?.kind === 'constant' && divisor.value !== 0n);
  return !args.every(isNarrow);
}

function isNarrow(node: Typed): boolean {
  if (node.kind === 'cast') return node.operand.type === 'int32';
  return node.kind === 'constant' && typeof node.value === 'bigint' && BigInt.asIntN(32, node.value) === node.value;
}
