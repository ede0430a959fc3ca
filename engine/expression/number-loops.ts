import type { ArithmeticPrimitive, ComparePrimitive, UnaryPrimitive } from './typed';

/*
 * One loop per operation, written out so that each stays monomorphic and is compiled for its operation alone.
 * `mask` is 0 for a constant and -1 for a column.
 */
export type NumberBinary = (out: Float64Array, a: Float64Array, aMask: number, b: Float64Array, bMask: number, rowCount: number) => void;
export type NumberCompare = (out: Uint8Array, a: Float64Array, aMask: number, b: Float64Array, bMask: number, rowCount: number) => void;
export type NumberUnary = (out: Float64Array, a: Float64Array, rowCount: number) => void;

export const numberBinary: Readonly<Record<ArithmeticPrimitive, NumberBinary>> = {
  '+': (out, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = a[row & aMask]! + b[row & bMask]!;
  },
  '-': (out, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = a[row & aMask]! - b[row & bMask]!;
  },
  '*': (out, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = a[row & aMask]! * b[row & bMask]!;
  },
  '/': (out, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = a[row & aMask]! / b[row & bMask]!;
  },
  '%': (out, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = a[row & aMask]! % b[row & bMask]!;
  },
  pow: (out, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = Math.pow(a[row & aMask]!, b[row & bMask]!);
  },
  atan2: (out, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = Math.atan2(a[row & aMask]!, b[row & bMask]!);
  },
  hypot: (out, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = Math.hypot(a[row & aMask]!, b[row & bMask]!);
  },
  min: (out, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = Math.min(a[row & aMask]!, b[row & bMask]!);
  },
  max: (out, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = Math.max(a[row & aMask]!, b[row & bMask]!);
  }
};

export const numberCompare: Readonly<Record<ComparePrimitive, NumberCompare>> = {
  '==': (out, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = +(a[row & aMask]! === b[row & bMask]!);
  },
  '!=': (out, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = +(a[row & aMask]! !== b[row & bMask]!);
  },
  '<': (out, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = +(a[row & aMask]! < b[row & bMask]!);
  },
  '<=': (out, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = +(a[row & aMask]! <= b[row & bMask]!);
  },
  '>': (out, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = +(a[row & aMask]! > b[row & bMask]!);
  },
  '>=': (out, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = +(a[row & aMask]! >= b[row & bMask]!);
  }
};

export const numberUnary: Readonly<Record<UnaryPrimitive, NumberUnary>> = {
  negate: (out, a, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = -a[row]!;
  },
  abs: (out, a, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = Math.abs(a[row]!);
  },
  sign: (out, a, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = Math.sign(a[row]!);
  },
  round: (out, a, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = Math.round(a[row]!);
  },
  floor: (out, a, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = Math.floor(a[row]!);
  },
  ceil: (out, a, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = Math.ceil(a[row]!);
  },
  sqrt: (out, a, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = Math.sqrt(a[row]!);
  },
  exp: (out, a, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = Math.exp(a[row]!);
  },
  ln: (out, a, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = Math.log(a[row]!);
  },
  log10: (out, a, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = Math.log10(a[row]!);
  },
  sin: (out, a, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = Math.sin(a[row]!);
  },
  cos: (out, a, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = Math.cos(a[row]!);
  },
  tan: (out, a, rowCount) => {
    for (let row = 0; row < rowCount; row++) out[row] = Math.tan(a[row]!);
  }
};

/** 1 where the number is NaN. */
export function nanLoop(out: Uint8Array, a: Float64Array, rowCount: number): void {
  for (let row = 0; row < rowCount; row++) out[row] = +(a[row]! !== a[row]!);
}
