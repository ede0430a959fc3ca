import type { Expression } from '../../engine/expression/ast';
import type { Plan } from '../../engine/plan/plan';

/** From which value of `column` on the plan lets rows through to a sink (`r.score > 0.8`), or null: the chart's alert band. */
export function alertThreshold(plan: Plan, column: string): number | null {
  for (const node of plan.nodes) {
    if (node.op !== 'filter') continue;
    const threshold = lowerBound(node.config.predicate, column);
    if (threshold !== null) return threshold;
  }
  return null;
}

function lowerBound(expression: Expression, column: string): number | null {
  if (expression.kind !== 'binary') return null;
  const { op, left, right } = expression;
  if (op === '&&') return lowerBound(left, column) ?? lowerBound(right, column);
  if (op === '>' || op === '>=') return boundOf({ subject: left, bound: right }, column);
  if (op === '<' || op === '<=') return boundOf({ subject: right, bound: left }, column);
  return null;
}

function boundOf({ subject, bound }: { readonly subject: Expression; readonly bound: Expression }, column: string): number | null {
  if (subject.kind !== 'column' || subject.name !== column || bound.kind !== 'literal' || typeof bound.value !== 'number') return null;
  return bound.value;
}
