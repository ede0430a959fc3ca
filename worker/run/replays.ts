import type { ReplayResult, RowOut, ValidationReport } from '../../engine/api/host';
import type { Graph } from '../../engine/graph/graph-api';
import { LatencyHistogram } from '../../engine/graph/latency-histogram';
import { replay } from '../../engine/graph/replay';
import type { Replayed } from '../../engine/graph/replay';
import { validationReport } from '../../engine/graph/validate';
import { parsePlan } from '../../engine/plan/parse-plan';
import type { Plan, Slo } from '../../engine/plan/plan';
import type { Clock } from '../platform/clock';
import type { Recordings } from '../recording/recordings';
import type { Inference } from './inference';

const VALIDATED_ROWS_MAX = 1_000_000;

export interface ReplaysOptions {
  readonly recordings: Pick<Recordings, 'read'>;
  readonly clock: Clock;
  readonly createGraph: (plan: Plan) => Graph;
  readonly loadModels: (graph: Graph, plan: Plan, models: Models) => Promise<Inference>;
}
type Models = Readonly<Record<string, Uint8Array>>;

/** Replays and validations on recordings: the same code path as a live run, on a graph of their own. */
export class Replays {
  constructor(private readonly options: ReplaysOptions) {}

  async replay(json: Plan, models: Models, recording: string): Promise<ReplayResult> {
    return await this.run(parsePlan(json), models, recording, { rowsMax: 1_000 });
  }

  /** Replays twice and compares; rows beyond a million are compared by their digest only. */
  async validate(json: Plan, models: Models, recording: string, options: { readonly expect?: readonly RowOut[]; readonly slo?: Slo }): Promise<ValidationReport> {
    const plan = parsePlan(json);
    const latency = new LatencyHistogram();
    const first = await this.run(plan, models, recording, { rowsMax: VALIDATED_ROWS_MAX, latency });
    const second = await this.run(plan, models, recording, { rowsMax: VALIDATED_ROWS_MAX });
    return validationReport({ first, second, expect: options.expect, slo: options.slo ?? plan.slo, p99LatencyMs: latency.quantile(0.99) });
  }

  /** The rows-out text of one replay, and its report: the evidence of a bundle. */
  async evidence(plan: Plan, models: Models, recording: string): Promise<Replayed & { readonly rowsText: string }> {
    const texts: string[] = [];
    const replayed = await this.run(plan, models, recording, { rowsMax: 0, onRows: text => texts.push(text) });
    return { ...replayed, rowsText: texts.join('') };
  }

  private async run(plan: Plan, models: Models, recording: string, options: { readonly rowsMax: number; readonly latency?: LatencyHistogram; readonly onRows?: (text: string) => void }): Promise<Replayed> {
    const { clock } = this.options;
    const graph = this.options.createGraph(plan);
    const pieces = await this.options.recordings.read(recording);
    const inference = await this.options.loadModels(graph, plan, models);
    let stepBeganAtMs = clock.preciseMs();
    try {
      return await replay(graph, pieces, {
        infer: inference.infer,
        rowsMax: options.rowsMax,
        onRows: options.onRows,
        onStep: ({ result }) => {
          const nowMs = clock.preciseMs();
          for (const { batch } of result.emissions) options.latency?.add(nowMs - stepBeganAtMs, batch.rowCount);
          stepBeganAtMs = nowMs;
        }
      });
    } finally {
      await inference.dispose();
    }
  }
}
