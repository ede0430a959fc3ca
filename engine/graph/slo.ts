import type { Slo } from '../plan/plan';
import type { ReportCounters } from './graph-api';

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly seen: string;
  readonly expected: string;
}

/** Each goal of `slo` against what was counted; a latency goal fails while no latency has been measured. */
export function checkSlo(slo: Slo, counters: ReportCounters, p99LatencyMs: number | null): Check[] {
  const checks: Check[] = [];
  if (slo.p99LatencyMs !== undefined) {
    checks.push({
      name: 'p99 latency',
      ok: p99LatencyMs !== null && p99LatencyMs <= slo.p99LatencyMs,
      seen: p99LatencyMs === null ? 'no result yet' : `${rounded(p99LatencyMs)} ms`,
      expected: `≤ ${slo.p99LatencyMs} ms`
    });
  }
  const share = (name: string, part: number, max: number): Check => {
    const seen = counters.rowsIn === 0 ? 0 : part / counters.rowsIn;
    return { name, ok: seen <= max, seen: percent(seen), expected: `≤ ${percent(max)}` };
  };
  if (slo.lateShareMax !== undefined) checks.push(share('late share', counters.late + (counters.deadLetters['LATE'] ?? 0), slo.lateShareMax));
  if (slo.deadLetterShareMax !== undefined) {
    const letters = Object.values(counters.deadLetters).reduce((sum, count) => sum + count, 0);
    checks.push(share('dead letter share', letters, slo.deadLetterShareMax));
  }
  return checks;
}

function rounded(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
