import type { OutRow } from '../../support/graph-runs';

/** What the random plans of the law tests vary. */
export interface OraclePlan {
  readonly maxOutOfOrdernessMs: number;
  readonly maxFutureSkewMs: number | null;
  readonly threshold: number | null;
  readonly select: boolean;
  readonly keyed: boolean;
  readonly sizeMs: number;
  readonly offsetMs: number;
  readonly allowedLatenessMs: number;
}
export interface OracleRecord {
  readonly t: number;
  readonly k: string | null;
  readonly x: number | null;
  readonly arrivalTimeMs: number;
}
export interface OracleResult {
  readonly rows: OutRow[];
  readonly late: number;
  readonly filtered: number;
  readonly future: number;
}

interface Open {
  readonly start: number;
  readonly key: string | null;
  readonly values: (number | null)[];
  fired: number;
}

/** The same pipeline, record by record and from the words of the semantics: nothing is kept but lists of values. */
export function oracle(plan: OraclePlan, records: readonly OracleRecord[]): OracleResult {
  const result = { rows: [] as OutRow[], late: 0, filtered: 0, future: 0 };
  const keys: (string | null)[] = [];
  let open: Open[] = [];
  let maxTime = -Infinity;
  let watermark = -Infinity;
  const end = (each: Open): number => each.start + plan.sizeMs;
  const emit = (each: Open, at: number): void => void result.rows.push(rowOf(plan, each, at));
  const advance = (to: number, at: number): void => {
    const before = watermark;
    watermark = to;
    const due = open.filter(each => end(each) - 1 <= to && end(each) - 1 > before);
    due.sort((a, b) => a.start - b.start || keys.indexOf(a.key) - keys.indexOf(b.key));
    for (const each of due) emit(each, at);
    open = open.filter(each => end(each) - 1 + plan.allowedLatenessMs > to);
  };
  records.forEach((record, at) => {
    if (plan.maxFutureSkewMs !== null && record.t > record.arrivalTimeMs + plan.maxFutureSkewMs) {
      result.future += 1;
      return;
    }
    maxTime = Math.max(maxTime, record.t);
    take(record, at);
    if (maxTime - plan.maxOutOfOrdernessMs - 1 > watermark) advance(maxTime - plan.maxOutOfOrdernessMs - 1, at);
  });
  advance(Infinity, records.length);
  return result;

  function take(record: OracleRecord, at: number): void {
    if (plan.threshold !== null && !(record.x !== null && record.x > plan.threshold)) {
      result.filtered += 1;
      return;
    }
    const key = plan.keyed ? record.k : null;
    if (!keys.includes(key)) keys.push(key);
    const shift = (((record.t - plan.offsetMs) % plan.sizeMs) + plan.sizeMs) % plan.sizeMs;
    const start = record.t - shift;
    if (start + plan.sizeMs - 1 + plan.allowedLatenessMs <= watermark) {
      result.late += 1;
      return;
    }
    let target = open.find(each => each.start === start && each.key === key);
    if (target === undefined) open.push((target = { start, key, values: [], fired: 0 }));
    target.values.push(record.x === null ? null : plan.select ? record.x * 2 + 1 : record.x);
    if (end(target) - 1 <= watermark) emit(target, at);
  }
}

function rowOf(plan: OraclePlan, open: Open, at: number): OutRow {
  const values = open.values.filter(value => value !== null);
  const revision = plan.allowedLatenessMs > 0 ? { revision: open.fired } : {};
  open.fired += 1;
  const endMs = open.start + plan.sizeMs;
  return {
    sink: 'out',
    at,
    eventTimeMs: endMs - 1,
    row: {
      ...(plan.keyed ? { k: open.key } : {}),
      windowStartMs: open.start,
      windowEndMs: endMs,
      ...revision,
      rows: BigInt(open.values.length),
      present: BigInt(values.length),
      sum: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0),
      lo: values.length === 0 ? null : Math.min(...values),
      hi: values.length === 0 ? null : Math.max(...values),
      first: values[0] ?? null,
      last: values.at(-1) ?? null
    }
  };
}
