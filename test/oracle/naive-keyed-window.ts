import type { CountingSpec, SessionSpec, SlidingSpec, WindowNode } from '../../engine/plan/nodes/window';
import type { Event, Losses, RowEvent, Stream } from './events';
import { keyText } from './events';
import { resultCells } from './naive-window';

type Config = WindowNode['config'];

interface Session {
  startMs: number;
  endMs: number;
  readonly key: string;
  rows: RowEvent[];
}

/** Sessions without allowed lateness: touching ones merge, merging comes before the late test. */
export function naiveSession(config: Config, spec: SessionSpec, input: Stream, losses: Losses): Event[] {
  const out: Event[] = [];
  const firstSeen: string[] = [];
  let open: Session[] = [];
  let watermarkMs = -Infinity;
  for (const event of input.events) {
    if (event.kind === 'row') take(event);
    else {
      if (event.kind === 'watermark') advance(event.ms, event.at);
      out.push(event);
    }
  }
  return out;

  function take(row: RowEvent): void {
    const key = keyText(row.cells, input.keys);
    if (!firstSeen.includes(key)) firstSeen.push(key);
    const touching = open.filter(session => session.key === key && session.startMs <= row.t + spec.gapMs && session.endMs >= row.t);
    const merged: Session = {
      key,
      startMs: Math.min(row.t, ...touching.map(({ startMs }) => startMs)),
      endMs: Math.max(row.t + spec.gapMs, ...touching.map(({ endMs }) => endMs)),
      rows: inArrivalOrder(input, [...touching.flatMap(({ rows }) => rows), row])
    };
    if (merged.endMs - 1 <= watermarkMs) {
      losses.late += 1;
      return;
    }
    open = [...open.filter(session => !touching.includes(session)), merged];
  }

  function advance(ms: number, at: number): void {
    const due = open.filter(({ endMs }) => endMs - 1 <= ms);
    due.sort((a, b) => a.endMs - b.endMs || a.startMs - b.startMs || firstSeen.indexOf(a.key) - firstSeen.indexOf(b.key));
    for (const session of due) out.push({ kind: 'row', at, t: session.endMs - 1, cells: resultCells(config, input.keys, session, 0) });
    watermarkMs = ms;
    open = open.filter(session => !due.includes(session));
  }
}

/** Windows over the k-th to the k+rows-th row of a key, complete ones only unless `emitPartial`. */
export function naiveCounting(config: Config, spec: CountingSpec, input: Stream, losses: Losses): Event[] {
  const out: Event[] = [];
  const rowsOf = new Map<string, RowEvent[]>();
  let watermarkMs = -Infinity;
  for (const event of input.events) {
    if (event.kind === 'row') {
      const key = keyText(event.cells, input.keys);
      const rows = rowsOf.get(key) ?? [];
      rowsOf.set(key, rows);
      rows.push(event);
      if ((rows.length - 1) % spec.hopRows >= spec.rows) losses.inGap += 1;
      const first = rows.length - spec.rows;
      if (first >= 0 && first % spec.hopRows === 0) emit(rows.slice(first), event.at);
      continue;
    }
    if (event.kind === 'watermark') {
      if (event.ms === Infinity && spec.emitPartial) for (const rows of partialWindows()) emit(rows, event.at);
      watermarkMs = event.ms;
    }
    out.push(event);
  }
  return out;

  function emit(rows: readonly RowEvent[], at: number): void {
    const times = rows.map(row => row.t);
    const bounds = { startMs: Math.min(...times), endMs: Math.max(...times) + 1, rows };
    out.push({ kind: 'row', at, t: Math.max(watermarkMs + 1, bounds.endMs - 1), cells: resultCells(config, input.keys, bounds, 0) });
  }

  /** In order of their end, start and key. */
  function partialWindows(): (readonly RowEvent[])[] {
    const windows: RowEvent[][] = [];
    for (const rows of rowsOf.values()) for (let first = 0; first < rows.length; first += spec.hopRows) if (first + spec.rows > rows.length) windows.push(rows.slice(first));
    const times = (rows: readonly RowEvent[]): number[] => rows.map(row => row.t);
    return windows.sort((a, b) => Math.max(...times(a)) - Math.max(...times(b)) || Math.min(...times(a)) - Math.min(...times(b)));
  }
}

/** One result per row, when the watermark reaches it; late is t <= watermark. First and last are by arrival, as in every window. */
export function naiveSliding(config: Config, spec: SlidingSpec, input: Stream, losses: Losses): Event[] {
  const out: Event[] = [];
  const taken: RowEvent[] = [];
  let watermarkMs = -Infinity;
  for (const event of input.events) {
    if (event.kind === 'row') {
      if (event.t <= watermarkMs) losses.late += 1;
      else taken.push(event);
      continue;
    }
    if (event.kind === 'watermark') {
      const due = taken.filter(row => row.t <= event.ms && row.t > watermarkMs).sort((a, b) => a.t - b.t);
      for (const row of due) out.push({ kind: 'row', at: event.at, t: row.t, cells: resultCells(config, input.keys, windowOf(row), 0) });
      watermarkMs = event.ms;
    }
    out.push(event);
  }
  return out;

  function windowOf(row: RowEvent): { startMs: number; endMs: number; rows: RowEvent[] } {
    const key = keyText(row.cells, input.keys);
    const sameKey = taken.filter(other => keyText(other.cells, input.keys) === key).sort((a, b) => a.t - b.t);
    const endMs = row.t + 1;
    if ('sizeMs' in spec) return { startMs: endMs - spec.sizeMs, endMs, rows: inArrivalOrder(input, sameKey.filter(other => other.t <= row.t && other.t > row.t - spec.sizeMs)) };
    const place = sameKey.indexOf(row);
    const rows = sameKey.slice(Math.max(0, place + 1 - spec.rows), place + 1);
    return { startMs: rows[0]!.t, endMs, rows: inArrivalOrder(input, rows) };
  }
}

function inArrivalOrder(input: Stream, rows: readonly RowEvent[]): RowEvent[] {
  return input.events.filter((event): event is RowEvent => event.kind === 'row' && rows.includes(event));
}
