import type { SessionSpec } from '../../../engine/plan/nodes/window';
import type { OutRow } from '../../support/graph-runs';
import type { LawRecord, LawShape } from '../../support/window-laws';
import { lawAggregates } from '../../support/window-laws';

export interface SessionShape extends LawShape {
  readonly spec: SessionSpec;
  readonly allowedLatenessMs: number;
  readonly emit: 'onClose' | 'onUpdate' | { readonly everyMs: number };
}

interface Session {
  readonly key: string | null;
  start: number;
  end: number;
  /** Indexes of its records. */
  members: number[];
  fired: boolean;
  emitted: number;
  replaces: number[];
  /** Records in its last result. */
  told: number;
}

/** Sessions from the words of the semantics: a list of sessions, each a list of records. */
export function sessionOracle(shape: SessionShape, records: readonly LawRecord[]): { rows: OutRow[]; late: number } {
  const { spec, allowedLatenessMs } = shape;
  const isRevised = allowedLatenessMs > 0 || shape.emit !== 'onClose';
  const everyMs = typeof shape.emit === 'object' ? shape.emit.everyMs : null;
  const rows: OutRow[] = [];
  const keys: (string | null)[] = [];
  let sessions: Session[] = [];
  let watermark = -Infinity;
  let maxTime = -Infinity;
  let late = 0;

  const emit = (session: Session, at: number): void => {
    const values = session.members.map(index => records[index]!.x);
    rows.push({
      sink: 'out',
      at,
      eventTimeMs: session.end - 1,
      row: {
        ...(shape.keyed ? { k: session.key } : {}),
        windowStartMs: session.start,
        windowEndMs: session.end,
        ...(isRevised ? { revision: session.emitted, replaces: session.replaces } : {}),
        ...lawAggregates(values, shape.withMedian)
      }
    });
    session.emitted += 1;
    session.told = session.members.length;
  };
  const inOrder = (some: readonly Session[]): Session[] => [...some].sort((a, b) => a.end - b.end || a.start - b.start || keys.indexOf(a.key) - keys.indexOf(b.key));
  const ticks = (mark: number): number => (everyMs === null ? 0 : Math.floor((mark + 1) / everyMs));
  const fits = (start: number, end: number): boolean => spec.maxDurationMs === null || end - start <= spec.maxDurationMs;
  /** The sessions that the record joins, earliest first. */
  const joined = (key: string | null, t: number): Session[] => {
    const touching = sessions.filter(each => each.key === key && each.start <= t + spec.gapMs && each.end >= t).sort((a, b) => a.start - b.start);
    if (spec.maxDurationMs === null) return touching;
    const left = touching.filter(each => each.start <= t).at(-1);
    const right = touching.find(each => each.start > t);
    const alone = [left, right].filter(each => each !== undefined).filter(each => fits(Math.min(each.start, t), Math.max(each.end, t + spec.gapMs)));
    return alone.length === 2 && !fits(alone[0]!.start, alone[1]!.end) ? [alone[0]!] : alone;
  };
  const take = (index: number): void => {
    const { t, k } = records[index]!;
    const key = shape.keyed ? k : null;
    if (!keys.includes(key)) keys.push(key);
    const parts = joined(key, t);
    if (parts.length === 0 && t + spec.gapMs - 1 + allowedLatenessMs <= watermark) {
      late += 1;
      return;
    }
    const start = Math.min(t, ...parts.map(each => each.start));
    const end = Math.max(t + spec.gapMs, ...parts.map(each => each.end));
    const same = parts.length === 1 && parts[0]!.start === start && parts[0]!.end === end;
    const members = [...parts.flatMap(each => each.members), index].sort((a, b) => a - b);
    const replaces = same ? parts[0]!.replaces : parts.flatMap(each => (each.emitted > 0 ? [each.start, each.end] : each.replaces));
    const session: Session = { key, start, end, members, fired: end - 1 <= watermark, emitted: same ? parts[0]!.emitted : 0, replaces, told: parts.length === 1 ? parts[0]!.told : 0 };
    sessions = [...sessions.filter(each => !parts.includes(each)), session];
    if (session.fired || shape.emit === 'onUpdate') emit(session, index);
  };
  const advance = (to: number, at: number): void => {
    const isTick = ticks(to) > ticks(watermark);
    watermark = to;
    for (const session of inOrder(sessions.filter(each => !each.fired && each.end - 1 <= to))) {
      session.fired = true;
      if (session.told !== session.members.length) emit(session, at);
    }
    if (isTick) for (const session of inOrder(sessions.filter(each => !each.fired && each.told !== each.members.length))) emit(session, at);
    sessions = sessions.filter(each => each.end - 1 + allowedLatenessMs > to);
  };
  records.forEach((record, index) => {
    take(index);
    maxTime = Math.max(maxTime, record.t);
    if (maxTime - shape.maxOutOfOrdernessMs - 1 > watermark) advance(maxTime - shape.maxOutOfOrdernessMs - 1, index);
  });
  advance(Infinity, records.length);
  return { rows, late };
}
