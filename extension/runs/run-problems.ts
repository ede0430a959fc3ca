import type { RunSnapshot } from '../../worker/protocol';
import { el } from '../ui/dom';
import { formatUtc } from '../ui/format';

type Problem = RunSnapshot['problems'][number];

/** Mark and word of a kind; late is hatched, dead is crossed, everywhere. */
export function problemMark(kind: Problem['kind']): HTMLElement {
  const words = { late: 'late', gap: 'in a gap', deadLetter: 'dead' } as const;
  return el('span', { class: `lt-mark lt-mark-${kind}` }, words[kind]);
}

/** Late records and dead letters, newest first, each with its reason and its payload. */
export function problemsTable(problems: readonly Problem[], only: Problem['kind'] | null): HTMLElement {
  const shown = only === null ? problems : problems.filter(problem => problem.kind === only || (only === 'late' && problem.kind === 'gap'));
  if (shown.length === 0) return el('p', { class: 'lt-hint' }, only === 'deadLetter' ? 'No dead letters: every record could be used.' : only === 'late' ? 'No late records.' : 'No late records and no dead letters.');
  const body = el('tbody');
  for (const problem of shown) {
    body.append(
      el(
        'tr',
        {},
        el('td', {}, problemMark(problem.kind)),
        el('td', { class: 'lt-wrap' }, problem.message, ' ', el('span', { class: 'lt-quiet' }, problem.code)),
        el('td', {}, el('code', {}, problem.topic)),
        el('td', { class: 'lt-num' }, problem.eventTimeMs === null ? '–' : formatUtc(problem.eventTimeMs)),
        el('td', { class: 'lt-wrap' }, problem.payload.length > 80 ? el('details', {}, el('summary', {}, `${problem.payload.slice(0, 60)}…`), el('pre', { class: 'lt-code' }, problem.payload)) : el('code', {}, problem.payload))
      )
    );
  }
  const columns = ['', 'reason', 'topic', 'event time', 'payload'];
  return el('div', { class: 'lt-scroll', tabindex: '0', role: 'region', 'aria-label': 'Late records and dead letters' }, el('table', { class: 'lt-table' }, el('thead', {}, el('tr', {}, ...columns.map(column => el('th', {}, column)))), body));
}

/** Service-level objectives: what was seen against what was expected. */
export function sloTable(slo: RunSnapshot['slo']): HTMLElement {
  if (slo.length === 0) return el('p', { class: 'lt-hint' }, 'This pipeline states no objective. Add .slo({ p99LatencyMs: 200 }) to watch one.');
  const body = el('tbody');
  for (const { name, ok, seen, expected } of slo) {
    body.append(el('tr', {}, el('td', { class: ok ? 'lt-good' : 'lt-bad' }, ok ? '✓ met' : '✕ missed'), el('th', { scope: 'row' }, name), el('td', { class: 'lt-num' }, seen), el('td', { class: 'lt-num' }, expected)));
  }
  return el('table', { class: 'lt-table lt-fit' }, el('thead', {}, el('tr', {}, el('th', {}), el('th', {}, 'objective'), el('th', { class: 'lt-num' }, 'seen'), el('th', { class: 'lt-num' }, 'expected'))), body);
}
