import type { Typed, TypedApply } from './typed';

/*
 * Two or three operations of doubles in one loop, where reading and writing cost more than computing. The result is that
 * of the single operations bit for bit: each is rounded by itself. Written out for the reasons of `arithmetic-loops.ts`.
 */
type ThreeLoop = (out: Float64Array, a: Float64Array, b: Float64Array, c: Float64Array, count: number) => void;
type FourLoop = (out: Float64Array, a: Float64Array, b: Float64Array, c: Float64Array, d: Float64Array, count: number) => void;

/** Operations in one loop, and the expressions that are its operands. */
export type Fused = { readonly three: ThreeLoop; readonly operands: readonly [Typed, Typed, Typed] } | { readonly four: FourLoop; readonly operands: readonly [Typed, Typed, Typed, Typed] };

const productPlus: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! * b[i]! + c[i]!;
    const v1 = a[i + 1]! * b[i + 1]! + c[i + 1]!;
    const v2 = a[i + 2]! * b[i + 2]! + c[i + 2]!;
    const v3 = a[i + 3]! * b[i + 3]! + c[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]! * b[i]! + c[i]!;
};

const productMinus: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! * b[i]! - c[i]!;
    const v1 = a[i + 1]! * b[i + 1]! - c[i + 1]!;
    const v2 = a[i + 2]! * b[i + 2]! - c[i + 2]!;
    const v3 = a[i + 3]! * b[i + 3]! - c[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]! * b[i]! - c[i]!;
};

const minusProduct: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = c[i]! - a[i]! * b[i]!;
    const v1 = c[i + 1]! - a[i + 1]! * b[i + 1]!;
    const v2 = c[i + 2]! - a[i + 2]! * b[i + 2]!;
    const v3 = c[i + 3]! - a[i + 3]! * b[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = c[i]! - a[i]! * b[i]!;
};

const sumTimes: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = (a[i]! + b[i]!) * c[i]!;
    const v1 = (a[i + 1]! + b[i + 1]!) * c[i + 1]!;
    const v2 = (a[i + 2]! + b[i + 2]!) * c[i + 2]!;
    const v3 = (a[i + 3]! + b[i + 3]!) * c[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = (a[i]! + b[i]!) * c[i]!;
};

const differenceTimes: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = (a[i]! - b[i]!) * c[i]!;
    const v1 = (a[i + 1]! - b[i + 1]!) * c[i + 1]!;
    const v2 = (a[i + 2]! - b[i + 2]!) * c[i + 2]!;
    const v3 = (a[i + 3]! - b[i + 3]!) * c[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = (a[i]! - b[i]!) * c[i]!;
};

const sumPlus: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! + b[i]! + c[i]!;
    const v1 = a[i + 1]! + b[i + 1]! + c[i + 1]!;
    const v2 = a[i + 2]! + b[i + 2]! + c[i + 2]!;
    const v3 = a[i + 3]! + b[i + 3]! + c[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]! + b[i]! + c[i]!;
};

const productTimes: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! * b[i]! * c[i]!;
    const v1 = a[i + 1]! * b[i + 1]! * c[i + 1]!;
    const v2 = a[i + 2]! * b[i + 2]! * c[i + 2]!;
    const v3 = a[i + 3]! * b[i + 3]! * c[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]! * b[i]! * c[i]!;
};

const sumOfProducts: FourLoop = (out, a, b, c, d, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! * b[i]! + c[i]! * d[i]!;
    const v1 = a[i + 1]! * b[i + 1]! + c[i + 1]! * d[i + 1]!;
    const v2 = a[i + 2]! * b[i + 2]! + c[i + 2]! * d[i + 2]!;
    const v3 = a[i + 3]! * b[i + 3]! + c[i + 3]! * d[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]! * b[i]! + c[i]! * d[i]!;
};

const differenceOfProducts: FourLoop = (out, a, b, c, d, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! * b[i]! - c[i]! * d[i]!;
    const v1 = a[i + 1]! * b[i + 1]! - c[i + 1]! * d[i + 1]!;
    const v2 = a[i + 2]! * b[i + 2]! - c[i + 2]! * d[i + 2]!;
    const v3 = a[i + 3]! * b[i + 3]! - c[i + 3]! * d[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]! * b[i]! - c[i]! * d[i]!;
};

