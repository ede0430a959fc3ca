import type { LakeService, RowGroupStats } from '../../worker/protocol';
import { el, fill } from '../ui/dom';
import { errorCard } from '../ui/error-card';
import { formatBytes, formatCount, plural } from '../ui/format';
import { scrollRegion, table } from '../ui/table';
import type { TableColumn } from '../ui/table';

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

const COLUMNS: readonly TableColumn[] = [{ name: 'column', heading: true }, { name: 'codec' }, { name: 'bytes', number: true }, { name: 'nulls', number: true }, { name: 'min' }, { name: 'max' }];

function groupsTable(groups: readonly RowGroupStats[]): HTMLElement {
  const tables = groups.slice(0, GROUPS_MAX).map((group, index) => {
    const rows = group.columns.map(({ name, codec, bytes, nulls, min, max }) => [name, codec, formatBytes(bytes), nulls === null ? '–' : formatCount(nulls), min ?? '–', max ?? '–']);
    return table(COLUMNS, rows, { caption: `row group ${index}: ${plural(group.rows, 'row')}, ${formatBytes(group.bytes)}`, fit: true });
  });
  const more = groups.length > GROUPS_MAX && el('p', { class: 'lt-hint' }, `and ${formatCount(groups.length - GROUPS_MAX)} more row groups`);
  return scrollRegion('Row groups', el('div', {}, ...tables, more));
}
