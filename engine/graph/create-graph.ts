import type { Batch } from '../batch/batch';
import { sliceBatch } from '../batch/slice';
import { assert, LittoralError } from '../error';
import { LETTERS } from '../operator/letter-rows';
import type { Chunk, InferenceAnswer, InferenceRequest, OperatorCounters, Output, StreamType } from '../operator/operator';
import { SinkOperator } from '../operator/sink';
import { SourceOperator } from '../operator/source-operator';
import type { Plan, SinkNode } from '../plan/plan';
import type { WatermarkHolder } from '../time/source-time';
import { NO_PROGRESS } from '../time/progress-search';
import { conservationError } from './conservation';
import type { Graph, GraphInput, GraphMetrics, GraphOptions, NodeMetrics, StepResult } from './graph-api';
import { mergeEmissions } from './merge-emissions';
import { NodeClock } from './node-clock';
import { planHash } from './plan-hash';
import type { Consumer, RunningNode } from './running-node';
import { startNodes, typesOf } from './running-node';
import type { GraphTotals } from './snapshot';
import { readSnapshot, writeSnapshot } from './snapshot';
import { StepNotes } from './step-notes';

/** Decoded rows go through the graph in pieces of this many, which stay in the processor's cache. */
const PUSH_ROWS = 16_384;

/** Makes `plan` runnable; PlanError when a node does not fit its input. Pure: no I/O, no clock. */
export function createGraph(plan: Plan, options: GraphOptions = {}): Graph {
  return new PipelineGraph(plan, options);
}

class PipelineGraph implements Graph {
  readonly types: ReadonlyMap<string, StreamType>;
  private nodes: ReadonlyMap<string, RunningNode>;
  private outputs: ReadonlyMap<RunningNode, Output>;
  private totals: GraphTotals = { inputCount: 0, messagesIn: 0, lastArrivalMs: 0, letters: new Map() };
  private readonly hash: string;
  private readonly notes: StepNotes;
  private readonly asked = new Map<number, { readonly request: InferenceRequest; readonly running: RunningNode; readonly ownId: number }>();
  private nextRequest = 0;
  private readonly clock: NodeClock | null;

  constructor(
    private readonly plan: Plan,
    { clockMs }: GraphOptions
  ) {
    this.clock = clockMs === undefined ? null : new NodeClock(clockMs);
    this.hash = planHash(plan);
    this.types = typesOf(plan);
    this.nodes = startNodes(plan, this.types);
    this.outputs = this.wire();
    const positions = new Map(plan.nodes.map((node, index) => [node.id, index]));
    this.notes = new StepNotes(node => positions.get(node) ?? -1);
  }

  get inputCount(): number {
    return this.totals.inputCount;
  }

  push(inputs: readonly GraphInput[]): void {
    const firstAt = this.totals.inputCount;
    this.totals.inputCount += inputs.length;
    for (const input of inputs) if (input.kind === 'message') this.totals.messagesIn += 1;
    this.totals.lastArrivalMs = this.notes.remember(inputs, firstAt, this.totals.lastArrivalMs);
    for (const running of this.nodes.values()) {
      const { operator } = running;
      if (operator instanceof SourceOperator) this.timed(running, () => operator.accept(inputs, firstAt, this.outputOf(running)));
    }
    this.settle();
  }

  pushRows(source: string, batch: Batch): void {
    const running = this.nodes.get(source);
    if (running === undefined || !(running.operator instanceof SourceOperator)) {
      throw new LittoralError('UNKNOWN_SOURCE', `pushRows("${source}"): the plan "${this.plan.name}" has no source node of that id. Push to one of its sources.`);
    }
    for (let from = 0; from < batch.rowCount; from += PUSH_ROWS) {
      const piece = sliceBatch(batch, from, Math.min(batch.rowCount, from + PUSH_ROWS));
      const at = countedFrom(this.totals.inputCount, piece);
      this.totals.inputCount += piece.rowCount;
      this.totals.messagesIn += piece.rowCount;
      running.operator.process({ batch: { ...piece, at }, progress: NO_PROGRESS }, 0, this.outputOf(running));
    }
    this.settle();
  }

