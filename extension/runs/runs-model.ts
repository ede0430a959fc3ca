import { Signal } from '@lumino/signaling';
import type { ConnectionInfo, RunSnapshot } from '../../worker/protocol';
import type { IDataService } from '../services/tokens';
import { deadCount, isOver } from './run-words';

const POLL_MS = 1_000;

/** Runs and rates of the page for the status bar and the Runs panel; asks once per second while something is live. */
export class RunsModel {
  readonly changed = new Signal<this, void>(this);
  runs: readonly RunSnapshot[] = [];
  connections: readonly ConnectionInfo[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;
  private busy = false;

  constructor(private readonly data: IDataService) {
    data.engineStateChanged.connect(() => void this.refresh());
    data.events.connect(() => void this.refresh());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) void this.refresh();
    });
  }

  get liveRuns(): readonly RunSnapshot[] {
    return this.runs.filter(run => !isOver(run.state));
  }

  get late(): number {
    return this.liveRuns.reduce((sum, run) => sum + run.late, 0);
  }

  get dead(): number {
    return this.liveRuns.reduce((sum, run) => sum + deadCount(run), 0);
  }

  get connected(): readonly ConnectionInfo[] {
    return this.connections.filter(connection => connection.status.state === 'connected');
  }

  async refresh(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      if (this.data.engineState === 'alive') {
        const engine = await this.data.engine();
        this.runs = await engine.runs();
        this.connections = await engine.connections();
      } else {
        this.runs = [];
        this.connections = [];
      }
    } catch (error) {
      console.warn(`Littoral: the runs could not be read. ${String(error)}`);
    } finally {
      this.busy = false;
    }
    this.changed.emit();
    this.schedule();
  }

  private schedule(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const lively = this.liveRuns.length > 0 || this.connected.length > 0;
    if (lively && !document.hidden && this.data.engineState === 'alive') this.timer = setTimeout(() => void this.refresh(), POLL_MS);
  }
}
