import type { Vector } from './vector';

type Bools = Vector<Uint8Array>;

/** SQL's three-valued AND: false wins over null. Writes values and, where given, validity. */
export function andLoop(out: Uint8Array, outValid: Uint8Array | null, a: Bools, aMask: number, b: Bools, bMask: number, rowCount: number): void {
  if (outValid === null) {
    for (let row = 0; row < rowCount; row++) out[row] = a.values[row & aMask]! & b.values[row & bMask]!;
    return;
  }
  for (let row = 0; row < rowCount; row++) {
    const aValid = a.validity === null ? 1 : a.validity[row & aMask]!;
    const bValid = b.validity === null ? 1 : b.validity[row & bMask]!;
    const aTrue = a.values[row & aMask]!;
    const bTrue = b.values[row & bMask]!;
    out[row] = aTrue & bTrue;
    outValid[row] = (aValid & bValid) | (aValid & (aTrue ^ 1)) | (bValid & (bTrue ^ 1));
  }
}

/** SQL's three-valued OR: true wins over null. */
export function orLoop(out: Uint8Array, outValid: Uint8Array | null, a: Bools, aMask: number, b: Bools, bMask: number, rowCount: number): void {
  if (outValid === null) {
    for (let row = 0; row < rowCount; row++) out[row] = a.values[row & aMask]! | b.values[row & bMask]!;
    return;
  }
  for (let row = 0; row < rowCount; row++) {
    const aValid = a.validity === null ? 1 : a.validity[row & aMask]!;
    const bValid = b.validity === null ? 1 : b.validity[row & bMask]!;
    const aTrue = aValid & a.values[row & aMask]!;
    const bTrue = bValid & b.values[row & bMask]!;
    out[row] = aTrue | bTrue;
    outValid[row] = (aValid & bValid) | aTrue | bTrue;
  }
}

type NumberArray = Float64Array | Int32Array | Uint8Array;

/** `test ? a : b` for every row; a null test takes `b`. Validity is written where `outValid` is given. */
export function chooseLoop<T extends NumberArray>(out: T, outValid: Uint8Array | null, test: Bools, testMask: number, a: Vector<T>, aMask: number, b: Vector<T>, bMask: number, rowCount: number): void {
  const aValues: NumberArray = a.values;
  const bValues: NumberArray = b.values;
  for (let row = 0; row < rowCount; row++) {
    const taken = test.values[row & testMask]! === 1 && (test.validity === null || test.validity[row & testMask]! === 1);
    out[row] = taken ? aValues[row & aMask]! : bValues[row & bMask]!;
    if (outValid !== null) outValid[row] = taken ? (a.validity === null ? 1 : a.validity[row & aMask]!) : b.validity === null ? 1 : b.validity[row & bMask]!;
  }
}

/** `chooseLoop` for int64. */
export function chooseInt64Loop(out: BigInt64Array, outValid: Uint8Array | null, test: Bools, testMask: number, a: Vector<BigInt64Array>, aMask: number, b: Vector<BigInt64Array>, bMask: number, rowCount: number): void {
  for (let row = 0; row < rowCount; row++) {
    const taken = test.values[row & testMask]! === 1 && (test.validity === null || test.validity[row & testMask]! === 1);
    out[row] = taken ? a.values[row & aMask]! : b.values[row & bMask]!;
    if (outValid !== null) outValid[row] = taken ? (a.validity === null ? 1 : a.validity[row & aMask]!) : b.validity === null ? 1 : b.validity[row & bMask]!;
  }
}
