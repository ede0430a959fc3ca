import type { RowOut, ValidationReport } from '../api/host';
import type { Slo } from '../plan/plan';
import { compareRows } from '../rows/compare-rows';
import type { Replayed } from './replay';
import { checkSlo } from './slo';
import type { Check } from './slo';

export interface Validation {
  /** Two replays of one recording on fresh graphs, each with all its rows. */
  readonly first: Replayed;
  readonly second: Replayed;
  /** Absent: determinism, conservation and the SLO alone are checked. */
  readonly expect?: readonly RowOut[];
  readonly slo?: Slo;
  readonly p99LatencyMs: number | null;
  /** For numbers that a model computed on another host; default exact. */
  readonly absTolerance?: number;
  readonly relTolerance?: number;
}

/** What a validation found. The same for the browser and the command line. */
export function validationReport(validation: Validation): ValidationReport {
  const { first, second, expect, slo, p99LatencyMs, absTolerance, relTolerance } = validation;
  const comparison = compareRows(expect ?? second.rows, first.rows, { absTolerance, relTolerance });
  const { conservationError } = first.report;
  const checks: Check[] = [
    { name: 'same rows twice', ok: first.report.outputSha256 === second.report.outputSha256, seen: short(second.report.outputSha256), expected: short(first.report.outputSha256) },
    { name: 'every record accounted for', ok: conservationError === 0, seen: `${conservationError} unaccounted`, expected: '0 unaccounted' },
    ...(expect === undefined ? [] : [{ name: 'expected rows', ok: comparison.differing === 0, seen: `${comparison.differing} of ${Math.max(expect.length, first.rows.length)} differ`, expected: `${expect.length} equal` }]),
    ...(slo === undefined ? [] : checkSlo(slo, first.report, p99LatencyMs))
  ];
  return { ok: checks.every(check => check.ok), report: first.report, checks, differences: comparison.differences };
}

function short(sha256: string): string {
  return `SHA-256 ${sha256.slice(0, 16)}…`;
}
