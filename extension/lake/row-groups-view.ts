import type { LakeService, RowGroupStats } from '../../worker/protocol';
import { el, fill } from '../ui/dom';
import { errorCard } from '../ui/error-card';
import { formatBytes, formatCount } from '../ui/format';

const GROUPS_MAX = 50;

/** Row-group statistics of one file, read from its footer when asked for. */
export function rowGroupsView(options: { readonly lake: () => LakeService; readonly url: string; readonly table: string; readonly file: string }): HTMLElement {
  const place = el('div', {}, el('p', { class: 'lt-hint' }, 'Reading the footer …'));
  const load = async (): Promise<void> => {
    try {
      fill(place, groupsTable(await options.lake().rowGroups(options.url, options.table, options.file)));
    } catch (error) {
      fill(place, errorCard(error, { label: 'Try again', run: () => void load() }));
    }
  };
  void load();
  return place;
}

function groupsTable(groups: readonly RowGroupStats[]): HTMLElement {
  const body = el('tbody');
  groups.slice(0, GROUPS_MAX).forEach((group, index) => {
    body.append(el('tr', { class: 'lt-group-row' }, el('th', { scope: 'rowgroup', colspan: '6' }, `row group ${index}: ${formatCount(group.rows)} rows, ${formatBytes(group.bytes)}`)));
    for (const column of group.columns) {
      body.append(
        el('tr', {}, el('th', { scope: 'row' }, column.name), el('td', {}, column.codec), el('td', { class: 'lt-num' }, formatBytes(column.bytes)), el('td', { class: 'lt-num' }, column.nulls === null ? '–' : formatCount(column.nulls)), el('td', {}, column.min ?? '–'), el('td', {}, column.max ?? '–'))
      );
    }
  });
  const headings = ['column', 'codec', 'bytes', 'nulls', 'min', 'max'];
  return el('div', { class: 'lt-scroll', tabindex: '0', role: 'region', 'aria-label': 'Row groups' }, el('table', { class: 'lt-table' }, el('thead', {}, el('tr', {}, ...headings.map(name => el('th', { class: name === 'bytes' || name === 'nulls' ? 'lt-num' : null }, name)))), body), groups.length > GROUPS_MAX && el('p', { class: 'lt-hint' }, `and ${formatCount(groups.length - GROUPS_MAX)} more row groups`));
}
