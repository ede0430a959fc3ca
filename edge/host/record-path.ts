import { createGraph } from '../../engine/graph/create-graph';
import type { GraphInput, GraphMetrics } from '../../engine/graph/graph-api';
import { topicMatches } from '../../engine/graph/topic-filter';
import { inputsOf, producerOf } from '../../engine/plan/inputs-of';
import type { WindowNode } from '../../engine/plan/nodes/window';
import type { Plan, PlanNode, SinkNode, SourceNode } from '../../engine/plan/plan';
import { rowsOut } from '../../engine/rows/rows-out';
import type { Assigner } from '../../engine/window/assigner';
import { assignerOf, paneStartMs } from '../../engine/window/assigner';

/** The rows that a source makes of one message; none when it refuses it. */
export interface ProbedRows {
  readonly source: string;
  readonly rows: readonly { readonly eventTimeMs: number; readonly row: Readonly<Record<string, unknown>> }[];
}
/** What one operator did with a record. */
export interface PathStep {
  readonly node: string;
  readonly op: PlanNode['op'];
  readonly rowsIn: number;
  readonly filtered: number;
  readonly late: number;
  readonly inGap: number;
  readonly deadLetters: number;
}
export interface RecordWindow {
  readonly node: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Columns by which the window's stream is keyed. */
  readonly keys: readonly string[];
}

/** Decodes `message` with each source of the plan that takes its topic, alone and without any state. */
export function probeRows(plan: Plan, message: Extract<GraphInput, { kind: 'message' }>): readonly ProbedRows[] {
  return plan.nodes.flatMap(node => (node.op === 'source' && topicMatches(node.config.topic, message.topic) ? [probe(node, message)] : []));
}

function probe(source: SourceNode, message: GraphInput): ProbedRows {
  const sink: SinkNode = { id: `${source.id}-probe`, op: 'sink', input: source.id, config: { connector: 'lake', name: 'probe', table: 'probe', partitionBy: [] } };
  const graph = createGraph({ littoralPlan: 1, name: 'probe', nodes: [source, sink] });
  graph.push([message, { kind: 'end' }]);
  const rows = graph.take().emissions.flatMap(emission => rowsOut(emission));
  return { source: source.id, rows: rows.map(({ eventTimeMs, row }) => ({ eventTimeMs, row })) };
}

/** The operators that the record itself passed, sources to first windows, by what their counters gained. */
export function recordPath(plan: Plan, before: GraphMetrics, after: GraphMetrics): readonly PathStep[] {
  const gained = (node: string, counter: 'rowsIn' | 'filtered' | 'late' | 'inGap' | 'deadLetters'): number => (after.nodes.get(node)?.[counter] ?? 0) - (before.nodes.get(node)?.[counter] ?? 0);
  return nodesBeforeResults(plan).map(({ id, op }) => ({
    node: id,
    op,
    rowsIn: gained(id, 'rowsIn'),
    filtered: gained(id, 'filtered'),
    late: gained(id, 'late'),
    inGap: gained(id, 'inGap'),
    deadLetters: gained(id, 'deadLetters')
  }));
}

/** The windows into which the rows fall by their time, whether they were counted in or late. */
export function recordWindows(plan: Plan, sources: readonly ProbedRows[]): readonly RecordWindow[] {
  const windows = new Map<string, RecordWindow>();
  for (const node of nodesBeforeResults(plan)) {
    if (node.op !== 'window' || node.config.window.kind !== 'tumbling') continue;
    const assigner = assignerOf(node.config.window);
    for (const { rows } of sources) for (const { eventTimeMs } of rows) {
      const window = windowOf(plan, node, assigner, eventTimeMs);
      windows.set(`${window.node} ${window.startMs}`, window);
    }
  }
  return [...windows.values()];
}

function windowOf(plan: Plan, node: WindowNode, assigner: Assigner, eventTimeMs: number): RecordWindow {
  const pane = paneStartMs(assigner, eventTimeMs);
  return { node: node.id, startMs: assigner.windowStartMs(pane), endMs: assigner.windowEndMs(pane), keys: keysOf(plan, node.input) };
}

function keysOf(plan: Plan, id: string): readonly string[] {
  const node = plan.nodes.find(candidate => candidate.id === id);
  if (node === undefined) return [];
  if (node.op === 'keyBy') return node.config.columns;
  const [input] = inputsOf(node);
  return input === undefined ? [] : keysOf(plan, producerOf(input).id);
}

/** Nodes that see records rather than results of windows. */
function nodesBeforeResults(plan: Plan): readonly PlanNode[] {
  const results = new Set<string>();
  const nodes: PlanNode[] = [];
  for (const node of plan.nodes) {
    const afterWindow = inputsOf(node).some(input => results.has(producerOf(input).id));
    if (!afterWindow) nodes.push(node);
    if (afterWindow || node.op === 'window') results.add(node.id);
  }
  return nodes;
}
