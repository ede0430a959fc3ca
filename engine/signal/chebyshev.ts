import type { FilterOptions } from './butterworth';
import { checkOrder, filterEdges } from './butterworth';
import { complex, product } from './complex';
import type { Section } from './sections';
import { sectionsOf } from './sections';
import { digitalFilter } from './zero-pole';

/** Chebyshev filter of type I (steeper than Butterworth, `rippleDb` of ripple in the pass band) as second-order sections, `scipy.signal.cheby1(…, output='sos')`. Throws `SIGNAL_PARAMETERS`. */
export function chebyshev(options: FilterOptions & { readonly rippleDb: number }): Section[] {
  const { order, kind, rippleDb } = options;
  checkOrder('chebyshev', order);
  const ripple = Math.sqrt(10 ** (0.1 * rippleDb) - 1);
  const flatness = Math.asinh(1 / ripple) / order;
  const poles = Array.from({ length: order }, (_, i) => {
    const angle = (Math.PI * (2 * i - order + 1)) / (2 * order);
    return complex(-Math.sinh(flatness) * Math.cos(angle), 2 * i + 1 === order ? 0 : -Math.cosh(flatness) * Math.sin(angle));
  });
  const level = product(poles.map(pole => complex(-pole.re, -pole.im))).re;
  const gain = order % 2 === 0 ? level / Math.sqrt(1 + ripple * ripple) : level;
  return sectionsOf(digitalFilter({ zeros: [], poles, gain }, kind, filterEdges('chebyshev', options)));
}
