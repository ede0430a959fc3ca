import { createGraph } from '../graph/create-graph';
import type { GraphInput, GraphMetrics } from '../graph/graph-api';
import { topicMatches } from '../graph/topic-filter';
import { inputsOf, producerOf } from '../plan/inputs-of';
import type { WindowJoinNode } from '../plan/nodes/streams';
import type { AlignedWindowSpec, WindowNode, WindowSpec } from '../plan/nodes/window';
import type { Plan, PlanNode, SinkNode, SourceNode } from '../plan/plan';
import { rowsOut } from '../rows/rows-out';
import { assignerOf, paneStartMs } from '../window/assigner';

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
  readonly dropped: number;
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
  const gained = (node: string, counter: 'rowsIn' | 'filtered' | 'late' | 'inGap' | 'dropped' | 'deadLetters'): number => (after.nodes.get(node)?.[counter] ?? 0) - (before.nodes.get(node)?.[counter] ?? 0);
  return nodesBeforeResults(plan).map(({ id, op }) => ({
    node: id,
    op,
    rowsIn: gained(id, 'rowsIn'),
    filtered: gained(id, 'filtered'),
    late: gained(id, 'late'),
    inGap: gained(id, 'inGap'),
    dropped: gained(id, 'dropped'),
    deadLetters: gained(id, 'deadLetters')
  }));
}

/** The windows that are the same for all keys into which the rows fall by their time, whether they were counted in or late. */
export function alignedWindows(plan: Plan, sources: readonly ProbedRows[]): readonly RecordWindow[] {
  const times = sources.flatMap(({ rows }) => rows.map(({ eventTimeMs }) => eventTimeMs));
  const windows = new Map<string, RecordWindow>();
  for (const node of nodesBeforeResults(plan)) {
    if (!hasWindows(node) || !isAligned(node.config.window)) continue;
    const assigner = assignerOf(node.config.window);
    const keys = node.op === 'window' ? keysOf(plan, node.input) : node.config.on;
    for (const time of times) {
      const paneMs = paneStartMs(assigner, time);
      for (const bounds of assigner.windows) {
        const window = { node: node.id, startMs: paneMs + bounds.startMs, endMs: paneMs + bounds.endMs, keys };
        if (window.endMs > time) windows.set(`${window.node} ${window.startMs} ${window.endMs}`, window);
      }
    }
  }
  return [...windows.values()];
}

function hasWindows(node: PlanNode): node is WindowNode | WindowJoinNode {
  return node.op === 'window' || node.op === 'windowJoin';
}

function isAligned(spec: WindowSpec): spec is AlignedWindowSpec {
  return spec.kind === 'tumbling' || spec.kind === 'hopping' || spec.kind === 'cumulating';
}

/** Columns by which the rows of node `id` are keyed. */
export function keysOf(plan: Plan, id: string): readonly string[] {
  const node = plan.nodes.find(candidate => candidate.id === id);
  if (node === undefined) return [];
  if (node.op === 'keyBy') return node.config.columns;
  if (node.op === 'featureView') return node.config.keys;
  if (node.op === 'intervalJoin' || node.op === 'windowJoin') return node.config.on;
  const [input] = inputsOf(node);
  return input === undefined ? [] : keysOf(plan, producerOf(input).id);
}

/** Nodes that see records rather than results of windows. */
export function nodesBeforeResults(plan: Plan): readonly PlanNode[] {
  const results = new Set<string>();
  const nodes: PlanNode[] = [];
  for (const node of plan.nodes) {
    const afterWindow = inputsOf(node).some(input => results.has(producerOf(input).id));
    if (!afterWindow) nodes.push(node);
    if (afterWindow || hasWindows(node)) results.add(node.id);
  }
  return nodes;
}
