/** A complex number; for the design of filters, not for signals. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

export const complex = (re: number, im = 0): Complex => ({ re, im });

export function add(a: Complex, b: Complex): Complex {
  return complex(a.re + b.re, a.im + b.im);
}

export function subtract(a: Complex, b: Complex): Complex {
  return complex(a.re - b.re, a.im - b.im);
}

export function multiply(a: Complex, b: Complex): Complex {
  return complex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);
}

export function divide(a: Complex, b: Complex): Complex {
  const squared = b.re * b.re + b.im * b.im;
  return complex((a.re * b.re + a.im * b.im) / squared, (a.im * b.re - a.re * b.im) / squared);
}

export function scaled(a: Complex, factor: number): Complex {
  return complex(a.re * factor, a.im * factor);
}

export function magnitude(a: Complex): number {
  return Math.hypot(a.re, a.im);
}

/** The square root with a real part of at least 0. */
export function squareRoot(a: Complex): Complex {
  const size = magnitude(a);
  const re = Math.sqrt((size + Math.abs(a.re)) / 2);
  if (re === 0) return complex(0);
  const other = a.im / (2 * re);
  if (a.re >= 0) return complex(re, other);
  return complex(Math.abs(other), a.im < 0 ? -re : re);
}

export function product(values: readonly Complex[]): Complex {
  return values.reduce(multiply, complex(1));
}
