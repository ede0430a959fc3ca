import { expect } from 'vitest';
import { createGraph } from '../../../../engine/graph/create-graph';
import type { GraphInput, GraphMetrics } from '../../../../engine/graph/graph-api';
import { parsePlan } from '../../../../engine/plan/parse-plan';
import type { SourceSettings } from '../../../../engine/plan/nodes/source';
import type { Plan, PlanNode } from '../../../../engine/plan/plan';
import type { Collected } from '../../../support/graph-runs';
import { collect, collected, END, message, pushAll, sinkNode, sourceNode } from '../../../support/graph-runs';

export interface StatefulPlan {
  readonly op: string;
  readonly config: unknown;
  /** Default `['k']`. */
  readonly keys?: readonly string[];
  readonly source?: Partial<SourceSettings>;
}

/** `source → keyBy → op → sink`, read as untrusted JSON. */
export function statefulPlan({ op, config, keys = ['k'], source = {} }: StatefulPlan): Plan {
  const nodes: unknown[] = [sourceNode(source)];
  if (keys.length > 0) nodes.push({ id: 'keyed', op: 'keyBy', input: 'in', config: { columns: keys } });
  nodes.push({ id: 'op', op, input: keys.length > 0 ? 'keyed' : 'in', config }, sinkNode('op') satisfies PlanNode);
  return parsePlan(JSON.parse(JSON.stringify({ littoralPlan: 1, name: 'test', nodes })));
}

export interface StatefulRun extends Collected {
  readonly metrics: GraphMetrics;
}

export function messages(records: readonly object[]): GraphInput[] {
  return [...records.map(record => message(record)), END];
}

/** Everything in one push. */
export function runWhole(plan: Plan, inputs: readonly GraphInput[]): StatefulRun {
  const graph = createGraph(plan);
  const seen = pushAll(graph, inputs);
  const metrics = graph.metrics();
  expect(metrics.totals.conservationError).toBe(0);
  return { ...seen, metrics };
}

/** In pushes of `pieces`, with a new graph restored from a snapshot after each. */
export function runInPieces(plan: Plan, inputs: readonly GraphInput[], pieces: readonly number[]): StatefulRun & { readonly snapshot: Uint8Array } {
  const seen = collected();
  let graph = createGraph(plan);
  let from = 0;
  for (const count of [...pieces, inputs.length]) {
    if (from >= inputs.length) break;
    graph.push(inputs.slice(from, from + count));
    from += count;
    collect(graph.take(), seen);
    expect(graph.metrics().totals.conservationError).toBe(0);
    const snapshot = graph.snapshot();
    graph = createGraph(plan);
    graph.restore(snapshot);
    expect(graph.snapshot()).toEqual(snapshot);
  }
  return { ...seen, metrics: graph.metrics(), snapshot: graph.snapshot() };
}

/** The rows of one run in one push, after it has been seen that other cuts and restores give the same. */
export function runEveryWay(plan: Plan, inputs: readonly GraphInput[]): StatefulRun {
  const whole = runWhole(plan, inputs);
  for (const size of [1, 3]) {
    const { rows, letters, metrics } = runInPieces(plan, inputs, new Array<number>(inputs.length).fill(size));
    expect({ rows, letters, metrics }).toEqual({ rows: whole.rows, letters: whole.letters, metrics: whole.metrics });
  }
  return whole;
}
