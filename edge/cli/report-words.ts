import type { Report, ValidationReport } from '../../engine/api/host';
import { grouped, instantWords } from './words';

/** A report as sentences: what came in is what went out, conservation in words. */
export function reportWords(report: Report): string[] {
  const out = Object.entries(report.rowsOut).map(([sink, count]) => `${sink} ${grouped(count)}`);
  const letters = Object.entries(report.deadLetters).map(([code, count]) => `${grouped(count)} ${code}`);
  return [
    `rows in:      ${grouped(report.rowsIn)}`,
    `rows out:     ${out.join(', ') || 'none'}`,
    `filtered:     ${grouped(report.filtered)}`,
    `late:         ${grouped(report.late)}`,
    `in gap:       ${grouped(report.inGap)}`,
    `dead letters: ${letters.join(', ') || 'none'}`,
    `conservation: ${report.conservationError === 0 ? 'every record accounted for' : `${report.conservationError} records unaccounted for`}`,
    ...Object.entries(report.shadows ?? {}).map(([node, { compared = 0, agreed = 0, failed = 0, maxDifference = 0, meanDifference = 0 }]) => `shadow:       "${node}" agrees in ${grouped(agreed)} of ${grouped(compared)} rows, fails in ${grouped(failed)}; differs by ${meanDifference.toPrecision(3)} on average, ${maxDifference.toPrecision(3)} at most`),
    `watermark:    ${instantWords(report.watermarkMs)}`,
    `output:       SHA-256 ${report.outputSha256}`
  ];
}

const DIFFERENCES_SHOWN_MAX = 5;

/** A validation as a list of checks, each with what was seen. */
export function validationWords(validation: ValidationReport): string[] {
  const width = Math.max(...validation.checks.map(check => check.name.length));
  const shown = validation.differences.slice(0, DIFFERENCES_SHOWN_MAX);
  return [
    ...validation.checks.map(check => `${check.ok ? 'ok  ' : 'FAIL'}  ${check.name.padEnd(width)}  ${check.seen} (expected ${check.expected})`),
    ...(validation.ok ? [] : shown.flatMap(difference => [
      `row ${difference.index}`,
      `  expected ${JSON.stringify(difference.expected)}`,
      `  seen     ${JSON.stringify(difference.seen)}`
    ])),
    validation.ok ? 'The pipeline is valid on this recording.' : 'The pipeline is not valid on this recording.'
  ];
}
