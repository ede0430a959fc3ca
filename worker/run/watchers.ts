import type { Clock, Timer } from '../platform/clock';
import type { LiveMessage, RunSnapshot } from '../protocol';
import type { LiveChart } from './live-chart';

const FRAME_MS = 33;
const SNAPSHOT_MS = 1_000;

/** Sends a run to the ports that watch it: points at most once per frame, a snapshot per second. Costs nothing unwatched. */
export class Watchers {
  private readonly ports = new Set<MessagePort>();
  private timers: readonly Timer[] = [];

  constructor(private readonly options: { readonly clock: Clock; readonly chart: LiveChart; readonly snapshot: () => RunSnapshot }) {}

  add(port: MessagePort): void {
    port.start();
    port.addEventListener('close', () => this.remove(port));
    // Points up to now are in the snapshot; the ports before this one still get them as points.
    this.sendPoints();
    port.postMessage({ kind: 'snapshot', snapshot: this.options.snapshot() } satisfies LiveMessage);
    this.ports.add(port);
    if (this.ports.size > 1) return;
    const { clock } = this.options;
    this.timers = [clock.every(FRAME_MS, () => this.sendPoints()), clock.every(SNAPSHOT_MS, () => this.sendSnapshot())];
  }

  sendSnapshot(): void {
    if (this.ports.size === 0) return;
    const snapshot = this.options.snapshot();
    for (const port of this.ports) port.postMessage({ kind: 'snapshot', snapshot } satisfies LiveMessage);
  }

  end(): void {
    this.sendPoints();
    const snapshot = this.options.snapshot();
    for (const port of this.ports) port.postMessage({ kind: 'end', snapshot } satisfies LiveMessage);
    this.stopTimers();
    this.ports.clear();
  }

  private sendPoints(): void {
    for (const points of this.options.chart.flush()) {
      let left = this.ports.size;
      for (const port of this.ports) {
        left -= 1;
        const message: LiveMessage = left === 0 ? { kind: 'points', ...points } : { kind: 'points', key: points.key, timesMs: points.timesMs.slice(), values: points.values.slice() };
        port.postMessage(message, [message.timesMs.buffer, message.values.buffer]);
      }
    }
  }

  private remove(port: MessagePort): void {
    this.ports.delete(port);
    if (this.ports.size === 0) this.stopTimers();
  }

  private stopTimers(): void {
    for (const timer of this.timers) timer.cancel();
    this.timers = [];
  }
}