  pending(): readonly InferenceRequest[] {
    return [...this.asked.values()].map(({ request }) => request);
  }

  answer(answer: InferenceAnswer): void {
    const asked = this.asked.get(answer.id);
    assert(asked !== undefined, `inference ${answer.id} is pending`);
    this.asked.delete(answer.id);
    const { running, ownId } = asked;
    assert(running.operator.answer !== undefined, `node "${running.node.id}" takes answers`);
    this.timed(running, () => running.operator.answer?.({ ...answer, id: ownId }, this.outputOf(running)));
    this.settle();
  }

  take(): StepResult {
    this.assertBoundary();
    const sinks: { sink: SinkNode; batches: readonly Batch[] }[] = [];
    for (const { node, operator } of this.nodes.values()) {
      if (node.op === 'sink' && operator instanceof SinkOperator) sinks.push({ sink: node, batches: operator.take() });
    }
    return { emissions: mergeEmissions(sinks), ...this.notes.take() };
  }

  snapshot(): Uint8Array {
    this.assertBoundary();
    return writeSnapshot(this.hash, this.totals, this.nodes);
  }

  restore(snapshot: Uint8Array): void {
    this.assertBoundary();
    const nodes = startNodes(this.plan, this.types);
    this.totals = readSnapshot(snapshot, this.hash, nodes);
    this.nodes = nodes;
    this.outputs = this.wire();
    this.notes.take();
  }

  drift(): ReadonlyMap<string, ReadonlyMap<string, number>> {
    return new Map([...this.nodes].flatMap(([id, { operator }]) => (operator.drift === undefined ? [] : [[id, operator.drift()] as const])));
  }

  metrics(): GraphMetrics {
    const nodes = new Map<string, NodeMetrics>();
    const rowsOut: Record<string, number> = {};
    const shadows: Record<string, Readonly<Record<string, number>>> = {};
    const sum = { rowsIn: 0, late: 0, inGap: 0, filtered: 0, dropped: 0, duplicates: 0 };
    let watermarkMs = Infinity;
    for (const [id, { node, operator, watermarkMs: nodeWatermarkMs }] of this.nodes) {
      const counters: OperatorCounters = { ...operator.counters };
      nodes.set(id, { ...counters, ...(this.clock === null ? {} : { busyMs: this.clock.spentMs(id) }), watermarkMs: nodeWatermarkMs, lagMs: lagOf(this.totals.lastArrivalMs, nodeWatermarkMs), ...(operator.tallies === undefined ? {} : { tallies: operator.tallies }), ...(operator.gaps === undefined ? {} : { gaps: operator.gaps }) });
      sum.late += counters.late;
      sum.inGap += counters.inGap;
      sum.filtered += counters.filtered;
      sum[node.op === 'deduplicate' ? 'duplicates' : 'dropped'] += counters.dropped;
      if (node.op === 'source') {
        sum.rowsIn += counters.rowsIn;
        watermarkMs = Math.min(watermarkMs, nodeWatermarkMs);
      }
      if (node.op === 'sink') rowsOut[node.config.name] = counters.rowsOut;
      if (node.op === 'predict' && operator.tallies !== undefined) shadows[id] = operator.tallies;
    }
    return {
      messagesIn: this.totals.messagesIn,
      nodes,
      totals: { ...sum, rowsOut, deadLetters: Object.fromEntries(this.totals.letters), conservationError: conservationError(this.nodes.values()), watermarkMs, ...(Object.keys(shadows).length === 0 ? {} : { shadows }) }
    };
  }

