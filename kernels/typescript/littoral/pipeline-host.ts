import type { ExportedBundle, ExportOptions, PipelineHost, RecordingRef, RecordOptions, ReplayResult, Run, RunOptions, ValidateOptions, ValidationReport } from '../../../engine/api/host';
import { LittoralError } from '../../../engine/error';
import { modelNames } from '../../../engine/model/models-of';
import type { Plan } from '../../../engine/plan/plan';
import type { EngineService, RunSnapshot } from '../../../worker/protocol';
import type { FileAccess } from '../ports';
import type { CellContext, ContextTracker } from '../runtime/context';
import { LiveRun } from './live-run';
import { recordTopic } from './record-topic';
import { runBundle } from './views';

export interface KernelHostOptions {
  readonly engine: () => Promise<EngineService>;
  readonly files: FileAccess;
  readonly tracker: ContextTracker;
  readonly newId: () => string;
  readonly nowMs: () => number;
  readonly delay: (delayMs: number) => Promise<void>;
}

const YEAR_MS = 365 * 24 * 3_600_000;

/** Runs pipelines of cells in the page's data engine, and shows them in the cell that asked. */
export class KernelHost implements PipelineHost {
  constructor(private readonly options: KernelHostOptions) {}

  async run(plan: Plan, { seconds, chart }: RunOptions): Promise<Run> {
    const context = this.cell('run');
    const engine = await this.options.engine();
    const runId = await engine.startRun({ plan, models: await this.models(plan), seconds, chart, publish: true });
    const displayId = this.options.newId();
    context.output.display(runBundle(plan.name, { version: 1, runId, snapshot: null }), displayId, false);
    const run = new LiveRun({ id: runId, name: plan.name, cell: context.cell, engine, onEnd: snapshot => showEnd(run, context, displayId, snapshot) });
    stopWithCell(run, context);
    return this.options.tracker.back(context, run);
  }

  async record(topic: string, options: RecordOptions): Promise<RecordingRef> {
    const context = this.cell('record');
    const { newId, delay } = this.options;
    const reference = await recordTopic({ topic, options, engine: await this.options.engine(), context, displayId: newId(), delay });
    return this.options.tracker.back(context, reference);
  }

  async replay(plan: Plan, recording: RecordingRef): Promise<ReplayResult> {
    const context = this.cell('replay');
    const engine = await this.options.engine();
    const result = await engine.replay(plan, await this.models(plan), recording.name);
    return this.options.tracker.back(context, result);
  }

  async validate(plan: Plan, recording: RecordingRef, options: ValidateOptions): Promise<ValidationReport> {
    const context = this.cell('validate');
    const engine = await this.options.engine();
    const report = await engine.validate(plan, await this.models(plan), recording.name, { expect: options.expect, slo: options.slo ?? plan.slo });
    return this.options.tracker.back(context, report);
  }

  async export(plan: Plan, { evidence, release, targets = ['*'], expires }: ExportOptions): Promise<ExportedBundle> {
    const context = this.cell('export');
    const engine = await this.options.engine();
    const { bundle, bytes } = await engine.bundle(plan, await this.models(plan), evidence.name, {
      release: release ?? (await this.nextRelease(plan.name)),
      targets,
      expires: expires ?? new Date(this.options.nowMs() + YEAR_MS).toISOString()
    });
    await this.options.files.writeFile(bundle.fileName, bytes);
    return this.options.tracker.back(context, bundle);
  }

  private cell(verb: string): CellContext {
    const context = this.options.tracker.current;
    if (context === null) throw new LittoralError('NO_CELL', `${verb}: no cell has run yet, so there is no place for output. Call it in a cell.`);
    return context;
  }

  /** The model files that the plan names, read beside the notebook. */
  private async models(plan: Plan): Promise<Readonly<Record<string, Uint8Array>>> {
    const models: Record<string, Uint8Array> = {};
    for (const model of modelNames(plan)) models[model] = await this.options.files.readFile(model);
    return models;
  }

  /** One more than the newest bundle beside the notebook; a release number is never used twice. */
  private async nextRelease(name: string): Promise<number> {
    const entries = await this.options.files.list('.');
    const releases = entries.flatMap(entry => {
      const match = /^(.*)-(\d+)\.littoral\.zip$/.exec(entry.name);
      return match !== null && match[1] === name ? [Number(match[2])] : [];
    });
    return Math.max(0, ...releases) + 1;
  }
}

/** The last picture goes into the notebook, so that a saved one still has it. */
function showEnd({ id, name }: LiveRun, { output }: CellContext, displayId: string, snapshot: RunSnapshot | null): void {
  if (snapshot === null) output.write('stderr', `run "${name}": the data engine was lost, and the run with it. Reload the page and run the cell again; recordings are kept.\n`);
  else output.display(runBundle(name, { version: 1, runId: id, snapshot }), displayId, true);
}

function stopWithCell(run: LiveRun, { abort: { signal } }: CellContext): void {
  const stop = (): void => void run.stop().catch(() => undefined);
  const forget = (): void => signal.removeEventListener('abort', stop);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  run.done.then(forget, forget);
}
