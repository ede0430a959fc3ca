import type { Operator, ThreeLoop } from './fused-left';

/* Written out for the reasons of `fused-left.ts`. Sums and products may change sides, which changes no bit, so only these are left. */

const minusSum: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = c[i]! - (a[i]! + b[i]!);
    const v1 = c[i + 1]! - (a[i + 1]! + b[i + 1]!);
    const v2 = c[i + 2]! - (a[i + 2]! + b[i + 2]!);
    const v3 = c[i + 3]! - (a[i + 3]! + b[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = c[i]! - (a[i]! + b[i]!);
};

const minusDifference: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = c[i]! - (a[i]! - b[i]!);
    const v1 = c[i + 1]! - (a[i + 1]! - b[i + 1]!);
    const v2 = c[i + 2]! - (a[i + 2]! - b[i + 2]!);
    const v3 = c[i + 3]! - (a[i + 3]! - b[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = c[i]! - (a[i]! - b[i]!);
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

const minusQuotient: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = c[i]! - a[i]! / b[i]!;
    const v1 = c[i + 1]! - a[i + 1]! / b[i + 1]!;
    const v2 = c[i + 2]! - a[i + 2]! / b[i + 2]!;
    const v3 = c[i + 3]! - a[i + 3]! / b[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = c[i]! - a[i]! / b[i]!;
};

const overSum: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = c[i]! / (a[i]! + b[i]!);
    const v1 = c[i + 1]! / (a[i + 1]! + b[i + 1]!);
    const v2 = c[i + 2]! / (a[i + 2]! + b[i + 2]!);
    const v3 = c[i + 3]! / (a[i + 3]! + b[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = c[i]! / (a[i]! + b[i]!);
};

const overDifference: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = c[i]! / (a[i]! - b[i]!);
    const v1 = c[i + 1]! / (a[i + 1]! - b[i + 1]!);
    const v2 = c[i + 2]! / (a[i + 2]! - b[i + 2]!);
    const v3 = c[i + 3]! / (a[i + 3]! - b[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = c[i]! / (a[i]! - b[i]!);
};

const overProduct: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = c[i]! / (a[i]! * b[i]!);
    const v1 = c[i + 1]! / (a[i + 1]! * b[i + 1]!);
    const v2 = c[i + 2]! / (a[i + 2]! * b[i + 2]!);
    const v3 = c[i + 3]! / (a[i + 3]! * b[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = c[i]! / (a[i]! * b[i]!);
};

const overQuotient: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = c[i]! / (a[i]! / b[i]!);
    const v1 = c[i + 1]! / (a[i + 1]! / b[i + 1]!);
    const v2 = c[i + 2]! / (a[i + 2]! / b[i + 2]!);
    const v3 = c[i + 3]! / (a[i + 3]! / b[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = c[i]! / (a[i]! / b[i]!);
};

/** `c outer (a inner b)` by outer and inner. */
export const rightFirst: Readonly<Record<'-' | '/', Readonly<Record<Operator, ThreeLoop>>>> = {
  '-': { '+': minusSum, '-': minusDifference, '*': minusProduct, '/': minusQuotient },
  '/': { '+': overSum, '-': overDifference, '*': overProduct, '/': overQuotient }
};

/** sqrt(a * b + c). */
export const rootOfProductPlus: ThreeLoop = (out, a, b, c, count) => {
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
