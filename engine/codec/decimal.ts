const ZERO = 48;
const NINE = 57;
const DOT = 46;
const MINUS = 45;
const HEAD_DIGITS = 15;
const DIGITS_MAX = 19;
const SPLITTER = 134_217_729;

/** Powers of ten that a double holds exactly. */
export const EXACT_POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * The double nearest to the decimal number in the ASCII bytes `[start, end)`, which must be a JSON number; ±Infinity when
 * it is beyond the range. The slow way, for numbers of more than 15 digits or with an exponent.
 */
export function parseDecimal(bytes: Uint8Array, start: number, end: number): number {
  const quick = quickDecimal(bytes, start, end);
  if (quick === quick) return quick;
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return Number(text);
}

/** Up to 19 digits without exponent, rounded once; NaN when that cannot be told quickly. */
function quickDecimal(bytes: Uint8Array, start: number, end: number): number {
  const negative = bytes[start] === MINUS;
  let head = 0;
  let tail = 0;
  let digits = 0;
  let places = 0;
  let fraction = 0;
  for (let i = negative ? start + 1 : start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === DOT) {
      places = 1;
      continue;
    }
    if (byte < ZERO || byte > NINE) return NaN;
    fraction += places;
    if (digits === 0 && byte === ZERO) continue;
    digits += 1;
    if (digits <= HEAD_DIGITS) head = head * 10 + (byte - ZERO);
    else tail = tail * 10 + (byte - ZERO);
  }
  if (digits > DIGITS_MAX || fraction > 22) return NaN;
  const value = divide(head, tail, Math.max(0, digits - HEAD_DIGITS), fraction);
  return negative ? -value : value;
}

/**
 * (head·10^tailDigits + tail) / 10^fraction, rounded to nearest. The dividend is an exact pair of doubles (Dekker 1971);
 * the quotient is corrected by its exact remainder. NaN when the corrected sum is too near to the middle of two doubles.
 */
function divide(head: number, tail: number, tailDigits: number, fraction: number): number {
  const power = EXACT_POWERS[tailDigits]!;
  const product = head * power;
  const productError = multiplyError(head, power, product);
  const sum = product + tail;
  const sumError = tail - (sum - product) + productError;
  const high = sum + sumError;
  const low = sumError - (high - sum);
  if (fraction === 0) return high;
  const divisor = EXACT_POWERS[fraction]!;
  const quotient = high / divisor;
  const back = quotient * divisor;
  const remainder = high - back - multiplyError(quotient, divisor, back) + low;
  const correction = remainder / divisor;
  const doubt = Math.abs(correction) * 2 ** -49;
  const value = quotient + (correction - doubt);
  return value === quotient + (correction + doubt) ? value : NaN;
}

/** What `a * b` lost when it was rounded to `product`. */
function multiplyError(a: number, b: number, product: number): number {
  const aScaled = SPLITTER * a;
  const aHigh = aScaled - (aScaled - a);
  const aLow = a - aHigh;
  const bScaled = SPLITTER * b;
  const bHigh = bScaled - (bScaled - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}
