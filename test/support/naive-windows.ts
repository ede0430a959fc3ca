import type { AlignedWindowSpec, WindowNode } from '../../engine/plan/nodes/window';

export interface NaiveRow {
  readonly t: number;
  readonly k: string;
  readonly x: number | null;
}
/** What one emission of a window holds. */
export interface NaiveResult {
  readonly at: number;
  readonly k: string;
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  readonly revision: number;
  readonly n: number;
  readonly s: number | null;
  readonly lo: number | null;
  readonly first: number | null;
  readonly last: number | null;
}
export interface NaiveRun {
  readonly results: NaiveResult[];
  readonly late: number[];
  readonly inGap: number[];
}

interface NaiveWindow {
  readonly startMs: number;
  readonly endMs: number;
  readonly keys: Map<string, { readonly values: (number | null)[]; revision: number; emittedRows: number }>;
}

/** All windows of a record, by the words of the definition: every start and end is tried. */
function windowsOf(spec: AlignedWindowSpec, t: number): { startMs: number; endMs: number }[] {
  const floor = (size: number): number => t - ((((t - spec.offsetMs) % size) + size) % size);
  switch (spec.kind) {
    case 'tumbling':
      return [{ startMs: floor(spec.sizeMs), endMs: floor(spec.sizeMs) + spec.sizeMs }];
    case 'hopping': {
      const found = [];
      for (let startMs = floor(spec.hopMs); startMs > t - spec.sizeMs; startMs -= spec.hopMs) found.push({ startMs, endMs: startMs + spec.sizeMs });
      return found;
    }
    case 'cumulating': {
      const found = [];
      const startMs = floor(spec.maxSizeMs);
      for (let endMs = startMs + spec.stepMs; endMs <= startMs + spec.maxSizeMs; endMs += spec.stepMs) if (endMs > t) found.push({ startMs, endMs });
      return found;
    }
  }
}

/** Windows that are the same for all keys, recomputed record by record from all values that they hold. */
export class NaiveWindows {
  readonly run: NaiveRun = { results: [], late: [], inGap: [] };
  private readonly open = new Map<string, NaiveWindow>();
  private readonly keyOrder: string[] = [];
  private watermarkMs = -Infinity;
  private maxMs = -Infinity;

  constructor(
    private readonly config: Omit<WindowNode['config'], 'window' | 'aggregates'> & { readonly window: AlignedWindowSpec },
    private readonly maxOutOfOrdernessMs: number
  ) {}

  add(at: number, row: NaiveRow): void {
    const { window: spec, allowedLatenessMs, emit } = this.config;
    if (!this.keyOrder.includes(row.k)) this.keyOrder.push(row.k);
    const windows = windowsOf(spec, row.t);
    const taken = windows.filter(({ endMs }) => endMs - 1 + allowedLatenessMs > this.watermarkMs).sort((a, b) => a.endMs - b.endMs);
    if (windows.length === 0) this.run.inGap.push(at);
    else if (taken.length === 0) this.run.late.push(at);
    for (const { startMs, endMs } of taken) {
      const id = `${startMs} ${endMs}`;
      const window = this.open.get(id) ?? { startMs, endMs, keys: new Map() };
      this.open.set(id, window);
      const content = window.keys.get(row.k) ?? { values: [], revision: 0, emittedRows: 0 };
      window.keys.set(row.k, content);
      content.values.push(row.x);
    }
    for (const { startMs, endMs } of taken) {
      if (endMs - 1 <= this.watermarkMs || emit === 'onUpdate') this.emit(this.open.get(`${startMs} ${endMs}`)!, [row.k], at);
    }
    this.maxMs = Math.max(this.maxMs, row.t);
    this.advance(this.maxMs - this.maxOutOfOrdernessMs - 1, at);
  }

  end(at: number): void {
    this.advance(Infinity, at);
  }

  private advance(watermarkMs: number, at: number): void {
    if (watermarkMs <= this.watermarkMs) return;
    const { emit, allowedLatenessMs } = this.config;
    const before = this.watermarkMs;
    this.watermarkMs = watermarkMs;
    const multiple = (ms: number): number => (typeof emit === 'object' ? Math.floor((ms + 1) / emit.everyMs) : 0);
    const windows = [...this.open.values()].sort((a, b) => a.endMs - b.endMs || a.startMs - b.startMs);
    for (const window of windows) {
      const completes = window.endMs - 1 <= watermarkMs && window.endMs - 1 > before;
      const previews = window.endMs - 1 > watermarkMs && multiple(watermarkMs) > multiple(before);
      if (completes || previews) this.emit(window, this.keyOrder.filter(k => window.keys.has(k)), at);
    }
    for (const [id, window] of this.open) if (window.endMs - 1 + allowedLatenessMs <= watermarkMs) this.open.delete(id);
  }

  private emit({ startMs, endMs, keys }: NaiveWindow, which: readonly string[], at: number): void {
    for (const k of which) {
      const content = keys.get(k)!;
      if (content.emittedRows === content.values.length) continue;
      const values = content.values.filter(value => value !== null);
      this.run.results.push({
        at,
        k,
        windowStartMs: startMs,
        windowEndMs: endMs,
        revision: content.revision++,
        n: content.values.length,
        s: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0),
        lo: values.length === 0 ? null : Math.min(...values),
        first: values[0] ?? null,
        last: values.at(-1) ?? null
      });
      content.emittedRows = content.values.length;
    }
  }
}
