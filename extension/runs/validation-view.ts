import type { RowOut, ValidationReport } from '../../engine/api/host';
import { LittoralError } from '../../engine/error';
import { el } from '../ui/dom';
import { formatCount, formatUtc, formatValue, plural } from '../ui/format';
import { scrollRegion, table } from '../ui/table';
import type { TableCell } from '../ui/table';

type Json = Readonly<Record<string, unknown>>;

/** The only way from a notebook's JSON to a validation report; throws `VALIDATION_OUTPUT` when it is none. */
export function parseValidation(json: unknown): ValidationReport {
  if (!isRecord(json) || typeof json['ok'] !== 'boolean' || !isRecord(json['report'])) {
    throw new LittoralError('VALIDATION_OUTPUT', 'validation report: the notebook holds something else. Run the cell again to replace it.');
  }
  const report = json['report'];
  return {
    ok: json['ok'],
    report: { ...(report as unknown as ValidationReport['report']), rowsIn: count(report['rowsIn']), late: count(report['late']), outputSha256: text(report['outputSha256']) },
    checks: records(json['checks']).map(check => ({ name: text(check['name']), ok: check['ok'] === true, seen: text(check['seen']), expected: text(check['expected']) })),
    differences: records(json['differences'])
      .slice(0, 20)
      .map(difference => ({ index: count(difference['index']), expected: rowOrNull(difference['expected']), seen: rowOrNull(difference['seen']) }))
  };
}

/** Verdict first, then the checks, then the first rows that differ. */
export function validationView(validation: ValidationReport): HTMLElement {
  const { ok, report, checks, differences } = validation;
  const missed = checks.filter(check => !check.ok).length;
  const rows = checks.map((check): readonly TableCell[] => [{ content: check.ok ? '✓' : '✕', style: check.ok ? 'good' : 'bad' }, check.name, check.seen, { content: check.expected, style: 'quiet' }]);
  return el(
    'div',
    { class: 'lt-run lt-validation', role: 'group', 'aria-label': 'Validation report' },
    el(
      'div',
      { class: 'lt-run-header' },
      el('span', { class: 'lt-run-name' }, 'validation'),
      el('span', { class: ok ? 'lt-run-state lt-good' : 'lt-run-state lt-bad' }, ok ? '✓ passed' : `✕ ${plural(missed, 'check')} failed`),
      el('span', { class: 'lt-run-clock' }, `${formatCount(report.rowsIn)} in, ${formatCount(report.late)} late`)
    ),
    table([{ name: '' }, { name: 'check', heading: true }, { name: 'seen' }, { name: 'expected' }], rows, { fit: true }),
    differences.length > 0 && differencesView(differences),
    report.outputSha256 !== '' && el('p', { class: 'lt-hint' }, 'rows out, SHA-256 ', el('code', {}, report.outputSha256))
  );
}

function differencesView(differences: ValidationReport['differences']): HTMLElement {
  const rows = differences.map(({ index, expected, seen }) => {
    const columns = [...new Set([...Object.keys(expected?.row ?? {}), ...Object.keys(seen?.row ?? {})])];
    const differing = columns.filter(column => JSON.stringify(expected?.row[column]) !== JSON.stringify(seen?.row[column]));
    return [formatCount(index), rowWords(expected, differing), rowWords(seen, differing)];
  });
  const first = scrollRegion('Rows that differ', table([{ name: 'row', number: true }, { name: 'expected' }, { name: 'seen' }], rows));
  return el('details', { open: true }, el('summary', {}, differences.length === 1 ? 'the first row that differs' : `the first ${formatCount(differences.length)} rows that differ`), first);
}

function rowWords(row: RowOut | null, differing: readonly string[]): string {
  if (row === null) return 'no such row';
  if (differing.length === 0) return `${row.sink} at ${formatUtc(row.eventTimeMs)}, released by input ${row.at}`;
  return differing.map(column => `${column} ${formatValue(row.row[column])}`).join(', ');
}

function rowOrNull(value: unknown): RowOut | null {
  if (!isRecord(value)) return null;
  return { sink: text(value['sink']), eventTimeMs: count(value['eventTimeMs']), at: count(value['at']), row: isRecord(value['row']) ? value['row'] : {} };
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function records(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.slice(0, 500).filter(isRecord) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 2_000) : '';
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
