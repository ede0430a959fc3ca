import { decodeUtf8, encodeUtf8 } from '../../codec/utf8';
import { parseInstant } from '../../codec/instant';
import type { CastPolicy } from '../../plan/nodes/shaping';
import type { ScalarType } from '../../schema/schema';
import { fitInt64, numberCast, toInt64 } from './cast-number';

/** One value of a scalar column: bool is 0 or 1, int64 a bigint. */
export type ScalarValue = number | bigint | string | Uint8Array;
/** A value of another type, or undefined if `policy` does not allow the change that this would take. */
export type ValueCast = (value: never) => ScalarValue | undefined;

/** Types that numbers, times and texts can be turned into; from others see `castsOf`. */
const FROM_NUMBER: readonly ScalarType[] = ['bool', 'int32', 'int64', 'float32', 'float64', 'utf8'];

/** The types that a column of type `from` can be cast to. */
export function castsOf(from: ScalarType): readonly ScalarType[] {
  switch (from) {
    case 'binary':
      return ['binary', 'utf8'];
    case 'utf8':
      return [...FROM_NUMBER, 'timestampMs', 'binary'];
    case 'bool':
      return FROM_NUMBER;
    case 'timestampMs':
      return ['int32', 'int64', 'float32', 'float64', 'timestampMs', 'utf8'];
    default:
      return [...FROM_NUMBER, 'timestampMs'];
  }
}

/** How one value of type `from` becomes one of type `to`; `to` is one of `castsOf(from)`. */
export function valueCast(from: ScalarType, to: ScalarType, policy: CastPolicy): ValueCast {
  if (from === 'binary') return to === 'binary' ? same : (bytes: Uint8Array) => decodeUtf8(bytes) ?? undefined;
  if (from === 'utf8') return fromText(to, policy);
  if (to === 'utf8') return toText(from);
  if (to === 'int64') return from === 'int64' ? same : (x: number) => toInt64(x, policy);
  const cast = numberCast(to as Parameters<typeof numberCast>[0], policy);
  return from === 'int64' ? (x: bigint) => cast(Number(x)) : cast;
}

function same<T extends ScalarValue>(value: T): T {
  return value;
}

function toText(from: ScalarType): ValueCast {
  if (from === 'bool') return (x: number) => (x === 1 ? 'true' : 'false');
  if (from === 'timestampMs') return instantText;
  return (x: number | bigint) => (Object.is(x, -0) ? '-0' : String(x));
}

/** ECMAScript's Date ends at ±8.64e15 ms. */
const DATE_MS_MAX = 8.64e15;
function instantText(timeMs: number): string | undefined {
  return Math.abs(timeMs) > DATE_MS_MAX ? undefined : new Date(timeMs).toISOString();
}

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/u;
const INTEGER = /^-?\d+$/u;
const NUMBER_LENGTH_MAX = 400;
const NON_FINITE: ReadonlyMap<string, number> = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity]
]);

function fromText(to: ScalarType, policy: CastPolicy): ValueCast {
  switch (to) {
    case 'utf8':
      return same;
    case 'binary':
      return encodeUtf8;
    case 'bool':
      return (text: string) => (text === 'true' ? 1 : text === 'false' ? 0 : undefined);
    case 'timestampMs':
      return (text: string) => parseInstant(text) ?? undefined;
    case 'int64':
      return (text: string) => textToInt64(text, policy);
    default: {
      const cast = numberCast(to, policy);
      return (text: string) => textToNumber(text, cast, policy);
    }
  }
}

function textToInt64(text: string, policy: CastPolicy): bigint | undefined {
  if (text.length > NUMBER_LENGTH_MAX) return undefined;
  if (INTEGER.test(text)) return fitInt64(BigInt(text), policy);
  return NUMBER.test(text) ? toInt64(Number(text), policy) : undefined;
}

/** A decimal number that a double cannot reach is out of range, not Infinity. */
function textToNumber(text: string, cast: (x: number) => number | undefined, policy: CastPolicy): number | undefined {
  const special = NON_FINITE.get(text);
  if (special !== undefined) return cast(special);
  if (text.length > NUMBER_LENGTH_MAX || !NUMBER.test(text)) return undefined;
  const x = Number(text);
  if (Number.isFinite(x)) return cast(x);
  return policy === 'clamp' ? cast(Math.sign(x) * Number.MAX_VALUE) : undefined;
}
