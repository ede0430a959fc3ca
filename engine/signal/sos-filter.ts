import type { Section } from './sections';

/**
 * Filters by second-order sections, `scipy.signal.sosfilt` (transposed direct form II), in place. `state` holds two numbers per
 * section and is carried on: however a signal is cut into pieces, the bits are the same. Zeros are a filter at rest.
 */
export function sosFilter(sections: readonly Section[], x: Float64Array, state: Float64Array): void {
  sections.forEach(([b0, b1, b2, , a1, a2], section) => {
    let first = state[section * 2]!;
    let second = state[section * 2 + 1]!;
    for (let i = 0; i < x.length; i++) {
      const value = x[i]!;
      const filtered = b0 * value + first;
      first = b1 * value - a1 * filtered + second;
      second = b2 * value - a2 * filtered;
      x[i] = filtered;
    }
    state[section * 2] = first;
    state[section * 2 + 1] = second;
  });
}

/** State of the filter at rest after a constant input of 1, two numbers per section; `scipy.signal.sosfilt_zi`. Times the first sample it avoids the jump at the start. */
export function steadyState(sections: readonly Section[]): Float64Array {
  const state = new Float64Array(sections.length * 2);
  let level = 1;
  sections.forEach(([b0, b1, b2, , a1, a2], section) => {
    const first = (b1 - a1 * b0 + (b2 - a2 * b0)) / (1 + a1 + a2);
    state[section * 2] = level * first;
    state[section * 2 + 1] = level * ((1 + a1) * first - (b1 - a1 * b0));
    level *= (b0 + b1 + b2) / (1 + a1 + a2);
  });
  return state;
}
