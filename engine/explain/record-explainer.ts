import type { RowOut } from '../api/host';
import { createGraph } from '../graph/create-graph';
import { drive } from '../graph/drive';
import type { Infer } from '../graph/drive';
import type { Graph, GraphInput, StepResult } from '../graph/graph-api';
import type { Plan, SinkNode } from '../plan/plan';
import { rowsOut } from '../rows/rows-out';
import type { Explanation } from './explanation';
import { alignedWindows, keysOf, nodesBeforeResults, probeRows, recordPath } from './record-path';
import type { RecordWindow } from './record-path';

/** Rows out that an explanation shows. */
const RESULTS_MAX = 20;
/** Windows that an explanation shows. */
const WINDOWS_MAX = 100;
const STEP_INPUTS_MAX = 512;
/** Sinks that look at the results of windows; names of a Plan do not begin so. */
const WATCH = 'explain:';

type Facts = Omit<Explanation, 'results' | 'windows'>;

/**
 * Explains one record of a recording: everything before it is replayed, then it alone, then what comes after, to see what
 * it had a part in. Feed it the whole recording and the end.
 */
export class RecordExplainer {
  private readonly graph: Graph;
  private facts: Facts | null = null;
  private readonly results: RowOut[] = [];
  private readonly windows = new Map<string, RecordWindow>();

  constructor(
    private readonly plan: Plan,
    private readonly line: number,
    private readonly infer: Infer
  ) {
    this.graph = createGraph(watched(plan));
  }

  /** Inputs that have been fed. */
  get inputCount(): number {
    return this.graph.inputCount;
  }

  async feed(inputs: readonly GraphInput[]): Promise<void> {
    let from = 0;
    while (from < inputs.length) {
      const untilRecord = this.line - this.graph.inputCount;
      const count = untilRecord > 0 ? Math.min(untilRecord, STEP_INPUTS_MAX) : untilRecord === 0 ? 1 : STEP_INPUTS_MAX;
      const step = inputs.slice(from, from + count);
      const record = untilRecord === 0 ? step[0] : undefined;
      if (record === undefined || record.kind === 'end') this.collect(await drive(this.graph, step, this.infer));
      else await this.take(record);
      from += step.length;
    }
  }

  /** Null when the record has not come. */
  result(): Explanation | null {
    return this.facts === null ? null : { ...this.facts, windows: [...this.windows.values()], results: this.results };
  }

  private async take(record: Exclude<GraphInput, { kind: 'end' }>): Promise<void> {
    const sources = record.kind === 'message' ? probeRows(this.plan, record) : [];
    const before = this.graph.metrics();
    const heldBy = [...this.graph.watermarkHolders()].flatMap(([source, holder]) => (holder === null ? [] : [{ source, ...holder }]));
    const step = await drive(this.graph, [record], this.infer);
    const after = this.graph.metrics();
    for (const window of alignedWindows(this.plan, sources)) this.addWindow(window);
    this.facts = {
      line: this.line,
      kind: record.kind,
      arrivalTimeMs: record.arrivalTimeMs,
      topic: record.kind === 'message' ? record.topic : null,
      sources,
      watermarkBeforeMs: before.totals.watermarkMs,
      watermarkAfterMs: after.totals.watermarkMs,
      heldBy,
      path: recordPath(this.plan, before, after),
      drops: step.dropFacts.map(({ node, reason, eventTimeMs, watermarkMs, windowEndMs }) => ({ node, reason, eventTimeMs, watermarkMs, windowEndMs })),
      deadLetters: step.deadLetters.map(({ node, code, message }) => ({ node, code, message }))
    };
    this.collect(step);
  }

  private collect(step: StepResult): void {
    const { facts } = this;
    if (facts === null) return;
    const rows = step.emissions.flatMap(rowsOut);
    for (const row of rows) if (row.sink.startsWith(WATCH)) this.look(row, facts);
    for (const row of rows) if (!row.sink.startsWith(WATCH) && this.results.length < RESULTS_MAX && this.concerns(row, facts)) this.results.push(row);
  }

  /** A window of the record's key that closes over its time. */
  private look({ sink, row }: RowOut, facts: Facts): void {
    const node = sink.slice(WATCH.length);
    if (!isIn(node, facts)) return;
    const [startMs, endMs] = [Number(row['windowStartMs']), Number(row['windowEndMs'])];
    const contains = facts.sources.some(({ rows }) => rows.some(({ eventTimeMs }) => startMs <= eventTimeMs && eventTimeMs < endMs));
    const keys = keysOf(this.plan, node);
    if (contains && this.hasKeyOf(row, keys, facts)) this.addWindow({ node, startMs, endMs, keys });
  }

  private addWindow(window: RecordWindow): void {
    if (this.windows.size < WINDOWS_MAX) this.windows.set(`${window.node} ${window.startMs} ${window.endMs}`, window);
  }

  /** Rows of the record's windows; without a window, those that its own arrival released. */
  private concerns({ at, row }: RowOut, facts: Facts): boolean {
    if (!('windowStartMs' in row)) return at === this.line;
    const windows = [...this.windows.values()].filter(({ node, startMs, endMs }) => isIn(node, facts) && startMs === row['windowStartMs'] && endMs === row['windowEndMs']);
    return windows.some(({ keys }) => this.hasKeyOf(row, keys, facts));
  }

  private hasKeyOf(row: RowOut['row'], keys: readonly string[], { sources }: Facts): boolean {
    return sources.some(({ rows }) => rows.some(({ row: own }) => keys.every(key => !(key in own) || !(key in row) || own[key] === row[key])));
  }
}

/** Whether `node` took the record and did not lose it. */
function isIn(node: string, { path, drops, deadLetters }: Facts): boolean {
  return path.some(step => step.node === node && step.rowsIn > 0) && ![...drops, ...deadLetters].some(lost => lost.node === node);
}

/** `plan` with a sink at every window that sees records, so that its results show even where nothing else does. */
function watched(plan: Plan): Plan {
  const watches = nodesBeforeResults(plan).flatMap((node): SinkNode[] =>
    node.op === 'window' ? [{ id: `${WATCH}${node.id}`, op: 'sink', input: node.id, config: { connector: 'lake', name: `${WATCH}${node.id}`, table: node.id, partitionBy: [] } }] : []
  );
  return { ...plan, nodes: [...plan.nodes, ...watches] };
}
