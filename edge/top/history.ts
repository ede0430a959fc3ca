import type { TopSnapshot } from './snapshot';

/** What two snapshots tell together, per second. */
export interface Rates {
  readonly recordsIn: number;
  readonly recordsOut: number;
  readonly cpu: number;
  readonly nodes: ReadonlyMap<string, { readonly rowsIn: number; readonly rowsOut: number }>;
  readonly sinks: ReadonlyMap<string, number>;
}

const KEPT = 60;

/** The snapshots of the last minute. */
export class History {
  private snapshots: TopSnapshot[] = [];
  private series: Rates[] = [];

  add(snapshot: TopSnapshot): void {
    const before = this.latest;
    if (before !== null && (before.agent.pid !== snapshot.agent.pid || before.pipeline !== snapshot.pipeline || before.release !== snapshot.release)) this.forget();
    const last = this.latest;
    if (last !== null && snapshot.timeMs > last.timeMs) this.series = [...this.series.slice(1 - KEPT), ratesOf(last, snapshot)];
    this.snapshots = [...this.snapshots.slice(1 - KEPT), snapshot];
  }

  get latest(): TopSnapshot | null {
    return this.snapshots.at(-1) ?? null;
  }

  /** null until there are two snapshots. */
  get rates(): Rates | null {
    return this.series.at(-1) ?? null;
  }

  /** A figure over time, oldest first. */
  rateSeries(figure: (rates: Rates) => number): readonly number[] {
    return this.series.map(figure);
  }

  valueSeries(figure: (snapshot: TopSnapshot) => number): readonly number[] {
    return this.snapshots.map(figure);
  }

  private forget(): void {
    this.snapshots = [];
    this.series = [];
  }
}

function ratesOf(before: TopSnapshot, now: TopSnapshot): Rates {
  const seconds = (now.timeMs - before.timeMs) / 1_000;
  const perSecond = (to: number, from: number | undefined): number => Math.max(0, (to - (from ?? 0)) / seconds);
  const nodesBefore = new Map(before.nodes.map(node => [node.node, node]));
  const sinksBefore = new Map(before.sinks.map(sink => [sink.sink, sink.carriedOut]));
  const sinks = new Map(now.sinks.map(({ sink, carriedOut }) => [sink, perSecond(carriedOut, sinksBefore.get(sink))]));
  return {
    recordsIn: perSecond(now.recordsIn, before.recordsIn),
    recordsOut: [...sinks.values()].reduce((sum, rate) => sum + rate, 0),
    cpu: perSecond(now.agent.cpuSeconds, before.agent.cpuSeconds),
    nodes: new Map(now.nodes.map(({ node, rowsIn, rowsOut }) => [node, { rowsIn: perSecond(rowsIn, nodesBefore.get(node)?.rowsIn), rowsOut: perSecond(rowsOut, nodesBefore.get(node)?.rowsOut) }])),
    sinks
  };
}
