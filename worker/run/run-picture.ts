import { operatorSpecs } from '../../engine/operator/registry';
import { inputsOf, producerOf } from '../../engine/plan/inputs-of';
import type { RowOut } from '../../engine/api/host';
import type { Graph, GraphInput, GraphMetrics, StepResult } from '../../engine/graph/graph-api';
import { LatencyHistogram } from '../../engine/graph/latency-histogram';
import { checkSlo } from '../../engine/graph/slo';
import type { Plan } from '../../engine/plan/plan';
import { rowsOut } from '../../engine/rows/rows-out';
import type { ErrorRecord } from '../../engine/error';
import { RateMeter } from '../connection/rate-meter';
import type { Clock } from '../platform/clock';
import type { RunSnapshot, RunState } from '../protocol';
import type { LiveChart } from './live-chart';

const ROWS_PER_SINK = 20;
const PROBLEMS_MAX = 50;
const PAYLOAD_CHARACTERS = 500;

type Problem = RunSnapshot['problems'][number];

export interface StepTimes {
  /** `at` of the first input of the step. */
  readonly firstAt: number;
  /** When each input was received, on the monotonic clock. */
  readonly receivedAtMs: readonly number[];
  readonly emittedAtMs: number;
}

export interface PictureOptions {
  readonly runId: string;
  readonly plan: Plan;
  readonly graph: Graph;
  readonly clock: Clock;
  readonly chart: LiveChart;
}

/** Everything that a run shows: rates, latencies, newest rows and problems, in bounded memory. */
export class RunPicture {
  private readonly latency = new LatencyHistogram();
  private readonly inRate: RateMeter;
  private readonly outRate: RateMeter;
  private readonly rows = new Map<string, RowOut[]>();
  private problems: Problem[] = [];

  constructor(private readonly options: PictureOptions) {
    this.inRate = new RateMeter(options.clock);
    this.outRate = new RateMeter(options.clock);
  }

  take(inputs: readonly GraphInput[], result: StepResult, times: StepTimes): void {
    this.inRate.count(inputs.filter(input => input.kind === 'message').length);
    for (const { sink, batch } of result.emissions) {
      this.outRate.count(batch.rowCount);
      this.options.chart.add(sink, batch);
      for (let row = 0; row < batch.rowCount; row += 1) {
        const receivedAtMs = times.receivedAtMs[(batch.at[row] ?? 0) - times.firstAt];
        if (receivedAtMs !== undefined) this.latency.add(times.emittedAtMs - receivedAtMs);
      }
    }
    this.keepRows(result);
    this.keepProblems(result);
  }

  snapshot(state: { readonly state: RunState; readonly elapsedMs: number; readonly lagFromMs: number; readonly error?: ErrorRecord }): RunSnapshot {
    const { runId, plan, graph, chart } = this.options;
    const metrics = graph.metrics();
    const { totals } = metrics;
    const latencyMs = this.latency.summary();
    return {
      runId,
      name: plan.name,
      state: state.state,
      elapsedMs: state.elapsedMs,
      inPerS: this.inRate.perS(),
      outPerS: this.outRate.perS(),
      rowsIn: totals.rowsIn,
      rowsOut: totals.rowsOut,
      filtered: totals.filtered,
      late: totals.late,
      inGap: totals.inGap,
      deadLetters: totals.deadLetters,
      rowsInState: sumRowsInState(metrics),
      conservationError: totals.conservationError,
      watermarkLagMs: Number.isFinite(totals.watermarkMs) ? Math.max(0, state.lagFromMs - totals.watermarkMs) : null,
      latencyMs,
      slo: plan.slo === undefined ? [] : checkSlo(plan.slo, totals, latencyMs?.p99 ?? null),
      graph: plan.nodes.map(node => drawnNode(node, metrics)),
      lastRows: [...this.rows.values()].flat(),
      problems: this.problems,
      chart: chart.series(),
      ...(state.error === undefined ? {} : { error: state.error })
    };
  }

  private keepRows(result: StepResult): void {
    for (const emission of result.emissions) {
      const name = emission.sink.config.name;
      const kept = this.rows.get(name) ?? [];
      this.rows.set(name, [...kept, ...rowsOut(emission).slice(-ROWS_PER_SINK)].slice(-ROWS_PER_SINK));
    }
  }

  private keepProblems(result: StepResult): void {
    const fresh: Problem[] = [];
    for (const letter of result.deadLetters) {
      fresh.push({ kind: 'deadLetter', code: letter.code, message: letter.message, topic: letter.topic, eventTimeMs: null, payload: readable(letter.bytes) });
    }
    for (const fact of result.dropFacts) {
      if (fact.reason === 'filtered' || fact.reason === 'dropped') continue;
      fresh.push({ kind: fact.reason, code: fact.reason.toUpperCase(), message: dropWords(fact), topic: '', eventTimeMs: fact.eventTimeMs, payload: '' });
    }
    if (fresh.length > 0) this.problems = [...fresh.reverse(), ...this.problems].slice(0, PROBLEMS_MAX);
  }
}

function dropWords(fact: StepResult['dropFacts'][number]): string {
  if (fact.reason === 'gap') return `event time ${instant(fact.eventTimeMs)} falls between two windows of "${fact.node}"`;
  const behindMs = fact.watermarkMs - (fact.windowEndMs ?? fact.eventTimeMs);
  const window = fact.windowEndMs === null ? '' : `its window ended at ${instant(fact.windowEndMs)}, `;
  return `late for "${fact.node}": ${window}the watermark was ${behindMs + 1} ms past it`;
}

function instant(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : `${ms} ms`;
}

function readable(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, PAYLOAD_CHARACTERS));
}

function sumRowsInState(metrics: GraphMetrics): number {
  let sum = 0;
  for (const node of metrics.nodes.values()) sum += node.rowsInState;
  return sum;
}

function drawnNode(node: Plan['nodes'][number], metrics: GraphMetrics): RunSnapshot['graph'][number] {
  const counters = metrics.nodes.get(node.id);
  const watermarkMs = counters?.watermarkMs ?? null;
  return {
    id: node.id,
    op: node.op,
    doc: operatorSpecs[node.op].doc,
    inputs: inputsOf(node).map(input => producerOf(input).id),
    rowsIn: counters?.rowsIn ?? 0,
    rowsOut: counters?.rowsOut ?? 0,
    watermarkMs: watermarkMs !== null && Number.isFinite(watermarkMs) ? watermarkMs : null,
    lagMs: counters?.lagMs ?? null,
    lost: counters === undefined ? 0 : counters.filtered + counters.late + counters.inGap + counters.dropped + counters.deadLetters
  };
}
