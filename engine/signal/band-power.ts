import { FftPlans } from './fft';
import type { WelchOptions } from './welch';
import { welch } from './welch';

export type IntegrationRule = 'trapezoid' | 'simpson' | 'rectangle';

export interface BandPowerOptions extends WelchOptions {
  /** The band takes the bins from `lowHz` to `highHz`, both included. */
  readonly lowHz: number;
  readonly highHz: number;
  /** Default `trapezoid`, by which one bin alone has no power; `rectangle` is sum · bin width. */
  readonly method?: IntegrationRule;
  /** Default false: unit². True: share of the power of all bins, 0 … 1. */
  readonly relative?: boolean;
}

/** Power of a band of Welch's density, integrated over its bins as `scipy.integrate` does; 0 without bins in the band. Resolution sampleHz / segmentSize. */
export function bandPower(x: Float64Array, options: BandPowerOptions, plans = new FftPlans()): number {
  const { lowHz, highHz, method = 'trapezoid', relative = false } = options;
  if (x.length === 0) return NaN;
  const { binHz, power } = welch(x, options, plans);
  const band = power.filter((_, k) => k * binHz >= lowHz && k * binHz <= highHz);
  const inBand = integrate(band, binHz, method);
  return relative ? inBand / integrate(power, binHz, method) : inBand;
}

function integrate(y: Float64Array, step: number, method: IntegrationRule): number {
  if (method === 'rectangle') return y.reduce((sum, value) => sum + value, 0) * step;
  if (method === 'simpson' && y.length > 2) return simpson(y, step);
  let sum = 0;
  for (let i = 1; i < y.length; i++) sum += y[i - 1]! + y[i]!;
  return (sum * step) / 2;
}

/** Simpson's rule; with an even number of points the last interval by Cartwright's correction. */
function simpson(y: Float64Array, step: number): number {
  const n = y.length;
  let sum = 0;
  for (let i = 2; i < n; i += 2) sum += y[i - 2]! + 4 * y[i - 1]! + y[i]!;
  const last = n % 2 === 0 ? (5 * y[n - 1]! + 8 * y[n - 2]! - y[n - 3]!) / 12 : 0;
  return (sum / 3 + last) * step;
}
