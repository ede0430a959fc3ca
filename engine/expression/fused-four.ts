import type { NumberPair } from './arithmetic-loops';

/* Written out for the reasons of `fused-left.ts`. */
export type FourLoop = (out: Float64Array, a: Float64Array, b: Float64Array, c: Float64Array, d: Float64Array, count: number) => void;

export const sumOfProducts: FourLoop = (out, a, b, c, d, count) => {
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

const sumTimesDifference: FourLoop = (out, a, b, c, d, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = (a[i]! + b[i]!) * (c[i]! - d[i]!);
    const v1 = (a[i + 1]! + b[i + 1]!) * (c[i + 1]! - d[i + 1]!);
    const v2 = (a[i + 2]! + b[i + 2]!) * (c[i + 2]! - d[i + 2]!);
    const v3 = (a[i + 3]! + b[i + 3]!) * (c[i + 3]! - d[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = (a[i]! + b[i]!) * (c[i]! - d[i]!);
};

const differenceTimesDifference: FourLoop = (out, a, b, c, d, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = (a[i]! - b[i]!) * (c[i]! - d[i]!);
    const v1 = (a[i + 1]! - b[i + 1]!) * (c[i + 1]! - d[i + 1]!);
    const v2 = (a[i + 2]! - b[i + 2]!) * (c[i + 2]! - d[i + 2]!);
    const v3 = (a[i + 3]! - b[i + 3]!) * (c[i + 3]! - d[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = (a[i]! - b[i]!) * (c[i]! - d[i]!);
};

const sumTimesSum: FourLoop = (out, a, b, c, d, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = (a[i]! + b[i]!) * (c[i]! + d[i]!);
    const v1 = (a[i + 1]! + b[i + 1]!) * (c[i + 1]! + d[i + 1]!);
    const v2 = (a[i + 2]! + b[i + 2]!) * (c[i + 2]! + d[i + 2]!);
    const v3 = (a[i + 3]! + b[i + 3]!) * (c[i + 3]! + d[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = (a[i]! + b[i]!) * (c[i]! + d[i]!);
};

const differenceOverSum: FourLoop = (out, a, b, c, d, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = (a[i]! - b[i]!) / (c[i]! + d[i]!);
    const v1 = (a[i + 1]! - b[i + 1]!) / (c[i + 1]! + d[i + 1]!);
    const v2 = (a[i + 2]! - b[i + 2]!) / (c[i + 2]! + d[i + 2]!);
    const v3 = (a[i + 3]! - b[i + 3]!) / (c[i + 3]! + d[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = (a[i]! - b[i]!) / (c[i]! + d[i]!);
};

const differenceOverDifference: FourLoop = (out, a, b, c, d, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = (a[i]! - b[i]!) / (c[i]! - d[i]!);
    const v1 = (a[i + 1]! - b[i + 1]!) / (c[i + 1]! - d[i + 1]!);
    const v2 = (a[i + 2]! - b[i + 2]!) / (c[i + 2]! - d[i + 2]!);
    const v3 = (a[i + 3]! - b[i + 3]!) / (c[i + 3]! - d[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = (a[i]! - b[i]!) / (c[i]! - d[i]!);
};

const productOverProduct: FourLoop = (out, a, b, c, d, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = (a[i]! * b[i]!) / (c[i]! * d[i]!);
    const v1 = (a[i + 1]! * b[i + 1]!) / (c[i + 1]! * d[i + 1]!);
    const v2 = (a[i + 2]! * b[i + 2]!) / (c[i + 2]! * d[i + 2]!);
    const v3 = (a[i + 3]! * b[i + 3]!) / (c[i + 3]! * d[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = (a[i]! * b[i]!) / (c[i]! * d[i]!);
};

/** sqrt(a * b + c * d). */
export const rootOfSumOfProducts: FourLoop = (out, a, b, c, d, count) => {
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

/** |a - b|. */
export const distance: NumberPair = (out, a, b, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = Math.abs(a[i]! - b[i]!);
    const v1 = Math.abs(a[i + 1]! - b[i + 1]!);
    const v2 = Math.abs(a[i + 2]! - b[i + 2]!);
    const v3 = Math.abs(a[i + 3]! - b[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = Math.abs(a[i]! - b[i]!);
};

/** `(a left b) outer (c right d)` by left, outer and right. */
export const bothFirst: Readonly<Record<string, FourLoop>> = {
  '*+*': sumOfProducts,
  '*-*': differenceOfProducts,
  '+*-': sumTimesDifference,
  '-*-': differenceTimesDifference,
  '+*+': sumTimesSum,
  '-/+': differenceOverSum,
  '-/-': differenceOverDifference,
  '*/*': productOverProduct
};
