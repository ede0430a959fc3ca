import { describe, expect, test } from 'vitest';
import { aggregateSpec } from '../../../engine/aggregate/registry';

describe('aggregates in Flink SQL', () => {
  test.each([
    ['count', '', {}, 'COUNT(*)'],
    ['count', '`x`', {}, 'COUNT(`x`)'],
    ['countDistinct', '`x`', {}, 'COUNT(DISTINCT `x`)'],
    ['sum', '`x`', {}, 'SUM(CAST(`x` AS DOUBLE))'],
    ['mean', '`x`', {}, 'AVG(CAST(`x` AS DOUBLE))'],
    ['min', '`x`', {}, 'MIN(`x`)'],
    ['last', '`x`', {}, 'LAST_VALUE(`x`)'],
    ['range', '`x`', {}, '(MAX(`x`) - MIN(`x`))'],
    ['variance', '`x`', {}, 'VAR_SAMP(CAST(`x` AS DOUBLE))'],
    ['stddev', '`x`', { ddof: 0 }, 'STDDEV_POP(CAST(`x` AS DOUBLE))'],
    ['median', '`x`', {}, 'PERCENTILE(CAST(`x` AS DOUBLE), 0.5)'],
    ['quantile', '`x`', { q: 0.99 }, 'PERCENTILE(CAST(`x` AS DOUBLE), 0.99)']
  ] as const)('%s of %s with %j', (fn, column, options, sql) => {
    expect(aggregateSpec(fn, 'test').sql?.({ column, type: column === '' ? null : 'float64', options })).toBe(sql);
  });

  test.each([
    ['stddev', { ddof: 2 }],
    ['quantile', { q: 0.5, method: 'hazen' }],
    ['mode', {}],
    ['slope', {}],
    ['covariance', {}]
  ] as const)('%s with %j has none', (fn, options) => {
    expect(aggregateSpec(fn, 'test').sql?.({ column: '`x`', type: 'float64', options }) ?? null).toBeNull();
  });

  test('sums of integers do not wrap at 2^31', () => {
    expect(aggregateSpec('sum', 'test').sql?.({ column: '`i`', type: 'int32', options: {} })).toBe('SUM(CAST(`i` AS BIGINT))');
  });
});
