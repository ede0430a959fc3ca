import { describe, expect, test } from 'vitest';
import type { FlinkCase, FlinkRow } from '../../support/flink-case';
import { compareAggregates, flinkCases, runFlinkCase } from '../../support/flink-case';

/** Event times of the rows of the key from `firstInput` to `lastInput`, which are those of the window. */
function boundsOf({ input, key }: FlinkCase, row: FlinkRow): { windowStartMs: number; windowEndMs: number } {
  const times = input.slice(Number(row['firstInput']), Number(row['lastInput']) + 1).filter(record => key === null || record.device === row['key']).map(({ t }) => t);
  return { windowStartMs: Math.min(...times), windowEndMs: Math.max(...times) + 1 };
}

function rowsInNoWindow({ input, window, key }: FlinkCase): number[] {
  if (window.kind !== 'counting') throw new Error('a counting window');
  const { rows, hopRows } = window;
  const seen = new Map<unknown, number>();
  return input.flatMap((record, index) => {
    const id = key === null ? null : record.device;
    const position = seen.get(id) ?? 0;
    seen.set(id, position + 1);
    return position % hopRows >= rows ? [index] : [];
  });
}

describe.each(['named-counting.json', 'random-counting.json'])('the cases of Apache Flink in %s', file => {
  const cases = flinkCases(file).filter(({ window }) => window.kind === 'counting' && (window.definition === 'flinkTableApi' || window.hopRows === window.rows));
  test.each(cases.map(each => [each.name, each] as const))('%s gives the same windows at the same inputs', (_, flinkCase) => {
    for (const pushSize of [1, 3, flinkCase.input.length + 1]) {
      const run = runFlinkCase(flinkCase, pushSize);
      expect(run.rows.map(({ at, key, windowStartMs, windowEndMs }) => ({ at, key, windowStartMs, windowEndMs }))).toEqual(
        flinkCase.expected.map(row => ({ at: row['at'], key: row['key'], ...boundsOf(flinkCase, row) }))
      );
      run.rows.forEach((row, index) => compareAggregates(row, flinkCase.expected[index]!, flinkCase));
      expect(run.late).toEqual([]);
      expect(run.inGap).toEqual(rowsInNoWindow(flinkCase));
      expect(run.conservationError).toBe(0);
    }
  });
});
