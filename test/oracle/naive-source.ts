import type { GraphInput } from '../../engine/graph/graph-api';
import type { SourceConfig } from '../../engine/plan/plan';
import type { Cell, Cells, Event, Losses, Stream } from './events';

interface TimeInput {
  maxMs: number;
  lastArrivalMs: number;
  idle: boolean;
  /** Came back behind the combined watermark and has not caught up. */
  behind: boolean;
}

/** Messages to rows and watermarks, from the words of the semantics. Payloads are JSON objects or not JSON at all. */
export function naiveSource(config: SourceConfig, inputs: readonly GraphInput[], losses: Losses): Stream {
  const events: Event[] = [];
  const times = new Map<string, TimeInput>();
  const prefix = config.topic.slice(0, config.topic.indexOf('+'));
  let combinedMs = -Infinity;
  let toldMs = -Infinity;
  let idleBefore = false;
  let sinceMs: number | null = null;
  /** A source without any record is idle, too, counted from the first input event. */
  let silent = false;
  const firstArrivalMs = inputs.find(input => input.kind !== 'end')?.arrivalTimeMs ?? 0;
  let overdue = false;
  inputs.forEach((input, at) => {
    let ended = false;
    if (input.kind === 'end') ended = true;
    else {
      if (config.idleTimeoutMs !== null && input.arrivalTimeMs - firstArrivalMs > config.idleTimeoutMs) overdue = true;
      sinceMs ??= input.arrivalTimeMs;
      silent ||= input.arrivalTimeMs - sinceMs > (config.idleTimeoutMs ?? Infinity);
      if (config.idleTimeoutMs !== null) combinedMs = fallIdle(times, combinedMs, input.arrivalTimeMs, config);
      if (input.kind === 'message' && input.topic.startsWith(prefix)) takeMessage(input, at);
    }
    combinedMs = ended ? Infinity : Math.max(combinedMs, minimumOf(times, combinedMs, config));
    const idle = times.size === 0 ? overdue : [...times.values()].every(time => time.idle);
    if (idleBefore && !idle) events.push({ kind: 'idle', at, idle });
    if (combinedMs > toldMs) events.push({ kind: 'watermark', at, ms: combinedMs });
    toldMs = combinedMs;
    if (!idleBefore && idle) events.push({ kind: 'idle', at, idle });
    idleBefore = idle;
  });
  return { events, keys: [] };

  function takeMessage(input: Extract<GraphInput, { kind: 'message' }>, at: number): void {
    const cells = decode(input.payload, config);
    if (cells === null) {
      losses.deadLetters += 1;
      return;
    }
    const t = Number(cells[config.eventTime]);
    if (config.maxFutureSkewMs !== null && t > input.arrivalTimeMs + config.maxFutureSkewMs) {
      losses.deadLetters += 1;
      return;
    }
    const name = config.watermarkPer === 'topic' ? input.topic : '';
    let time = times.get(name);
    if (time === undefined) times.set(name, (time = { maxMs: -Infinity, lastArrivalMs: -Infinity, idle: false, behind: false }));
    if (time.idle) {
      time.idle = false;
      time.behind = watermarkOf(time, config) < combinedMs;
    }
    time.lastArrivalMs = Math.max(time.lastArrivalMs, input.arrivalTimeMs);
    time.maxMs = Math.max(time.maxMs, t);
    if (watermarkOf(time, config) >= combinedMs) time.behind = false;
    events.push({ kind: 'row', at, t, cells });
  }
}

function watermarkOf(time: TimeInput, config: SourceConfig): number {
  return time.maxMs - config.maxOutOfOrdernessMs - 1;
}

/** The smallest watermark of the inputs that count, -Infinity when none does. */
function minimumOf(times: ReadonlyMap<string, TimeInput>, combinedMs: number, config: SourceConfig): number {
  const counting = [...times.values()].filter(time => !time.idle && !time.behind);
  return counting.length === 0 ? combinedMs : Math.min(...counting.map(time => watermarkOf(time, config)));
}

/** Inputs that have been silent for too long fall idle, one after the other; when all are, the largest watermark counts. */
function fallIdle(times: ReadonlyMap<string, TimeInput>, combinedMs: number, arrivalTimeMs: number, config: SourceConfig): number {
  let nowMs = combinedMs;
  for (const time of times.values()) {
    if (time.idle || arrivalTimeMs - time.lastArrivalMs <= (config.idleTimeoutMs ?? Infinity)) continue;
    time.idle = true;
    const all = [...times.values()];
    nowMs = Math.max(nowMs, all.every(each => each.idle) ? Math.max(...all.map(each => watermarkOf(each, config))) : minimumOf(times, nowMs, config));
  }
  return nowMs;
}

function decode(payload: Uint8Array, config: SourceConfig): Cells | null {
  const record = parsed(payload);
  if (record === null) return null;
  const cells: Record<string, Cell> = {};
  for (const { name, type, nullable } of config.schema.fields) {
    const value = record[name] ?? null;
    if (value === null ? !nullable : typeof value !== (type === 'utf8' ? 'string' : 'number')) return null;
    cells[name] = value !== null && type === 'int64' ? BigInt(value as number) : (value as Cell);
  }
  return cells;
}

function parsed(payload: Uint8Array): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(payload));
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
