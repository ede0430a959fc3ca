import { describe, expect, test } from 'vitest';
import { aggregateSpecs } from '../../../engine/aggregate/registry';

describe('the specs of aggregates', () => {
  test.each(Object.entries(aggregateSpecs))('%s says what its forms and docs need', (name, spec) => {
    expect(spec.fn).toBe(name);
    expect(spec.doc).toMatch(/\.$/su);
    for (const option of spec.options) {
      expect(option.doc).toMatch(/\.$/su);
      expect(option.type.length).toBeGreaterThan(0);
    }
  });
});
