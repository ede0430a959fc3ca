import type { AlignedWindowSpec, WindowNode } from '../../engine/plan/nodes/window';
import { naiveAggregate } from './naive-aggregates';
import type { Cells, Event, Losses, RowEvent, Stream } from './events';
import { keyText } from './events';

type Config = WindowNode['config'];

/** One window of one key: every row that it has taken. */
interface Open {
  readonly startMs: number;
  readonly endMs: number;
  readonly key: string;
  readonly rows: RowEvent[];
  fired: number;
}

/** Windows that are the same for all keys. */
export function naiveAligned(config: Config, spec: AlignedWindowSpec, input: Stream, losses: Losses): Event[] {
  const out: Event[] = [];
  const firstSeen: string[] = [];
  let open: Open[] = [];
  let watermarkMs = -Infinity;
  const emit = (window: Open, at: number): void => {
    out.push({ kind: 'row', at, t: window.endMs - 1, cells: resultCells(config, input.keys, window, window.fired) });
    window.fired += 1;
  };
  for (const event of input.events) {
    if (event.kind === 'row') take(event);
    else {
      if (event.kind === 'watermark') advance(event);
      out.push(event);
    }
  }
  return out;

  function take(row: RowEvent): void {
    const key = keyText(row.cells, input.keys);
    if (!firstSeen.includes(key)) firstSeen.push(key);
    const windows = boundsOf(spec, row.t);
    if (windows.length === 0) {
      losses.inGap += 1;
      return;
    }
    const inTime = windows.filter(([, endMs]) => endMs - 1 + config.allowedLatenessMs > watermarkMs);
    if (inTime.length === 0) {
      losses.late += 1;
      return;
    }
    for (const [startMs, endMs] of inTime) {
      let window = open.find(each => each.startMs === startMs && each.endMs === endMs && each.key === key);
      if (window === undefined) open.push((window = { startMs, endMs, key, rows: [], fired: 0 }));
      window.rows.push(row);
      if (endMs - 1 <= watermarkMs) emit(window, row.at);
    }
  }

  function advance({ ms, at }: Extract<Event, { kind: 'watermark' }>): void {
    const due = open.filter(({ endMs }) => endMs - 1 <= ms && endMs - 1 > watermarkMs);
    due.sort((a, b) => a.endMs - b.endMs || a.startMs - b.startMs || firstSeen.indexOf(a.key) - firstSeen.indexOf(b.key));
    for (const window of due) emit(window, at);
    watermarkMs = ms;
    open = open.filter(({ endMs }) => endMs - 1 + config.allowedLatenessMs > ms);
  }
}

/** [start, end) of every window that a record of time `t` falls into, in order of their ends. */
export function boundsOf(spec: AlignedWindowSpec, t: number): [number, number][] {
  const floor = (size: number): number => t - ((((t - spec.offsetMs) % size) + size) % size);
  if (spec.kind === 'tumbling') return [[floor(spec.sizeMs), floor(spec.sizeMs) + spec.sizeMs]];
  const bounds: [number, number][] = [];
  if (spec.kind === 'hopping') for (let start = floor(spec.hopMs); start > t - spec.sizeMs; start -= spec.hopMs) bounds.unshift([start, start + spec.sizeMs]);
  else {
    const start = floor(spec.maxSizeMs);
    for (let end = start + spec.stepMs; end <= start + spec.maxSizeMs; end += spec.stepMs) if (end > t) bounds.push([start, end]);
  }
  return bounds;
}

/** The columns of a result. */
export function resultCells(config: Config, keys: readonly string[], window: { readonly startMs: number; readonly endMs: number; readonly rows: readonly RowEvent[] }, revision: number): Cells {
  const [first] = window.rows;
  return {
    ...Object.fromEntries(keys.map(name => [name, first?.cells[name] ?? null])),
    windowStartMs: window.startMs,
    windowEndMs: window.endMs,
    ...(config.allowedLatenessMs > 0 ? { revision } : {}),
    ...Object.fromEntries(config.aggregates.map(use => [use.name, naiveAggregate(use, window.rows)]))
  };
}
