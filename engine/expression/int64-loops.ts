import type { ComparePrimitive } from './typed';

export type Int64Primitive = '+' | '-' | '*' | '%' | 'min' | 'max';
export type Int64UnaryPrimitive = 'negate' | 'abs' | 'sign';

/** Writes the results, and 0 into `valid` where a result leaves int64 or a remainder is by 0. */
export type Int64Binary = (out: BigInt64Array, valid: Uint8Array, a: BigInt64Array, aMask: number, b: BigInt64Array, bMask: number, rowCount: number) => void;
export type Int64Compare = (out: Uint8Array, a: BigInt64Array, aMask: number, b: BigInt64Array, bMask: number, rowCount: number) => void;
export type Int64Unary = (out: BigInt64Array, valid: Uint8Array, a: BigInt64Array, rowCount: number) => void;

export const int64Binary: Readonly<Record<Int64Primitive, Int64Binary>> = {
  '+': (out, valid, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) {
      const exact = a[row & aMask]! + b[row & bMask]!;
      out[row] = exact;
      if (out[row] !== exact) valid[row] = 0;
    }
  },
  '-': (out, valid, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) {
      const exact = a[row & aMask]! - b[row & bMask]!;
      out[row] = exact;
      if (out[row] !== exact) valid[row] = 0;
    }
  },
  '*': (out, valid, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) {
      const exact = a[row & aMask]! * b[row & bMask]!;
      out[row] = exact;
      if (out[row] !== exact) valid[row] = 0;
    }
  },
  '%': (out, valid, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) {
      const divisor = b[row & bMask]!;
      if (divisor === 0n) valid[row] = 0;
      else out[row] = a[row & aMask]! % divisor;
    }
  },
  min: (out, _valid, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) {
      const left = a[row & aMask]!;
      const right = b[row & bMask]!;
      out[row] = left < right ? left : right;
    }
  },
  max: (out, _valid, a, aMask, b, bMask, rowCount) => {
    for (let row = 0; row < rowCount; row++) {
      const left = a[row & aMask]!;
      const right = b[row & bMask]!;
      out[row] = left > right ? left : right;
    }
  }
};

export const int64Compare: Readonly<Record<ComparePrimitive, Int64Compare>> = {
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

export const int64Unary: Readonly<Record<Int64UnaryPrimitive, Int64Unary>> = {
  negate: (out, valid, a, rowCount) => {
    for (let row = 0; row < rowCount; row++) {
      const exact = -a[row]!;
      out[row] = exact;
      if (out[row] !== exact) valid[row] = 0;
    }
  },
  abs: (out, valid, a, rowCount) => {
    for (let row = 0; row < rowCount; row++) {
      const value = a[row]!;
      const exact = value < 0n ? -value : value;
      out[row] = exact;
      if (out[row] !== exact) valid[row] = 0;
    }
  },
  sign: (out, _valid, a, rowCount) => {
    for (let row = 0; row < rowCount; row++) {
      const value = a[row]!;
      out[row] = value > 0n ? 1n : value < 0n ? -1n : 0n;
    }
  }
};
