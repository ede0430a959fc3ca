import type { ExportedBundle, RecordingRef, Report, ReplayResult, ValidationReport } from '../../../engine/api/host';
import { isPipeline } from '../../../engine/api/finished-pipeline';
import { PlanBuilder } from '../../../engine/api/plan-builder';
import { typeName } from '../../../engine/schema/schema';
import { RUN_MIME, VALIDATION_MIME } from '../../../worker/protocol';
import type { RunOutput } from '../../../worker/protocol';
import type { MimeBundle } from '../ports';
import { bundle, facts, tableBundle } from '../runtime/representation';
import type { Representer } from '../runtime/representation';
import { escapeHtml, tableOfRows } from '../runtime/table';
import { LiveRun } from './live-run';
import { planBundle } from './plan-view';

/** Views of what the API returns. `cell` names the execution that is speaking. */
export function littoralViews(cell: () => string | null): Representer[] {
  return [
    value => (isPipeline(value) ? planBundle(value.toPlan()) : null),
    value => unfinishedView(value),
    value => (value instanceof LiveRun ? runView(value, cell()) : null),
    value => (isValidation(value) ? validationBundle(value) : null),
    value => (isReplay(value) ? replayBundle(value) : null),
    value => (isReport(value) ? bundle(facts('report', reportFacts(value))) : null),
    value => (isRecording(value) ? bundle(facts(`recording "${value.name}"`, [['messages', countText(value.messages)], ['size', bytesText(value.bytes)], ['duration', `${(value.durationMs / 1_000).toFixed(1)} s`]])) : null),
    value => (isExport(value) ? bundle(facts(value.fileName, [['size', bytesText(value.bytes)], ['SHA-256', value.sha256]])) : null)
  ];
}

/** A pipeline that has no sink yet: the columns it has come to. */
function unfinishedView(value: object): MimeBundle | null {
  const plan: unknown = Reflect.get(value, 'plan');
  if (!(plan instanceof PlanBuilder)) return null;
  const { schema, keys } = plan.type;
  const columns = schema.fields.map(({ name, type, unit }) => [name, `${typeName(type)}${unit === undefined ? '' : ` in ${unit}`}${keys.includes(name) ? ', key' : ''}`] as const);
  return bundle(facts(`${plan.name}, not complete: end it with .to(…)`, columns));
}

/** A run where its own cell shows it already is only named. */
function runView(run: LiveRun, cell: string | null): MimeBundle {
  if (run.cell === cell) return bundle({ 'text/plain': `run ${run.id}` });
  return runBundle(run.name, { version: 1, runId: run.id, snapshot: run.snapshot });
}

export function runBundle(name: string, output: RunOutput): MimeBundle {
  const { snapshot } = output;
  if (snapshot === null) return bundle({ [RUN_MIME]: output, 'text/plain': `${name}: run ${output.runId}`, 'text/html': `<p><b>${escapeHtml(name)}</b> is running; its live picture needs the Littoral extension.</p>` });
  const entries: (readonly [string, string])[] = [
    ['state', snapshot.state],
    ['elapsed', `${Math.round(snapshot.elapsedMs / 1_000)} s`],
    ['rows in', countText(snapshot.rowsIn)],
    ['rows out', countsText(snapshot.rowsOut)],
    ['late', countText(snapshot.late)],
    ['dead letters', countsText(snapshot.deadLetters)],
    ['conservation error', countText(snapshot.conservationError)]
  ];
  if (snapshot.error !== undefined) entries.push(['error', snapshot.error.message]);
  return bundle({ [RUN_MIME]: output, ...facts(name, entries) });
}

function validationBundle(report: ValidationReport): MimeBundle {
  const title = report.ok ? 'validation passed' : 'validation failed';
  const checks = report.checks.map(check => [`${check.ok ? '✓' : '✗'} ${check.name}`, check.ok ? check.seen : `${check.seen}, expected ${check.expected}`] as const);
  const differences = report.differences.length === 0 ? [] : [['differing rows', `${report.differences.length} shown, the first at index ${report.differences[0]?.index ?? 0}`] as const];
  return bundle({ [VALIDATION_MIME]: report, ...facts(title, [...checks, ...differences]) });
}

function replayBundle({ report, rows }: ReplayResult): MimeBundle {
  const summary = facts('replay', reportFacts(report));
  const table = tableOfRows(rows.map(({ sink, row }) => ({ sink, ...row })));
  if (table === null) return bundle(summary);
  const { data } = tableBundle(table);
  return bundle({ 'text/plain': `${summary['text/plain']}\n\n${String(data['text/plain'])}`, 'text/html': `${summary['text/html']}${String(data['text/html'])}` });
}

function reportFacts(report: Report): (readonly [string, string])[] {
  return [
    ['rows in', countText(report.rowsIn)],
    ['rows out', countsText(report.rowsOut)],
    ['filtered', countText(report.filtered)],
    ['late', countText(report.late)],
    ['in gap', countText(report.inGap)],
    ['dead letters', countsText(report.deadLetters)],
    ['conservation error', countText(report.conservationError)],
    ['output SHA-256', report.outputSha256]
  ];
}

/** `1 234 567` with thin spaces. */
export function countText(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+(?!\d))/g, '\u2009');
}

export function countsText(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([name, count]) => `${name} ${countText(count)}`);
  return parts.length === 0 ? '0' : parts.join(', ');
}

export function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function isReport(value: object): value is Report {
  return 'rowsIn' in value && 'rowsOut' in value && 'conservationError' in value && 'outputSha256' in value;
}

function isReplay(value: object): value is ReplayResult {
  return 'report' in value && 'rows' in value && Array.isArray(value.rows) && hasReport(value);
}

function isValidation(value: object): value is ValidationReport {
  return 'ok' in value && 'checks' in value && Array.isArray(value.checks) && 'differences' in value && hasReport(value);
}

function hasReport(value: object): boolean {
  return 'report' in value && typeof value.report === 'object' && value.report !== null && isReport(value.report);
}

function isRecording(value: object): value is RecordingRef {
  return Object.keys(value).sort().join() === 'bytes,durationMs,messages,name';
}

function isExport(value: object): value is ExportedBundle {
  return Object.keys(value).sort().join() === 'bytes,fileName,sha256';
}
