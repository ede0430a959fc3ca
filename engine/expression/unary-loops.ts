import type { UnaryPrimitive } from './typed';

/* Written out for the reasons of `arithmetic-loops.ts`. Results may be written over the operand. */
export type NumberUnary = (out: Float64Array, a: Float64Array, count: number) => void;
export type Numbers32Widening<Values> = (out: Float64Array, a: Values, count: number) => void;

const negate: NumberUnary = (out, a, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = -a[i]!;
    const v1 = -a[i + 1]!;
    const v2 = -a[i + 2]!;
    const v3 = -a[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = -a[i]!;
};

const abs: NumberUnary = (out, a, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = Math.abs(a[i]!);
    const v1 = Math.abs(a[i + 1]!);
    const v2 = Math.abs(a[i + 2]!);
    const v3 = Math.abs(a[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = Math.abs(a[i]!);
};

const sqrt: NumberUnary = (out, a, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = Math.sqrt(a[i]!);
    const v1 = Math.sqrt(a[i + 1]!);
    const v2 = Math.sqrt(a[i + 2]!);
    const v3 = Math.sqrt(a[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = Math.sqrt(a[i]!);
};

const floor: NumberUnary = (out, a, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = Math.floor(a[i]!);
    const v1 = Math.floor(a[i + 1]!);
    const v2 = Math.floor(a[i + 2]!);
    const v3 = Math.floor(a[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = Math.floor(a[i]!);
};

const ceil: NumberUnary = (out, a, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = Math.ceil(a[i]!);
    const v1 = Math.ceil(a[i + 1]!);
    const v2 = Math.ceil(a[i + 2]!);
    const v3 = Math.ceil(a[i + 3]!);
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = Math.ceil(a[i]!);
};

export const unaryLoops: Readonly<Record<UnaryPrimitive, NumberUnary>> = {
  negate,
  abs,
  sqrt,
  floor,
  ceil,
  sign: (out, a, count) => {
    for (let i = 0; i < count; i++) out[i] = Math.sign(a[i]!);
  },
  round: (out, a, count) => {
    for (let i = 0; i < count; i++) out[i] = Math.round(a[i]!);
  },
  exp: (out, a, count) => {
    for (let i = 0; i < count; i++) out[i] = Math.exp(a[i]!);
  },
  ln: (out, a, count) => {
    for (let i = 0; i < count; i++) out[i] = Math.log(a[i]!);
  },
  log10: (out, a, count) => {
    for (let i = 0; i < count; i++) out[i] = Math.log10(a[i]!);
  },
  sin: (out, a, count) => {
    for (let i = 0; i < count; i++) out[i] = Math.sin(a[i]!);
  },
  cos: (out, a, count) => {
    for (let i = 0; i < count; i++) out[i] = Math.cos(a[i]!);
  },
  tan: (out, a, count) => {
    for (let i = 0; i < count; i++) out[i] = Math.tan(a[i]!);
  }
};

/** int32 as doubles. */
export const widenInt32: Numbers32Widening<Int32Array> = (out, a, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]!;
    const v1 = a[i + 1]!;
    const v2 = a[i + 2]!;
    const v3 = a[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]!;
};

/** float32 as doubles. */
export const widenFloat32: Numbers32Widening<Float32Array> = (out, a, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]!;
    const v1 = a[i + 1]!;
    const v2 = a[i + 2]!;
    const v3 = a[i + 3]!;
    out[i] = v0;
    out[i + 1] = v1;
    out[i + 2] = v2;
    out[i + 3] = v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = a[i]!;
};

/** int64 as the nearest doubles. */
export function widenInt64(out: Float64Array, a: BigInt64Array, count: number): void {
  for (let i = 0; i < count; i++) out[i] = Number(a[i]!);
}

/** 1 where the number is NaN. */
export function nanLoop(out: Uint8Array, a: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) out[i] = +(a[i]! !== a[i]!);
}
