import type { LiveMessage } from '../../worker/protocol';
import type { IDataService } from '../services/tokens';

/**
 * The live messages of one run. It opens only when the engine of this page runs already (a saved notebook starts
 * nothing), and reports whether the run is here.
 */
export class RunFeed {
  private port: MessagePort | null = null;
  private generation = 0;

  constructor(
    private readonly data: IDataService,
    private readonly runId: string,
    private readonly onMessage: (message: LiveMessage) => void
  ) {}

  get isOpen(): boolean {
    return this.port !== null;
  }

  /** True when the run is in this page and its messages will come. */
  async open(): Promise<boolean> {
    if (this.port) return true;
    if (this.data.engineState !== 'alive') return false;
    this.generation += 1;
    const generation = this.generation;
    const { port1, port2 } = new MessageChannel();
    try {
      const engine = await this.data.engine();
      port1.onmessage = (event: MessageEvent<LiveMessage>) => this.onMessage(event.data);
      await engine.watchRun(this.runId, port2);
    } catch (error) {
      port1.close();
      if (isUnknownRun(error)) return false;
      throw error;
    }
    if (generation !== this.generation) {
      port1.close();
      return false;
    }
    this.port = port1;
    return true;
  }

  close(): void {
    this.generation += 1;
    this.port?.close();
    this.port = null;
  }
}

function isUnknownRun(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'UNKNOWN_RUN' || error.code === 'WORKER_DOWN');
}
