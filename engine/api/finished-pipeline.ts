import type { Plan } from '../plan/plan';
import type { ExportedBundle, ExportOptions, PipelineHost, RecordingRef, ReplayResult, Run, RunOptions, ValidateOptions, ValidationReport } from './host';
import type { Pipeline } from './stages';

const mark = Symbol.for('littoral.pipeline');

/** A complete pipeline: its Plan, and the place where it runs. */
export class FinishedPipeline implements Pipeline {
  readonly [mark] = true;

  constructor(
    private readonly plan: Plan,
    private readonly host: PipelineHost
  ) {}

  get name(): string {
    return this.plan.name;
  }

  run(options: RunOptions = {}): Promise<Run> {
    return this.host.run(this.plan, options);
  }

  replay(recording: RecordingRef): Promise<ReplayResult> {
    return this.host.replay(this.plan, recording);
  }

  validate(recording: RecordingRef, options: ValidateOptions = {}): Promise<ValidationReport> {
    return this.host.validate(this.plan, recording, options);
  }

  export(options: ExportOptions): Promise<ExportedBundle> {
    return this.host.export(this.plan, options);
  }

  toPlan(): Plan {
    return this.plan;
  }
}

/** Whether `value` is a complete pipeline, also one made by another copy of this module. */
export function isPipeline(value: unknown): value is Pipeline {
  return typeof value === 'object' && value !== null && mark in value && value[mark] === true && 'toPlan' in value && typeof value.toPlan === 'function';
}
