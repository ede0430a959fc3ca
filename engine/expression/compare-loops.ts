import type { ComparePrimitive } from './typed';

/*
 * Comparisons of doubles by IEEE 754, 1 where they hold; written out for the reasons of `arithmetic-loops.ts`.
 */
export type ComparePair = (out: Uint8Array, a: Float64Array, b: Float64Array, count: number) => void;
export type CompareConstant = (out: Uint8Array, a: Float64Array, constant: number, count: number) => void;

/** A comparison of two columns, of a column with a constant, and of a constant with a column. */
export interface CompareLoops {
  readonly pair: ComparePair;
  readonly right: CompareConstant;
  readonly left: CompareConstant;
}

const equal: ComparePair = (out, a, b, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! === b[i]!;
    const v1 = a[i + 1]! === b[i + 1]!;
    const v2 = a[i + 2]! === b[i + 2]!;
    const v3 = a[i + 3]! === b[i + 3]!;
    out[i] = +v0;
    out[i + 1] = +v1;
    out[i + 2] = +v2;
    out[i + 3] = +v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = +(a[i]! === b[i]!);
};

const equalConstant: CompareConstant = (out, a, constant, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! === constant;
    const v1 = a[i + 1]! === constant;
    const v2 = a[i + 2]! === constant;
    const v3 = a[i + 3]! === constant;
    out[i] = +v0;
    out[i + 1] = +v1;
    out[i + 2] = +v2;
    out[i + 3] = +v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = +(a[i]! === constant);
};

const unequal: ComparePair = (out, a, b, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! !== b[i]!;
    const v1 = a[i + 1]! !== b[i + 1]!;
    const v2 = a[i + 2]! !== b[i + 2]!;
    const v3 = a[i + 3]! !== b[i + 3]!;
    out[i] = +v0;
    out[i + 1] = +v1;
    out[i + 2] = +v2;
    out[i + 3] = +v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = +(a[i]! !== b[i]!);
};

const unequalConstant: CompareConstant = (out, a, constant, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! !== constant;
    const v1 = a[i + 1]! !== constant;
    const v2 = a[i + 2]! !== constant;
    const v3 = a[i + 3]! !== constant;
    out[i] = +v0;
    out[i + 1] = +v1;
    out[i + 2] = +v2;
    out[i + 3] = +v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = +(a[i]! !== constant);
};

const below: ComparePair = (out, a, b, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! < b[i]!;
    const v1 = a[i + 1]! < b[i + 1]!;
    const v2 = a[i + 2]! < b[i + 2]!;
    const v3 = a[i + 3]! < b[i + 3]!;
    out[i] = +v0;
    out[i + 1] = +v1;
    out[i + 2] = +v2;
    out[i + 3] = +v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = +(a[i]! < b[i]!);
};

const belowConstant: CompareConstant = (out, a, constant, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! < constant;
    const v1 = a[i + 1]! < constant;
    const v2 = a[i + 2]! < constant;
    const v3 = a[i + 3]! < constant;
    out[i] = +v0;
    out[i + 1] = +v1;
    out[i + 2] = +v2;
    out[i + 3] = +v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = +(a[i]! < constant);
};

const atMost: ComparePair = (out, a, b, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! <= b[i]!;
    const v1 = a[i + 1]! <= b[i + 1]!;
    const v2 = a[i + 2]! <= b[i + 2]!;
    const v3 = a[i + 3]! <= b[i + 3]!;
    out[i] = +v0;
    out[i + 1] = +v1;
    out[i + 2] = +v2;
    out[i + 3] = +v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = +(a[i]! <= b[i]!);
};

const atMostConstant: CompareConstant = (out, a, constant, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! <= constant;
    const v1 = a[i + 1]! <= constant;
    const v2 = a[i + 2]! <= constant;
    const v3 = a[i + 3]! <= constant;
    out[i] = +v0;
    out[i + 1] = +v1;
    out[i + 2] = +v2;
    out[i + 3] = +v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = +(a[i]! <= constant);
};

const above: ComparePair = (out, a, b, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! > b[i]!;
    const v1 = a[i + 1]! > b[i + 1]!;
    const v2 = a[i + 2]! > b[i + 2]!;
    const v3 = a[i + 3]! > b[i + 3]!;
    out[i] = +v0;
    out[i + 1] = +v1;
    out[i + 2] = +v2;
    out[i + 3] = +v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = +(a[i]! > b[i]!);
};

const aboveConstant: CompareConstant = (out, a, constant, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! > constant;
    const v1 = a[i + 1]! > constant;
    const v2 = a[i + 2]! > constant;
    const v3 = a[i + 3]! > constant;
    out[i] = +v0;
    out[i + 1] = +v1;
    out[i + 2] = +v2;
    out[i + 3] = +v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = +(a[i]! > constant);
};

const atLeast: ComparePair = (out, a, b, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! >= b[i]!;
    const v1 = a[i + 1]! >= b[i + 1]!;
    const v2 = a[i + 2]! >= b[i + 2]!;
    const v3 = a[i + 3]! >= b[i + 3]!;
    out[i] = +v0;
    out[i + 1] = +v1;
    out[i + 2] = +v2;
    out[i + 3] = +v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = +(a[i]! >= b[i]!);
};

const atLeastConstant: CompareConstant = (out, a, constant, count) => {
  const unrolled = count - (count % 4);
  for (let i = 0; i < unrolled; i += 4) {
    const v0 = a[i]! >= constant;
    const v1 = a[i + 1]! >= constant;
    const v2 = a[i + 2]! >= constant;
    const v3 = a[i + 3]! >= constant;
    out[i] = +v0;
    out[i + 1] = +v1;
    out[i + 2] = +v2;
    out[i + 3] = +v3;
  }
  for (let i = unrolled; i < count; i++) out[i] = +(a[i]! >= constant);
};

export const compareLoops: Readonly<Record<ComparePrimitive, CompareLoops>> = {
  '==': { pair: equal, right: equalConstant, left: equalConstant },
  '!=': { pair: unequal, right: unequalConstant, left: unequalConstant },
  '<': { pair: below, right: belowConstant, left: aboveConstant },
  '<=': { pair: atMost, right: atMostConstant, left: atLeastConstant },
  '>': { pair: above, right: aboveConstant, left: belowConstant },
  '>=': { pair: atLeast, right: atLeastConstant, left: atMostConstant }
};
