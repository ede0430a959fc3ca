import { narrow } from './byte-reader';
import type { ValueTarget } from './value-target';

/** Number formats of raw memory. */
export type ElementType = 'int8' | 'uint8' | 'int16' | 'uint16' | 'int24' | 'uint24' | 'int32' | 'uint32' | 'int64' | 'uint64' | 'float16' | 'float32' | 'float64';

export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int24: 3,
  uint24: 3,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float16: 2,
  float32: 4,
  float64: 8
};

/** The element at byte `at` of `view`; 64-bit ones beyond ±2^53 as bigint. The caller has checked that it lies inside. */
export function readElement(view: DataView, at: number, type: ElementType, littleEndian: boolean): number | bigint {
  switch (type) {
    case 'int8':
      return view.getInt8(at);
    case 'uint8':
      return view.getUint8(at);
    case 'int16':
      return view.getInt16(at, littleEndian);
    case 'uint16':
      return view.getUint16(at, littleEndian);
    case 'int24':
      return littleEndian ? view.getUint16(at, true) + view.getInt8(at + 2) * 65_536 : view.getInt8(at) * 65_536 + view.getUint16(at + 1);
    case 'uint24':
      return littleEndian ? view.getUint16(at, true) + view.getUint8(at + 2) * 65_536 : view.getUint8(at) * 65_536 + view.getUint16(at + 1);
    case 'int32':
      return view.getInt32(at, littleEndian);
    case 'uint32':
      return view.getUint32(at, littleEndian);
    case 'int64':
      return narrow(view.getBigInt64(at, littleEndian));
    case 'uint64':
      return narrow(view.getBigUint64(at, littleEndian));
    case 'float16':
      return halfToDouble(view.getUint16(at, littleEndian));
    case 'float32':
      return view.getFloat32(at, littleEndian);
    case 'float64':
      return view.getFloat64(at, littleEndian);
  }
}

/** Gives `value`, read as `type`, to `target`. */
export function putElement(target: ValueTarget, value: number | bigint, type: ElementType): void {
  if (typeof value === 'bigint') target.putBigInt(value);
  else if (type.startsWith('float')) target.putDouble(value);
  else target.putInteger(value);
}

/** The number that the bits of an IEEE 754 binary16 stand for. */
export function halfToDouble(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size = exponent === 0 ? fraction * 2 ** -24 : exponent === 31 ? (fraction === 0 ? Infinity : NaN) : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
}