const rootOfProductPlus: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = Math.sqrt(a[i]! * b[i]! + c[i]!);
    const v1 = Math.sqrt(a[i + 1]! * b[i + 1]! + c[i + 1]!);
    const v2 = Math.sqrt(a[i + 2]! * b[i + 2]! + c[i + 2]!);
    const v3 = Math.sqrt(a[i + 3]! * b[i + 3]! + c[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = Math.sqrt(a[i]! * b[i]! + c[i]!);
};

const rootOfSumOfProducts: FourLoop = (out, a, b, c, d, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = Math.sqrt(a[i]! * b[i]! + c[i]! * d[i]!);
    const v1 = Math.sqrt(a[i + 1]! * b[i + 1]! + c[i + 1]! * d[i + 1]!);
    const v2 = Math.sqrt(a[i + 2]! * b[i + 2]! + c[i + 2]! * d[i + 2]!);
    const v3 = Math.sqrt(a[i + 3]! * b[i + 3]! + c[i + 3]! * d[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = Math.sqrt(a[i]! * b[i]! + c[i]! * d[i]!);
};

/** `node` as several operations in one loop, or null. Sums and products of doubles may change sides: that changes no bit. */
export function fuse(node: TypedApply): Fused | null {
  const [left, right] = node.args;
  if (node.type !== 'float64' || left === undefined) return null;
  if (node.primitive === 'sqrt') return fuseRoot(left);
  if (right === undefined) return null;
  switch (node.primitive) {
    case '+':
      return fuseSum(left, right);
    case '-':
      return fuseDifference(left, right);
    case '*':
      return fuseProduct(left, right) ?? fuseProduct(right, left);
    default:
      return null;
  }
}

function fuseSum(left: Typed, right: Typed): Fused | null {
  const [a, b] = [operandsOf(left, '*'), operandsOf(right, '*')];
  if (a !== null && b !== null) return { four: sumOfProducts, operands: [...a, ...b] };
  if (a !== null) return { three: productPlus, operands: [...a, right] };
  if (b !== null) return { three: productPlus, operands: [...b, left] };
  const sum = openSum(left, '+');
  return sum === null ? null : { three: sumPlus, operands: [...sum, right] };
}

function fuseDifference(left: Typed, right: Typed): Fused | null {
  const [a, b] = [operandsOf(left, '*'), operandsOf(right, '*')];
  if (a !== null && b !== null) return { four: differenceOfProducts, operands: [...a, ...b] };
  if (a !== null) return { three: productMinus, operands: [...a, right] };
  return b === null ? null : { three: minusProduct, operands: [...b, left] };
}

function fuseProduct(left: Typed, right: Typed): Fused | null {
  const product = operandsOf(left, '*');
  if (product !== null) return { three: productTimes, operands: [...product, right] };
  const sum = openSum(left, '+');
  if (sum !== null) return { three: sumTimes, operands: [...sum, right] };
  const difference = openSum(left, '-');
  return difference === null ? null : { three: differenceTimes, operands: [...difference, right] };
}

/** The length of a vector, for one. */
function fuseRoot(radicand: Typed): Fused | null {
  const inner = radicand.kind === 'apply' ? fuse(radicand) : null;
  if (inner === null) return null;
  if ('four' in inner) return inner.four === sumOfProducts ? { four: rootOfSumOfProducts, operands: inner.operands } : null;
  return inner.three === productPlus ? { three: rootOfProductPlus, operands: inner.operands } : null;
}

/** A sum whose operands are better taken apart here; one of two products is one loop already. */
function openSum(node: Typed, primitive: '+' | '-'): readonly [Typed, Typed] | null {
  const operands = operandsOf(node, primitive);
  return operands !== null && operands.every(operand => operandsOf(operand, '*') !== null) ? null : operands;
}

function operandsOf(node: Typed, primitive: '+' | '-' | '*'): readonly [Typed, Typed] | null {
  if (node.kind !== 'apply' || node.primitive !== primitive || node.type !== 'float64') return null;
  return [node.args[0]!, node.args[1]!];
}
