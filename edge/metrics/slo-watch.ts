import type { Slo } from '../../engine/plan/plan';
import type { SloFigures } from './agent-metrics';

/** Totals since the beginning, as far as objectives are about them. */
export interface SloTotals {
  readonly recordsIn: number;
  readonly late: number;
  readonly deadLetters: number;
  readonly effects: number;
  readonly slowEffects: number;
}

interface Reading extends SloTotals {
  readonly timeMs: number;
}

/** An objective over two windows, of about 5 minutes and of an hour. */
export interface SloVerdict extends SloFigures {
  /** Share of bad records over the short window, 0…1. */
  readonly share: number;
  readonly shareMax: number;
  readonly burnRateHour: number;
}

/** A 99th percentile allows one in a hundred. */
const SLOW_SHARE_MAX = 0.01;
const SHORT_MS = 300_000;
const LONG_MS = 3_600_000;
const APART_MS = 10_000;

interface Objective {
  readonly name: string;
  readonly shareMax: number;
  readonly bad: (totals: SloTotals) => number;
  readonly all: (totals: SloTotals) => number;
}

/** Watches the objectives of a plan over running windows, from totals that are read now and then. */
export class SloWatch {
  private readings: Reading[] = [];

  /** Takes a reading if the last one is ten seconds old; totals that have fallen, as after a new release, begin anew. */
  observe(timeMs: number, totals: SloTotals): void {
    const last = this.readings.at(-1);
    const anew = last !== undefined && (timeMs < last.timeMs || totals.recordsIn < last.recordsIn || totals.effects < last.effects);
    if (anew) this.readings = [];
    else if (last !== undefined && timeMs - last.timeMs < APART_MS) return;
    this.readings.push({ timeMs, ...totals });
    while (timeMs - (this.readings[1]?.timeMs ?? timeMs) >= LONG_MS) this.readings.shift();
  }

  verdicts(slo: Slo | undefined, timeMs: number, totals: SloTotals): readonly SloVerdict[] {
    const short = this.from(timeMs - SHORT_MS);
    const long = this.from(timeMs - LONG_MS);
    return objectivesOf(slo).map(({ name, shareMax, bad, all }) => {
      const shareSince = (from: SloTotals | undefined): number => {
        const count = all(totals) - (from === undefined ? 0 : all(from));
        return count <= 0 ? 0 : (bad(totals) - (from === undefined ? 0 : bad(from))) / count;
      };
      const share = shareSince(short);
      return { objective: name, ok: share <= shareMax, share, shareMax, burnRate: burnRate(share, shareMax), burnRateHour: burnRate(shareSince(long), shareMax) };
    });
  }

  /** The last reading at or before `timeMs`, else the first. */
  private from(timeMs: number): Reading | undefined {
    const after = this.readings.findIndex(reading => reading.timeMs > timeMs);
    return this.readings.at(after < 0 ? -1 : Math.max(0, after - 1));
  }
}

/** An objective that allows nothing burns at once; 1000 stands for that. */
function burnRate(share: number, shareMax: number): number {
  if (share <= 0) return 0;
  return shareMax > 0 ? share / shareMax : 1_000;
}

function objectivesOf(slo: Slo | undefined): readonly Objective[] {
  if (slo === undefined) return [];
  const share = (name: string, shareMax: number | undefined, bad: Objective['bad'], all: Objective['all']): Objective[] => (shareMax === undefined ? [] : [{ name, shareMax, bad, all }]);
  return [
    ...share('p99_latency', slo.p99LatencyMs === undefined ? undefined : SLOW_SHARE_MAX, totals => totals.slowEffects, totals => totals.effects),
    ...share('late_share', slo.lateShareMax, totals => totals.late, totals => totals.recordsIn),
    ...share('dead_letter_share', slo.deadLetterShareMax, totals => totals.deadLetters, totals => totals.recordsIn)
  ];
}
