import type { ArithmeticPrimitive } from './typed';

/*
 * One loop per operation and per kind of operands, written out so that each stays monomorphic and is compiled for its
 * operation alone. Four rows per turn, all read before the first is written: V8 looks at length and address of every array
 * again after a write, which costs as much as the operation. Results may be written over an operand.
 */
export type NumberPair = (out: Float64Array, a: Float64Array, b: Float64Array, count: number) => void;
export type NumberAndConstant = (out: Float64Array, a: Float64Array, constant: number, count: number) => void;

/** An operation of two columns, and where it gains by it of a column and a constant, and of a constant and a column. */
export interface NumberLoops {
  readonly pair: NumberPair;
  readonly right?: NumberAndConstant;
  readonly left?: NumberAndConstant;
}

const add: NumberPair = (out, a, b, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! + b[i]!;
    const v1 = a[i + 1]! + b[i + 1]!;
    const v2 = a[i + 2]! + b[i + 2]!;
    const v3 = a[i + 3]! + b[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]! + b[i]!;
};

const subtract: NumberPair = (out, a, b, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! - b[i]!;
    const v1 = a[i + 1]! - b[i + 1]!;
    const v2 = a[i + 2]! - b[i + 2]!;
    const v3 = a[i + 3]! - b[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]! - b[i]!;
};

const multiply: NumberPair = (out, a, b, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! * b[i]!;
    const v1 = a[i + 1]! * b[i + 1]!;
    const v2 = a[i + 2]! * b[i + 2]!;
    const v3 = a[i + 3]! * b[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]! * b[i]!;
};

const divide: NumberPair = (out, a, b, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! / b[i]!;
    const v1 = a[i + 1]! / b[i + 1]!;
    const v2 = a[i + 2]! / b[i + 2]!;
    const v3 = a[i + 3]! / b[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]! / b[i]!;
};

const addConstant: NumberAndConstant = (out, a, constant, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! + constant;
    const v1 = a[i + 1]! + constant;
    const v2 = a[i + 2]! + constant;
    const v3 = a[i + 3]! + constant;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]! + constant;
};

const subtractConstant: NumberAndConstant = (out, a, constant, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! - constant;
    const v1 = a[i + 1]! - constant;
    const v2 = a[i + 2]! - constant;
    const v3 = a[i + 3]! - constant;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]! - constant;
};

const subtractFrom: NumberAndConstant = (out, a, constant, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = constant - a[i]!;
    const v1 = constant - a[i + 1]!;
    const v2 = constant - a[i + 2]!;
    const v3 = constant - a[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = constant - a[i]!;
};

const multiplyByConstant: NumberAndConstant = (out, a, constant, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! * constant;
    const v1 = a[i + 1]! * constant;
    const v2 = a[i + 2]! * constant;
    const v3 = a[i + 3]! * constant;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]! * constant;
};

const divideByConstant: NumberAndConstant = (out, a, constant, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! / constant;
    const v1 = a[i + 1]! / constant;
    const v2 = a[i + 2]! / constant;
    const v3 = a[i + 3]! / constant;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]! / constant;
};

const divideInto: NumberAndConstant = (out, a, constant, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = constant / a[i]!;
    const v1 = constant / a[i + 1]!;
    const v2 = constant / a[i + 2]!;
    const v3 = constant / a[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = constant / a[i]!;
};

const minOf: NumberPair = (out, a, b, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = Math.min(a[i]!, b[i]!);
    const v1 = Math.min(a[i + 1]!, b[i + 1]!);
    const v2 = Math.min(a[i + 2]!, b[i + 2]!);
    const v3 = Math.min(a[i + 3]!, b[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = Math.min(a[i]!, b[i]!);
};

const minOfConstant: NumberAndConstant = (out, a, constant, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = Math.min(a[i]!, constant);
    const v1 = Math.min(a[i + 1]!, constant);
    const v2 = Math.min(a[i + 2]!, constant);
    const v3 = Math.min(a[i + 3]!, constant);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = Math.min(a[i]!, constant);
};

const maxOf: NumberPair = (out, a, b, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = Math.max(a[i]!, b[i]!);
    const v1 = Math.max(a[i + 1]!, b[i + 1]!);
    const v2 = Math.max(a[i + 2]!, b[i + 2]!);
    const v3 = Math.max(a[i + 3]!, b[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = Math.max(a[i]!, b[i]!);
};

const maxOfConstant: NumberAndConstant = (out, a, constant, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = Math.max(a[i]!, constant);
    const v1 = Math.max(a[i + 1]!, constant);
    const v2 = Math.max(a[i + 2]!, constant);
    const v3 = Math.max(a[i + 3]!, constant);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = Math.max(a[i]!, constant);
};

const remainder: NumberPair = (out, a, b, count) => {
  for (let i = 0; i < count; i++) out[i] = a[i]! % b[i]!;
};

const pow: NumberPair = (out, a, b, count) => {
  for (let i = 0; i < count; i++) out[i] = Math.pow(a[i]!, b[i]!);
};

const atan2: NumberPair = (out, a, b, count) => {
  for (let i = 0; i < count; i++) out[i] = Math.atan2(a[i]!, b[i]!);
};

const hypot: NumberPair = (out, a, b, count) => {
  for (let i = 0; i < count; i++) out[i] = Math.hypot(a[i]!, b[i]!);
};

export const arithmeticLoops: Readonly<Record<ArithmeticPrimitive, NumberLoops>> = {
  '+': { pair: add, right: addConstant, left: addConstant },
  '-': { pair: subtract, right: subtractConstant, left: subtractFrom },
  '*': { pair: multiply, right: multiplyByConstant, left: multiplyByConstant },
  '/': { pair: divide, right: divideByConstant, left: divideInto },
  min: { pair: minOf, right: minOfConstant, left: minOfConstant },
  max: { pair: maxOf, right: maxOfConstant, left: maxOfConstant },
  '%': { pair: remainder },
  pow: { pair: pow },
  atan2: { pair: atan2 },
  hypot: { pair: hypot }
};
