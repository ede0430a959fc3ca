import { describe, expect, it } from 'vitest';
import { alertThreshold } from '../../../extension/runs/alert-threshold';
import { layoutGraph } from '../../../extension/runs/graph-layout';
import type { Expression } from '../../../engine/expression/ast';
import type { Plan } from '../../../engine/plan/plan';

describe('graph layout', () => {
  it('goes left to right and puts branches below each other', () => {
    const layout = layoutGraph([
      { id: 'source', inputs: [] },
      { id: 'window', inputs: ['source'] },
      { id: 'lake', inputs: ['window'] },
      { id: 'filter', inputs: ['window'] },
      { id: 'alerts', inputs: ['filter'] }
    ]);
    expect([...layout.nodes.values()].map(({ id, column, row }) => `${id} ${column},${row}`)).toEqual(['source 0,0', 'window 1,0', 'lake 2,0', 'filter 2,1', 'alerts 3,1']);
    expect(layout).toMatchObject({ columns: 4, rows: 2 });
  });

  it('never places two nodes on one spot, even when inputs are unknown', () => {
    const layout = layoutGraph(Array.from({ length: 20 }, (_value, index) => ({ id: `n${index}`, inputs: [`n${Math.floor(index / 3)}`, 'gone'] })));
    const spots = [...layout.nodes.values()].map(({ column, row }) => `${column},${row}`);
    expect(new Set(spots).size).toBe(20);
  });
});

describe('alert band', () => {
  const column: Expression = { kind: 'column', name: 'score' };
  const literal = (value: number): Expression => ({ kind: 'literal', value, type: 'float64' });
  const planOf = (predicate: Expression): Plan => ({ littoralPlan: 1, name: 'p', nodes: [{ id: 'f', op: 'filter', input: 's', config: { predicate } }] });

  it.each<[string, Expression, number | null]>([
    ['score > 0.8', { kind: 'binary', op: '>', left: column, right: literal(0.8) }, 0.8],
    ['0.8 < score', { kind: 'binary', op: '<', left: literal(0.8), right: column }, 0.8],
    ['score < 0.8', { kind: 'binary', op: '<', left: column, right: literal(0.8) }, null],
    ['true && score >= 1', { kind: 'binary', op: '&&', left: { kind: 'literal', value: true, type: 'bool' }, right: { kind: 'binary', op: '>=', left: column, right: literal(1) } }, 1]
  ])('reads %s', (_words, predicate, threshold) => expect(alertThreshold(planOf(predicate), 'score')).toBe(threshold));

  it('belongs to its own column only', () => {
    expect(alertThreshold(planOf({ kind: 'binary', op: '>', left: column, right: literal(1) }), 'rms')).toBeNull();
  });
});
