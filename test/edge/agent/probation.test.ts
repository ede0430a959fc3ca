import { beforeEach, describe, expect, it } from 'vitest';
import { Probation, type ProbationFigures } from '../../../edge/agent/probation';
import type { Env } from '../../../edge/env/env';
import { systemEnv } from '../../../edge/env/system-env';
import type { ReportCounters } from '../../../engine/graph/graph-api';
import type { Slo } from '../../../engine/plan/plan';

let nowMs = 0;
let timers: { readonly atMs: number; readonly body: () => void }[] = [];
/** A clock that stands until it is moved. */
const env: Env = {
  ...systemEnv(),
  nowMs: () => nowMs,
  monotonicMs: () => nowMs,
  setTimer: (delayMs, body) => {
    const timer = { atMs: nowMs + delayMs, body };
    timers.push(timer);
    return { cancel: () => (timers = timers.filter(each => each !== timer)) };
  }
};
function pass(durationMs: number): void {
  const untilMs = nowMs + durationMs;
  for (;;) {
    const next = timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
    if (next === undefined) break;
    timers = timers.filter(each => each !== next);
    nowMs = next.atMs;
    next.body();
  }
  nowMs = untilMs;
}

const totals: ReportCounters = { rowsIn: 500, rowsOut: {}, late: 40, inGap: 0, filtered: 0, deadLetters: { LATE: 3, JSON_SYNTAX: 7 }, duplicates: 0, dropped: 0, conservationError: 0, watermarkMs: 0 };
let figures: ProbationFigures;
let verdict: string;
let details: string;
beforeEach(() => {
  nowMs = 1_000_000;
  timers = [];
  verdict = 'open';
  details = '';
  figures = { totals, inference: { count: 0, failed: 0 }, hasData: true, sinkTrouble: false };
});
function probation(slo: Slo, durationMs = 60_000): Probation {
  const made = new Probation({
    env,
    slo,
    baseline: { rowsIn: 500, late: 40, deadLetters: { LATE: 3, JSON_SYNTAX: 7 } },
    durationMs,
    figures: () => figures,
    onPassed: () => (verdict = 'passed'),
    onFailed: (reason, detail) => {
      verdict = reason;
      details = detail;
    }
  });
  made.start();
  return made;
}
const since = (more: Partial<ReportCounters>): ReportCounters => ({ ...totals, ...more });

describe('a probation', () => {
  it('is over after its time with data; time without data does not count', () => {
    figures = { ...figures, hasData: false };
    const made = probation({ lateShareMax: 0 });
    pass(600_000);
    expect([verdict, made.remainingMs]).toEqual(['open', null]);
    figures = { ...figures, hasData: true };
    pass(30_000);
    expect(verdict).toBe('open');
    pass(31_000);
    expect([verdict, timers]).toEqual(['passed', []]);
  });

  it('looks only at what came since the release began', () => {
    probation({ lateShareMax: 0.01, deadLetterShareMax: 0.01 });
    figures = { ...figures, totals: since({ rowsIn: 900 }) };
    pass(61_000);
    expect(verdict).toBe('passed');
  });

  it.each<[string, Partial<ReportCounters>, string, RegExp]>([
    ['late records', { rowsIn: 1_500, late: 60 }, 'late_share', /late share is 2 %, the plan allows ≤ 1 %/],
    ['dead letters', { rowsIn: 1_500, deadLetters: { LATE: 3, JSON_SYNTAX: 7, CSV_FIELDS: 50 } }, 'dead_letter_share', /dead letter share is 5 %/],
    ['a lost record', { conservationError: -1 }, 'conservation', /unaccounted/]
  ])('ends with %s', (_name, more, reason, words) => {
    probation({ lateShareMax: 0.01, deadLetterShareMax: 0.04 });
    figures = { ...figures, totals: since(more) };
    pass(1_000);
    expect([verdict, details]).toEqual([reason, expect.stringMatching(words)]);
  });

  it('judges a share of few records only when its time is over', () => {
    probation({ lateShareMax: 0.01 });
    figures = { ...figures, totals: since({ rowsIn: 550, late: 45 }) };
    pass(50_000);
    expect(verdict).toBe('open');
    pass(11_000);
    expect(verdict).toBe('late_share');
  });

  it('ends when models fail, by the share that the plan allows, or a hundredth', () => {
    probation({});
    figures = { ...figures, inference: { count: 300, failed: 3 } };
    pass(5_000);
    expect(verdict).toBe('open');
    figures = { ...figures, inference: { count: 300, failed: 4 } };
    pass(5_000);
    expect(verdict).toBe('inference');
  });

  it('measures latency from receipt, and does not blame the release for a sink that is away or for what came before it', () => {
    const made = probation({ p99LatencyMs: 200 });
    for (let i = 0; i < 200; i++) made.carriedOut(1, nowMs - 5_000);
    figures = { ...figures, sinkTrouble: true };
    pass(10_000);
    for (let i = 0; i < 200; i++) made.carriedOut(1, nowMs - 9_000);
    figures = { ...figures, sinkTrouble: false };
    pass(10_000);
    expect(verdict).toBe('open');
    for (let i = 0; i < 200; i++) made.carriedOut(1, nowMs - 100);
    pass(1_000);
    expect(verdict).toBe('open');
    for (let i = 0; i < 20; i++) made.carriedOut(1, nowMs - 900);
    pass(1_000);
    expect([verdict, details]).toEqual(['p99_latency', expect.stringMatching(/the plan allows ≤ 200 ms/)]);
  });
});
