import type { Report, Run } from '../../../engine/api/host';
import type { EngineService, RunSnapshot } from '../../../worker/protocol';

export interface LiveRunOptions {
  readonly id: string;
  readonly name: string;
  /** The execution whose output shows the run. */
  readonly cell: string;
  readonly engine: EngineService;
  /** Told of the last picture before `done` settles; `null` when the engine was lost with it. */
  readonly onEnd: (snapshot: RunSnapshot | null) => void;
}

/** A run as a cell holds it. */
export class LiveRun implements Run {
  readonly id: string;
  readonly name: string;
  readonly cell: string;
  readonly done: Promise<Report>;
  /** The last picture, once the run has ended. */
  snapshot: RunSnapshot | null = null;

  constructor(private readonly options: LiveRunOptions) {
    this.id = options.id;
    this.name = options.name;
    this.cell = options.cell;
    this.done = this.untilEnd();
    // A run that nobody waits for shows its failure itself.
    this.done.catch(() => undefined);
  }

  async stop(): Promise<Report> {
    await this.options.engine.stopRun(this.id);
    return await this.done;
  }

  private async untilEnd(): Promise<Report> {
    try {
      return await this.options.engine.runDone(this.id);
    } finally {
      this.snapshot = await this.lastSnapshot();
      this.options.onEnd(this.snapshot);
    }
  }

  private async lastSnapshot(): Promise<RunSnapshot | null> {
    try {
      const runs = await this.options.engine.runs();
      return runs.find(({ runId }) => runId === this.id) ?? null;
    } catch {
      return null;
    }
  }
}
