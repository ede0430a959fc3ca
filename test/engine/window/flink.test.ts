import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { FlinkCase, FlinkRow } from '../../support/flink-case';
import { compareAggregates, flinkCases, inWindowOrder, runFlinkCase } from '../../support/flink-case';

/** Kinds of windows that exist; a further kind joins the loop by its name. */
const KINDS = ['tumbling', 'hopping', 'cumulating', 'session'];

const files = readdirSync(new URL('../../golden/flink/', import.meta.url)).filter(
  file => file === 'sql-null-key.json' || KINDS.some(kind => file === `named-${kind}.json` || file === `random-${kind}.json`)
);

describe.each(files)('the cases of Apache Flink in %s', file => {
  const cases = flinkCases(file).filter(each => KINDS.includes(each.window.kind));
  test.each(cases.map(each => [each.name, each] as const))('%s gives the same rows, late records and watermarks', (_, flinkCase) => {
    const run = runFlinkCase(flinkCase);
    compareRows(inWindowOrder(run.rows), inWindowOrder(flinkCase.expected), flinkCase);
    expect(run.late).toEqual(flinkCase.expectedLate);
    expect(run.inGap).toEqual(flinkCase.expectedInGap ?? []);
    if (flinkCase.watermarks !== undefined) expect(run.watermarks.slice(0, -1)).toEqual(flinkCase.watermarks);
    expect(run.watermarks.at(-1)).toBe(Infinity);
    expect(run.conservationError).toBe(0);
  });

  test.each(cases.map(each => [each.name, each] as const))('%s gives the same rows in the same order for any cut', (_, flinkCase) => {
    const whole = runFlinkCase(flinkCase);
    for (const pushSize of [2, 7, flinkCase.input.length + 1]) {
      const cut = runFlinkCase(flinkCase, pushSize);
      expect(cut.rows).toEqual(whole.rows);
      expect(cut.late).toEqual(whole.late);
      expect(cut.inGap).toEqual(whole.inGap);
    }
  });
});

function compareRows(seen: readonly FlinkRow[], expected: readonly FlinkRow[], flinkCase: FlinkCase): void {
  expect(seen.map(bounds)).toEqual(expected.map(bounds));
  seen.forEach((row, index) => {
    compareAggregates(row, expected[index]!, flinkCase);
  });
}

function bounds({ windowStartMs, windowEndMs, key, revision, at }: FlinkRow): FlinkRow {
  return { windowStartMs: windowStartMs!, windowEndMs: windowEndMs!, key: key!, revision: revision!, at: at! };
}
