import type { CastPolicy } from '../../plan/nodes/shaping';
import { INT64_MAX, INT64_MIN } from '../../expression/typed';

/** Types that hold their values as doubles. */
export type NumberTarget = 'bool' | 'int32' | 'float32' | 'float64' | 'timestampMs';

interface Range {
  readonly min: number;
  readonly max: number;
}
const INTEGERS: Readonly<Record<'bool' | 'int32' | 'timestampMs', Range>> = {
  bool: { min: 0, max: 1 },
  int32: { min: -(2 ** 31), max: 2 ** 31 - 1 },
  timestampMs: { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }
};
const FLOAT32_MAX = (2 - 2 ** -23) * 2 ** 127;
const TWO_63 = 2 ** 63;

/** `x` as a value of `to`; undefined if `policy` does not allow the change that this would take. */
export type NumberCast = (x: number) => number | undefined;

export function numberCast(to: NumberTarget, policy: CastPolicy): NumberCast {
  switch (to) {
    case 'float64':
      return x => x;
    case 'float32':
      return x => toFloat32(x, policy);
    case 'bool':
      return x => (x === 0 ? 0 : x === 1 ? 1 : undefined);
    default:
      return x => toInteger(x, INTEGERS[to], policy);
  }
}

/** Fractions are rounded as by the function `round` of expressions: halves go up. */
function toInteger(x: number, { min, max }: Range, policy: CastPolicy): number | undefined {
  const rounds = policy === 'round' || policy === 'clamp';
  const whole = rounds ? Math.round(x) : x;
  if (Number.isInteger(whole) && whole >= min && whole <= max) return whole + 0;
  if (policy !== 'clamp') return undefined;
  return x < min ? min : x > max ? max : undefined;
}

function toFloat32(x: number, policy: CastPolicy): number | undefined {
  const single = Math.fround(x);
  if (Number.isFinite(single) || !Number.isFinite(x)) return single;
  return policy === 'clamp' ? Math.sign(x) * FLOAT32_MAX : undefined;
}

/** `x` as int64. */
export function toInt64(x: number, policy: CastPolicy): bigint | undefined {
  const rounds = policy === 'round' || policy === 'clamp';
  const whole = rounds ? Math.round(x) : x;
  if (Number.isInteger(whole) && whole >= -TWO_63 && whole < TWO_63) return BigInt(whole);
  if (policy !== 'clamp') return undefined;
  return x < 0 ? INT64_MIN : x > 0 ? INT64_MAX : undefined;
}

/** An integer of any size as int64. */
export function fitInt64(x: bigint, policy: CastPolicy): bigint | undefined {
  if (x >= INT64_MIN && x <= INT64_MAX) return x;
  if (policy !== 'clamp') return undefined;
  return x < 0n ? INT64_MIN : INT64_MAX;
}
