import type { RunSnapshot } from '../../worker/protocol';
import { el } from '../ui/dom';
import { formatUtc } from '../ui/format';
import { scrollRegion, table } from '../ui/table';
import type { TableCell, TableColumn } from '../ui/table';

type Problem = RunSnapshot['problems'][number];

/** Mark and word of a kind; late is hatched, dead is crossed, everywhere. */
export function problemMark(kind: Problem['kind']): HTMLElement {
  const words = { late: 'late', gap: 'in a gap', deadLetter: 'dead' } as const;
  return el('span', { class: `lt-mark lt-mark-${kind}` }, words[kind]);
}

const PROBLEM_COLUMNS: readonly TableColumn[] = [{ name: '' }, { name: 'reason', wrap: true }, { name: 'topic' }, { name: 'event time', number: true }, { name: 'payload', wrap: true }];
const NONE = { all: 'No late records and no dead letters.', late: 'No late records.', gap: 'No records between windows.', deadLetter: 'No dead letters: every record could be used.' } as const;
const PAYLOAD_SHOWN = 60;

/** Late records and dead letters, newest first, each with its reason and its payload. */
export function problemsTable(problems: readonly Problem[], only: Problem['kind'] | null): HTMLElement {
  const shown = only === null ? problems : problems.filter(problem => problem.kind === only || (only === 'late' && problem.kind === 'gap'));
  if (shown.length === 0) return el('p', { class: 'lt-hint' }, NONE[only ?? 'all']);
  const rows = shown.map((problem): readonly TableCell[] => [
    problemMark(problem.kind),
    { content: [problem.message, ' ', el('span', { class: 'lt-quiet' }, problem.code)] },
    el('code', {}, problem.topic),
    problem.eventTimeMs === null ? '–' : formatUtc(problem.eventTimeMs),
    payloadCell(problem.payload)
  ]);
  return scrollRegion('Late records and dead letters', table(PROBLEM_COLUMNS, rows));
}

function payloadCell(payload: string): HTMLElement {
  if (payload.length <= PAYLOAD_SHOWN) return el('code', {}, payload);
  return el('details', {}, el('summary', {}, `${payload.slice(0, PAYLOAD_SHOWN)}…`), el('pre', { class: 'lt-code' }, payload));
}

/** Service-level objectives: what was seen against what was expected. */
export function sloTable(slo: RunSnapshot['slo']): HTMLElement {
  if (slo.length === 0) return el('p', { class: 'lt-hint' }, 'This pipeline states no objective.');
  const rows = slo.map(({ name, ok, seen, expected }): readonly TableCell[] => [{ content: ok ? '✓ met' : '✕ missed', style: ok ? 'good' : 'bad' }, name, seen, expected]);
  return table([{ name: '' }, { name: 'objective', heading: true }, { name: 'seen', number: true }, { name: 'expected', number: true }], rows, { fit: true });
}
