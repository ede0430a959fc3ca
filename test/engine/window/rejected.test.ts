import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PlanError } from '../../../engine/error';
import type { WindowSpec } from '../../../engine/plan/nodes/window';
import { checkWindow } from '../../../engine/window/check-window';

/** Kinds of windows that exist. */
const KINDS = ['tumbling', 'hopping', 'cumulating'];

const refused = (JSON.parse(readFileSync(new URL('../../golden/flink/rejected-windows.json', import.meta.url), 'utf8')) as { readonly window: WindowSpec }[])
  .map(({ window }) => window)
  .filter(({ kind }) => KINDS.includes(kind));

const OWN: readonly (readonly [WindowSpec, string])[] = [
  [{ kind: 'tumbling', sizeMs: 0, offsetMs: 0 }, 'sizeMs is 0'],
  [{ kind: 'tumbling', sizeMs: 1.5, offsetMs: 0 }, 'sizeMs is 1.5'],
  [{ kind: 'hopping', sizeMs: 1_000, hopMs: 0, offsetMs: 0 }, 'hopMs is 0'],
  [{ kind: 'hopping', sizeMs: 86_400_000, hopMs: 1, offsetMs: 0 }, 'into 86400000 windows'],
  [{ kind: 'cumulating', maxSizeMs: 86_400_000, stepMs: 1_000, offsetMs: 0 }, 'into 86400 windows'],
  [{ kind: 'cumulating', maxSizeMs: 10_000, stepMs: 20_000, offsetMs: 0 }, 'not a multiple'],
  [{ kind: 'cumulating', maxSizeMs: 10_000, stepMs: 1_000, offsetMs: 10_000 }, 'not smaller than maxSizeMs 10000']
];

function problemOf(window: WindowSpec): string {
  try {
    checkWindow({ window, aggregates: [], allowedLatenessMs: 0, latePolicy: 'drop', emit: 'onClose' }, 'nodes[1].config');
  } catch (error) {
    if (error instanceof PlanError) return error.message;
    throw error;
  }
  return '';
}

describe('windows that are refused when the plan is built', () => {
  test.each(refused.map(window => [JSON.stringify(window), window] as const))('%s, as in Apache Flink', (_, window) => {
    expect(problemOf(window)).toMatch(/^window .* at nodes\[1\]\.config: .*\. .*\.$/u);
  });

  test.each(OWN.map(([window, problem]) => [JSON.stringify(window), window, problem] as const))('%s', (_, window, problem) => {
    expect(problemOf(window)).toContain(problem);
  });

  test('and no others', () => {
    expect(problemOf({ kind: 'hopping', sizeMs: 1_000, hopMs: 5_000, offsetMs: -4_999 })).toBe('');
    expect(problemOf({ kind: 'cumulating', maxSizeMs: 10_000, stepMs: 1_000, offsetMs: 9_999 })).toBe('');
  });
});
