import type { RowOut } from '../../engine/api/host';
import { LittoralError } from '../../engine/error';
import { createGraph } from '../../engine/graph/create-graph';
import { drive } from '../../engine/graph/drive';
import type { Infer } from '../../engine/graph/drive';
import type { Graph, GraphInput, StepResult } from '../../engine/graph/graph-api';
import { checkModels } from '../../engine/model/check-models';
import { rowsOut } from '../../engine/rows/rows-out';
import { loadModels } from './inference';
import { recordPath, recordWindows, probeRows } from './record-path';
import type { PathStep, ProbedRows, RecordWindow } from './record-path';
import { recordingInputs } from './recording-file';
import type { Runnable } from './replay';

/** What became of one record, found by replaying everything before it, it alone, and what came after. */
export interface Explanation {
  /** 0-based line of the recording. */
  readonly line: number;
  readonly kind: 'message' | 'tick';
  readonly arrivalTimeMs: number;
  readonly topic: string | null;
  /** Per source that takes the record: the rows that it decodes to. */
  readonly sources: readonly ProbedRows[];
  /** Watermark of the sources before the record and after it. */
  readonly watermarkBeforeMs: number;
  readonly watermarkAfterMs: number;
  /** What each operator up to the first window did with the record. */
  readonly path: readonly PathStep[];
  readonly windows: readonly RecordWindow[];
  readonly drops: readonly { readonly node: string; readonly reason: string; readonly eventTimeMs: number; readonly watermarkMs: number; readonly windowEndMs: number | null }[];
  readonly deadLetters: readonly { readonly node: string; readonly code: string; readonly message: string }[];
  /** Rows out that the record had a part in, at most `RESULTS_MAX`; `at` is the line whose arrival released the row. */
  readonly results: readonly RowOut[];
}

const RESULTS_MAX = 20;
const STEP_INPUTS_MAX = 512;

/** Explains line `line` of a recording. Rejects with `NO_SUCH_RECORD` when the recording is shorter. */
export async function explainRecord(runnable: Runnable, recording: string, line: number): Promise<Explanation> {
  const graph = createGraph(runnable.plan);
  const inference = await loadModels(checkModels(runnable.plan, graph.types, runnable.models));
  try {
    const explainer = new Explainer(runnable, graph, line, inference.infer);
    for await (const inputs of recordingInputs(recording)) await explainer.feed(inputs);
    await explainer.feed([{ kind: 'end' }]);
    const explanation = explainer.result();
    if (explanation !== null) return explanation;
    throw new LittoralError('NO_SUCH_RECORD', `recording "${recording}": it has ${graph.inputCount - 1} lines, line ${line} was asked for; lines count from 0. Choose a smaller --record.`);
  } finally {
    await inference.dispose();
  }
}

class Explainer {
  private explanation: Omit<Explanation, 'results'> | null = null;
  private readonly results: RowOut[] = [];

  constructor(
    private readonly runnable: Runnable,
    private readonly graph: Graph,
    private readonly line: number,
    private readonly infer: Infer
  ) {}

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

  result(): Explanation | null {
    return this.explanation === null ? null : { ...this.explanation, results: this.results };
  }

  private async take(record: Exclude<GraphInput, { kind: 'end' }>): Promise<void> {
    const { plan } = this.runnable;
    const sources = record.kind === 'message' ? probeRows(plan, record) : [];
    const before = this.graph.metrics();
    const step = await drive(this.graph, [record], this.infer);
    const after = this.graph.metrics();
    this.explanation = {
      line: this.line,
      kind: record.kind,
      arrivalTimeMs: record.arrivalTimeMs,
      topic: record.kind === 'message' ? record.topic : null,
      sources,
      watermarkBeforeMs: before.totals.watermarkMs,
      watermarkAfterMs: after.totals.watermarkMs,
      path: recordPath(plan, before, after),
      windows: recordWindows(plan, sources),
      drops: step.dropFacts.map(({ node, reason, eventTimeMs, watermarkMs, windowEndMs }) => ({ node, reason, eventTimeMs, watermarkMs, windowEndMs })),
      deadLetters: step.deadLetters.map(({ node, code, message }) => ({ node, code, message }))
    };
    this.collect(step);
  }

  /** Keeps the rows of the record's windows; without a window, those that its own arrival released. */
  private collect(step: StepResult): void {
    const { explanation } = this;
    if (explanation === null || explanation.drops.length + explanation.deadLetters.length > 0) return;
    for (const emission of step.emissions) {
      for (const row of rowsOut(emission)) if (this.results.length < RESULTS_MAX && this.concerns(row, explanation)) this.results.push(row);
    }
  }

  private concerns({ at, row }: RowOut, { windows, sources }: Omit<Explanation, 'results'>): boolean {
    if (!('windowStartMs' in row)) return at === this.line;
    const inWindow = windows.some(window => window.startMs === row['windowStartMs'] && window.endMs === row['windowEndMs']);
    const keys = new Set(windows.flatMap(window => window.keys));
    const decoded = sources.flatMap(source => source.rows);
    return inWindow && decoded.some(({ row: own }) => [...keys].every(key => !(key in own) || !(key in row) || own[key] === row[key]));
  }
}
