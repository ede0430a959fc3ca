import type { Report, Run } from '../../../engine/api/host';
import type { EngineService, RunSnapshot } from '../../../worker/protocol';

export interface LiveRunOptions {
  readonly id: string;
  readonly name: string;
  /** The execution whose output shows the run. */
  readonly cell: string;
  readonly engine: EngineService;
}

/** A run as a cell holds it. */
export class LiveRun implements Run {
  readonly id: string;
  readonly name: string;
  readonly cell: string;
  readonly done: Promise<Report>;
  /** The last picture of the run, once it has ended in whatever way; `null` when the engine was lost with it. */
  readonly ended: Promise<RunSnapshot | null>;
  snapshot: RunSnapshot | null = null;
  private readonly engine: EngineService;

  constructor({ id, name, cell, engine }: LiveRunOptions) {
    this.id = id;
    this.name = name;
    this.cell = cell;
    this.engine = engine;
    this.done = engine.runDone(id);
    this.ended = this.done.then(
      () => this.lastSnapshot(),
      () => this.lastSnapshot()
    );
  }

  stop(): Promise<Report> {
    return this.engine.stopRun(this.id);
  }

  private async lastSnapshot(): Promise<RunSnapshot | null> {
    try {
      const runs = await this.engine.runs();
      this.snapshot = runs.find(({ runId }) => runId === this.id) ?? null;
    } catch {
      this.snapshot = null;
    }
    return this.snapshot;
  }
}