  watermarkHolders(): ReadonlyMap<string, WatermarkHolder | null> {
    const holders = new Map<string, WatermarkHolder | null>();
    for (const [id, { operator }] of this.nodes) if (operator instanceof SourceOperator) holders.set(id, operator.watermarkHolder);
    return holders;
  }

  private wire(): ReadonlyMap<RunningNode, Output> {
    return new Map([...this.nodes.values()].map(running => [running, this.makeOutput(running)]));
  }

  private makeOutput(running: RunningNode): Output {
    return {
      emit: chunk => this.emit(running, chunk),
      emitSide: (name, chunk) => this.emitSide(running, name, chunk),
      deadLetter: letter => {
        this.totals.letters.set(letter.code, (this.totals.letters.get(letter.code) ?? 0) + 1);
        const kept = this.notes.addLetter(letter);
        running.sides.get(LETTERS)?.letters?.add(kept);
      },
      dropped: fact => this.notes.addFact(fact),
      requestInference: request => {
        const id = this.nextRequest++;
        this.asked.set(id, { request: { ...request, id }, running, ownId: request.id });
      }
    };
  }

  private emit(running: RunningNode, chunk: Chunk): void {
    noteProgress(running, chunk);
    running.sides.get(LETTERS)?.letters?.follow(chunk.progress);
    this.deliver(running.consumers, chunk);
  }

  private emitSide(running: RunningNode, name: string, chunk: Chunk): void {
    const side = running.sides.get(name);
    if (side === undefined) return;
    side.rowsOut += chunk.batch.rowCount;
    this.deliver(side.consumers, chunk);
  }

  private deliver(consumers: readonly Consumer[], chunk: Chunk): void {
    for (const { running, port } of consumers) {
      const before = this.clock?.enter(running.node.id) ?? null;
      running.operator.process(chunk, port, this.outputOf(running));
      this.clock?.enter(before);
      if (running.node.op === 'sink') noteProgress(running, chunk);
    }
  }

  /**
   * Once nothing is pending, all ports of a node have the rows of the same inputs: nodes with several ports go on, in the
   * order of the Plan, and dead letters that are read go on behind the node that wrote them.
   */
  private settle(): void {
    for (const running of this.nodes.values()) {
      if (this.asked.size > 0) return;
      if (running.operator.settle !== undefined) this.timed(running, () => running.operator.settle?.(this.outputOf(running)));
      if (this.asked.size > 0) return;
      const letters = running.sides.get(LETTERS)?.letters?.take() ?? null;
      if (letters !== null) this.emitSide(running, LETTERS, letters);
    }
  }

  /** An operator that throws ends the graph, so who computed before is not put back. */
  private timed({ node }: RunningNode, body: () => void): void {
    const before = this.clock?.enter(node.id) ?? null;
    body();
    this.clock?.enter(before);
  }

  private outputOf(running: RunningNode): Output {
    const output = this.outputs.get(running);
    assert(output !== undefined, `node "${running.node.id}" is wired`);
    return output;
  }

  private assertBoundary(): void {
    assert(this.asked.size === 0, `${this.asked.size} inferences are pending; answer them before the end of the step`);
  }
}

/** Null when there is no arrival or no watermark to compare. */
function lagOf(lastArrivalMs: number, watermarkMs: number): number | null {
  const lagMs = lastArrivalMs - watermarkMs;
  return Number.isFinite(lagMs) ? lagMs : null;
}

function noteProgress(running: RunningNode, { progress }: Chunk): void {
  if (progress.count > 0) running.watermarkMs = progress.watermarkMs[progress.count - 1]!;
}

/** firstAt, firstAt + 1, …: the batch's own `at` where that rises from the same first to the same last. */
function countedFrom(firstAt: number, { at, rowCount }: Batch): Float64Array {
  if (at[0] === firstAt && at[rowCount - 1] === firstAt + rowCount - 1) return at;
  const counted = new Float64Array(rowCount);
  for (let row = 0; row < rowCount; row++) counted[row] = firstAt + row;
  return counted;
}
