interface Reading {
  readonly timeMs: number;
  readonly spentMs: ReadonlyMap<string, number>;
}

const SPAN_MS = 10_000;
const APART_MS = 1_000;

/** Shares of time over about the last ten seconds, from readings of totals whenever somebody asks. */
export class BusyWindow {
  private readings: Reading[] = [];

  /** Share of the time since a reading of some ten seconds ago, by name; empty before there are two readings. Totals in ms. */
  read(timeMs: number, spentMs: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    const last = this.readings.at(-1);
    if (last !== undefined && (timeMs < last.timeMs || [...spentMs].some(([name, spent]) => spent < (last.spentMs.get(name) ?? 0)))) this.readings = [];
    const recent = this.readings.findIndex(reading => timeMs - reading.timeMs <= SPAN_MS);
    if (recent > 0) this.readings.splice(0, recent);
    else if (recent < 0) this.readings.splice(0, this.readings.length - 1);
    const from = this.readings[0];
    if (from === undefined || timeMs - (this.readings.at(-1)?.timeMs ?? -Infinity) >= APART_MS) this.readings.push({ timeMs, spentMs: new Map(spentMs) });
    if (from === undefined || timeMs <= from.timeMs) return new Map();
    return new Map([...spentMs].map(([name, spent]) => [name, Math.min(1, Math.max(0, (spent - (from.spentMs.get(name) ?? 0)) / (timeMs - from.timeMs)))]));
  }
}
