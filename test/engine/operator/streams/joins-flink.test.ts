import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { WindowSpec } from '../../../../engine/plan/nodes/window';
import type { Plan, PlanNode } from '../../../../engine/plan/plan';
import type { StreamRecord } from '../../../support/two-streams';
import { inputsOf, planWithSink, runPlan, sideSource } from '../../../support/two-streams';

interface JoinCase {
  readonly name: string;
  readonly tags?: readonly string[];
  readonly time: { readonly maxOutOfOrdernessMs: number };
  readonly key: 'device';
  readonly join:
    | { readonly kind: 'window'; readonly window: WindowSpec }
    | { readonly kind: 'interval'; readonly lowerMs: number; readonly upperMs: number; readonly lowerInclusive: boolean; readonly upperInclusive: boolean };
  readonly allowedLatenessMs?: number;
  readonly columns: readonly string[];
  readonly input: readonly StreamRecord[];
  readonly expected: readonly (readonly number[])[];
  readonly expectedLate: readonly number[];
}

const cases = JSON.parse(readFileSync(new URL('../../../golden/flink/joins.json', import.meta.url), 'utf8')) as JoinCase[];
/** Flink drops the partner at the very bound one step early. */
const applies = cases.filter(each => !(each.tags ?? []).includes('quirk:cleanup-at-watermark'));

function planOfCase({ join, time, key, allowedLatenessMs }: JoinCase): Plan {
  const shared = { on: [key], as: { left: '', right: 'r_' }, latePolicy: 'drop' } as const;
  const node: PlanNode =
    join.kind === 'interval'
      ? { id: 'joined', op: 'intervalJoin', inputs: ['L', 'R'], config: { ...shared, lowerMs: join.lowerMs + (join.lowerInclusive ? 0 : 1), upperMs: join.upperMs - (join.upperInclusive ? 0 : 1), type: 'inner' } }
      : { id: 'joined', op: 'windowJoin', inputs: ['L', 'R'], config: { ...shared, window: join.window as Extract<WindowSpec, { kind: 'tumbling' }>, allowedLatenessMs: allowedLatenessMs ?? 0 } };
  return planWithSink(sideSource('L', time), sideSource('R', time), node);
}

const NAMES: Readonly<Record<string, string>> = { left: 'id', right: 'r_id' };

function run(each: JoinCase, pushSize: number): { rows: number[][]; late: readonly number[] } {
  const { rows, late } = runPlan(planOfCase(each), inputsOf(each.input), { pushSize, restoring: true });
  const table = rows.map(({ at, eventTimeMs, row }) => each.columns.map(name => Number(name === 'at' ? at : name === 'resultTimeMs' ? eventTimeMs : row[NAMES[name] ?? name] ?? 0)));
  return { rows: table.sort(inOrder), late };
}

function inOrder(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, i) => value !== b[i]);
  return index < 0 ? 0 : a[index]! - b[index]!;
}

describe('joins give what Flink gives', () => {
  test.each(applies.map(each => [each.name, each] as const))('%s', (_, each) => {
    for (const pushSize of [1, 3, each.input.length + 1]) {
      const { rows, late } = run(each, pushSize);
      expect(rows).toEqual([...each.expected].map(row => [...row]).sort(inOrder));
      expect(late).toEqual(each.expectedLate);
    }
  });

  test('the group has its cases', () => {
    expect(applies.length).toBe(40);
  });
});
