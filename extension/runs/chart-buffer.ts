import type { ChartSeries } from '../../worker/protocol';

/** Times and, per key, values at those times: `undefined` where a key has no point, `null` for a gap (NaN). */
export interface AlignedSeries {
  readonly keys: readonly string[];
  readonly timesMs: readonly number[];
  readonly values: readonly (readonly (number | null | undefined)[])[];
}

interface Line {
  timesMs: number[];
  values: number[];
}

const LINES_MAX = 64;
const naturally = new Intl.Collator('en', { numeric: true }).compare;

/**
 * The points of a live chart: one growing line per key, cut to the newest `spanMs`. Points may come late within a line;
 * the same time again replaces the value (a revised window).
 */
export class ChartBuffer {
  private readonly lines = new Map<string, Line>();
  /** Keys that were left out because a chart shows at most 64 lines. */
  readonly omitted = new Set<string>();

  constructor(private readonly spanMs: number) {}

  get keys(): readonly string[] {
    return [...this.lines.keys()];
  }

  /** Replaces everything by the series of a snapshot. */
  reset(series: ChartSeries): void {
    this.lines.clear();
    this.omitted.clear();
    series.keys.forEach((key, line) => this.add(key, series.timesMs, series.values[line] ?? []));
  }

  add(key: string, timesMs: ArrayLike<number>, values: ArrayLike<number>): void {
    let line = this.lines.get(key);
    if (!line) {
      if (this.lines.size >= LINES_MAX) {
        this.omitted.add(key);
        return;
      }
      line = { timesMs: [], values: [] };
      this.lines.set(key, line);
    }
    for (let index = 0; index < timesMs.length; index += 1) put(line, timesMs[index] ?? NaN, values[index] ?? NaN);
  }

  /** The newest `spanMs` on common times, keys in natural order so that a line keeps its colour, at most `pointsMax` per line (smallest and largest of each stretch are kept). */
  aligned(pointsMax: number): AlignedSeries {
    this.cut();
    const keys = [...this.lines.keys()].sort(naturally);
    const lines = keys.map(key => decimate(this.lines.get(key) ?? { timesMs: [], values: [] }, pointsMax));
    const timesMs = [...new Set(lines.flatMap(line => line.timesMs))].sort((a, b) => a - b);
    return { keys, timesMs, values: lines.map(line => spread(line, timesMs)) };
  }

  private cut(): void {
    let newest = -Infinity;
    for (const line of this.lines.values()) newest = Math.max(newest, line.timesMs[line.timesMs.length - 1] ?? -Infinity);
    for (const line of this.lines.values()) {
      const first = line.timesMs.findIndex(timeMs => timeMs >= newest - this.spanMs);
      if (first > 0) {
        line.timesMs.splice(0, first);
        line.values.splice(0, first);
      }
    }
  }
}

function put(line: Line, timeMs: number, value: number): void {
  if (!Number.isFinite(timeMs)) return;
  let index = line.timesMs.length;
  while (index > 0 && (line.timesMs[index - 1] ?? -Infinity) > timeMs) index -= 1;
  const replaces = line.timesMs[index - 1] === timeMs;
  if (replaces) line.values[index - 1] = value;
  else {
    line.timesMs.splice(index, 0, timeMs);
    line.values.splice(index, 0, value);
  }
}

/** At most `pointsMax` points: per stretch the smallest and the largest value, in order of time; gaps stay gaps. */
export function decimate(line: { readonly timesMs: readonly number[]; readonly values: readonly number[] }, pointsMax: number): Line {
  const count = line.timesMs.length;
  if (count <= pointsMax || pointsMax < 2) return { timesMs: [...line.timesMs], values: [...line.values] };
  const stretches = Math.max(1, Math.floor(pointsMax / 2));
  const kept: number[] = [];
  for (let stretch = 0; stretch < stretches; stretch += 1) {
    const start = Math.floor((stretch * count) / stretches);
    const end = Math.floor(((stretch + 1) * count) / stretches);
    kept.push(...extremes(line.values, start, end));
  }
  return { timesMs: kept.map(index => line.timesMs[index] ?? NaN), values: kept.map(index => line.values[index] ?? NaN) };
}

function extremes(values: readonly number[], start: number, end: number): readonly number[] {
  let lowest = -1;
  let highest = -1;
  for (let index = start; index < end; index += 1) {
    const value = values[index] ?? NaN;
    if (Number.isNaN(value)) continue;
    if (lowest < 0 || value < (values[lowest] ?? NaN)) lowest = index;
    if (highest < 0 || value > (values[highest] ?? NaN)) highest = index;
  }
  if (lowest < 0) return start < end ? [start] : [];
  if (lowest === highest) return [lowest];
  return lowest < highest ? [lowest, highest] : [highest, lowest];
}

function spread(line: Line, timesMs: readonly number[]): (number | null | undefined)[] {
  let at = 0;
  return timesMs.map(timeMs => {
    if (line.timesMs[at] !== timeMs) return undefined;
    const value = line.values[at] ?? NaN;
    at += 1;
    return Number.isNaN(value) ? null : value;
  });
}
