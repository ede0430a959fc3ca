import { describe, expect, test } from 'vitest';
import type { FlinkCase } from '../../support/flink-case';
import { compareAggregates, flinkCases, runFlinkCase } from '../../support/flink-case';

/** What our rule, late is `t <= watermark`, does not share with Flink's bounded OVER, and sums that it lets drift. */
function follows({ tags = [] }: FlinkCase): boolean {
  return !tags.some(tag => tag.startsWith('quirk:over-'));
}

describe('the cases of OVER of Apache Flink', () => {
  const cases = flinkCases('sql-over.json').filter(follows);
  test.each(cases.map(each => [each.name, each] as const))('%s gives the same results at the same inputs', (_, flinkCase) => {
    const { window } = flinkCase;
    // Flink keeps only the order of the times within a key.
    const expected = [...flinkCase.expected].sort((a, b) => Number(a['at']) - Number(b['at']) || Number(a['t']) - Number(b['t']) || Number(a['i']) - Number(b['i']));
    for (const pushSize of [1, 3, flinkCase.input.length + 1]) {
      const run = runFlinkCase(flinkCase, pushSize);
      expect(run.rows.map(({ at, key, windowEndMs }) => ({ at, key, t: Number(windowEndMs) - 1 }))).toEqual(expected.map(row => ({ at: row['at'], key: row['key'], t: row['t'] })));
      run.rows.forEach((row, index) => {
        compareAggregates(row, expected[index]!, flinkCase);
        if (window.kind === 'slidingTime') expect(Number(row['windowEndMs']) - Number(row['windowStartMs'])).toBe(window.sizeMs);
      });
      expect(run.late).toEqual(flinkCase.expectedLate);
      expect(run.conservationError).toBe(0);
    }
  });

  const judgedOtherwise = flinkCases('sql-over.json').filter(({ lateByWatermarkRule }) => lateByWatermarkRule !== undefined);
  test.each(judgedOtherwise.map(each => [each.name, each] as const))('%s loses the records that are late by the watermark, where Flink asks the key', (_, flinkCase) => {
    const run = runFlinkCase(flinkCase);
    expect(run.late).toEqual(flinkCase.lateByWatermarkRule);
    expect(run.rows.length).toBe(flinkCase.input.length - run.late.length);
  });
});
