/*
 * Several operations of doubles in one loop, because reading and writing cost more than computing. The result is that of the
 * single operations bit for bit: each is rounded by itself. Written out for the reasons of `arithmetic-loops.ts`.
 */
export type Operator = '+' | '-' | '*' | '/';
export type ThreeLoop = (out: Float64Array, a: Float64Array, b: Float64Array, c: Float64Array, count: number) => void;

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

const differencePlus: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! - b[i]! + c[i]!;
    const v1 = a[i + 1]! - b[i + 1]! + c[i + 1]!;
    const v2 = a[i + 2]! - b[i + 2]! + c[i + 2]!;
    const v3 = a[i + 3]! - b[i + 3]! + c[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]! - b[i]! + c[i]!;
};

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

const quotientPlus: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! / b[i]! + c[i]!;
    const v1 = a[i + 1]! / b[i + 1]! + c[i + 1]!;
    const v2 = a[i + 2]! / b[i + 2]! + c[i + 2]!;
    const v3 = a[i + 3]! / b[i + 3]! + c[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]! / b[i]! + c[i]!;
};

const sumMinus: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! + b[i]! - c[i]!;
    const v1 = a[i + 1]! + b[i + 1]! - c[i + 1]!;
    const v2 = a[i + 2]! + b[i + 2]! - c[i + 2]!;
    const v3 = a[i + 3]! + b[i + 3]! - c[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]! + b[i]! - c[i]!;
};

const differenceMinus: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! - b[i]! - c[i]!;
    const v1 = a[i + 1]! - b[i + 1]! - c[i + 1]!;
    const v2 = a[i + 2]! - b[i + 2]! - c[i + 2]!;
    const v3 = a[i + 3]! - b[i + 3]! - c[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]! - b[i]! - c[i]!;
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

const quotientMinus: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! / b[i]! - c[i]!;
    const v1 = a[i + 1]! / b[i + 1]! - c[i + 1]!;
    const v2 = a[i + 2]! / b[i + 2]! - c[i + 2]!;
    const v3 = a[i + 3]! / b[i + 3]! - c[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]! / b[i]! - c[i]!;
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

const quotientTimes: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = (a[i]! / b[i]!) * c[i]!;
    const v1 = (a[i + 1]! / b[i + 1]!) * c[i + 1]!;
    const v2 = (a[i + 2]! / b[i + 2]!) * c[i + 2]!;
    const v3 = (a[i + 3]! / b[i + 3]!) * c[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = (a[i]! / b[i]!) * c[i]!;
};

const sumOver: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = (a[i]! + b[i]!) / c[i]!;
    const v1 = (a[i + 1]! + b[i + 1]!) / c[i + 1]!;
    const v2 = (a[i + 2]! + b[i + 2]!) / c[i + 2]!;
    const v3 = (a[i + 3]! + b[i + 3]!) / c[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = (a[i]! + b[i]!) / c[i]!;
};

const differenceOver: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = (a[i]! - b[i]!) / c[i]!;
    const v1 = (a[i + 1]! - b[i + 1]!) / c[i + 1]!;
    const v2 = (a[i + 2]! - b[i + 2]!) / c[i + 2]!;
    const v3 = (a[i + 3]! - b[i + 3]!) / c[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = (a[i]! - b[i]!) / c[i]!;
};

const productOver: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = (a[i]! * b[i]!) / c[i]!;
    const v1 = (a[i + 1]! * b[i + 1]!) / c[i + 1]!;
    const v2 = (a[i + 2]! * b[i + 2]!) / c[i + 2]!;
    const v3 = (a[i + 3]! * b[i + 3]!) / c[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = (a[i]! * b[i]!) / c[i]!;
};

const quotientOver: ThreeLoop = (out, a, b, c, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! / b[i]! / c[i]!;
    const v1 = a[i + 1]! / b[i + 1]! / c[i + 1]!;
    const v2 = a[i + 2]! / b[i + 2]! / c[i + 2]!;
    const v3 = a[i + 3]! / b[i + 3]! / c[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]! / b[i]! / c[i]!;
};

/** `(a inner b) outer c` by outer and inner. */
export const leftFirst: Readonly<Record<Operator, Readonly<Record<Operator, ThreeLoop>>>> = {
  '+': { '+': sumPlus, '-': differencePlus, '*': productPlus, '/': quotientPlus },
  '-': { '+': sumMinus, '-': differenceMinus, '*': productMinus, '/': quotientMinus },
  '*': { '+': sumTimes, '-': differenceTimes, '*': productTimes, '/': quotientTimes },
  '/': { '+': sumOver, '-': differenceOver, '*': productOver, '/': quotientOver }
};
