import type { DeadbandNode, DeduplicateNode, DiffNode, LagNode, ThrottleNode } from '../../engine/plan/nodes/stateful';
import type { Cell, Cells, Event, Losses, RowEvent, Stream } from './events';
import { keyText } from './events';

/** Each row with what came before it of its key. */
function withHistory(input: Stream, visit: (row: RowEvent, before: RowEvent[]) => Cells | null): Event[] {
  const histories = new Map<string, RowEvent[]>();
  return input.events.flatMap((event): Event[] => {
    if (event.kind !== 'row') return [event];
    const key = keyText(event.cells, input.keys);
    const before = histories.get(key) ?? [];
    histories.set(key, before);
    const cells = visit(event, before);
    return cells === null ? [] : [{ ...event, cells }];
  });
}

export function naiveLag({ column, as, rows }: LagNode['config'], input: Stream): Event[] {
  return withHistory(input, (row, before) => {
    const earlier = before[before.length - rows];
    before.push(row);
    return { ...row.cells, [as]: earlier === undefined ? null : earlier.cells[column]! };
  });
}

/** The first difference. */
export function naiveDiff({ column, as }: DiffNode['config'], input: Stream): Event[] {
  return withHistory(input, (row, before) => {
    const [value, earlier] = [row.cells[column]!, before.at(-1)?.cells[column] ?? null];
    before.push(row);
    return { ...row.cells, [as]: difference(value, earlier) };
  });
}

function difference(value: Cell, earlier: Cell): Cell {
  if (value === null || earlier === null) return null;
  return typeof value === 'bigint' ? value - BigInt(earlier as bigint) : Number(value) - Number(earlier);
}

/** A band of absolute width. */
export function naiveDeadband({ column, band }: DeadbandNode['config'], input: Stream, losses: Losses): Event[] {
  const width = 'absolute' in band ? band.absolute : 0;
  return withHistory(input, (row, kept) => {
    const [value, last] = [row.cells[column]!, kept.at(-1)?.cells[column]];
    const isKept = last === undefined || (value === null) !== (last === null) || (value !== null && Math.abs(Number(value) - Number(last)) > width);
    if (isKept) kept.push(row);
    else losses.dropped += 1;
    return isKept ? row.cells : null;
  });
}

export function naiveThrottle({ everyMs }: ThrottleNode['config'], input: Stream, losses: Losses): Event[] {
  return withHistory(input, (row, kept) => {
    const last = kept.at(-1);
    const isKept = last === undefined || row.t >= last.t + everyMs;
    if (isKept) kept.push(row);
    else losses.dropped += 1;
    return isKept ? row.cells : null;
  });
}

/** Keep first, however late the others come: on the watermark; late is t < watermark. */
export function naiveDeduplicateFirst({ by }: DeduplicateNode['config'], input: Stream, losses: Losses): Event[] {
  const out: Event[] = [];
  const kept = new Set<string>();
  let waiting: RowEvent[] = [];
  let watermarkMs = -Infinity;
  const identity = (row: RowEvent): string => keyText(row.cells, [...input.keys, ...by]);
  for (const event of input.events) {
    if (event.kind === 'row') {
      if (event.t < watermarkMs) losses.late += 1;
      else waiting.push(event);
      continue;
    }
    if (event.kind === 'watermark') {
      watermarkMs = event.ms;
      const due = waiting.filter(row => row.t <= event.ms).sort((a, b) => a.t - b.t);
      waiting = waiting.filter(row => row.t > event.ms);
      for (const row of due) {
        if (kept.has(identity(row))) losses.dropped += 1;
        else out.push({ ...row, at: event.at });
        kept.add(identity(row));
      }
    }
    out.push(event);
  }
  return out;
}
