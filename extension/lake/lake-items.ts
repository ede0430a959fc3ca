import type { LakeTable } from '../../worker/protocol';
import { formatBytes, plural } from '../ui/format';
import { lakeIcon, parquetIcon, partitionIcon, tableIcon } from '../ui/icons';
import type { TreeItem } from '../ui/tree-view';
import type { LakeSource } from './lake-model';
import { partitionsOf } from './partitions';

export type LakeTarget =
  | { readonly kind: 'source'; readonly url: string }
  | { readonly kind: 'table'; readonly url: string; readonly table: string }
  | { readonly kind: 'partition'; readonly url: string; readonly table: string; readonly partition: string }
  | { readonly kind: 'file'; readonly url: string; readonly table: string; readonly file: string };

const CHILDREN_MAX = 500;

/** The rows of the Lake tree and what each stands for, by row id. */
export function lakeItems(sources: readonly LakeSource[]): { readonly items: readonly TreeItem[]; readonly targets: ReadonlyMap<string, LakeTarget> } {
  const targets = new Map<string, LakeTarget>();
  const items = sources.map((source): TreeItem => {
    const id = `source:${source.url}`;
    targets.set(id, { kind: 'source', url: source.url });
    const details = source.state === 'reading' ? [{ text: 'reading …' }] : source.state === 'failed' ? [{ text: '✕ not readable', style: 'bad' as const }] : [{ text: plural(source.tables.length, 'table') }];
    return { id, label: source.name, icon: lakeIcon, details, children: source.tables.map(table => tableItem(table, source.url, targets)) };
  });
  return { items, targets };
}

function tableItem(table: LakeTable, url: string, targets: Map<string, LakeTarget>): TreeItem {
  const id = `table:${url}:${table.name}`;
  targets.set(id, { kind: 'table', url, table: table.name });
  const partitions = partitionsOf(table);
  const children = partitions.slice(0, CHILDREN_MAX).map((partition): TreeItem => {
    const partitionId = `partition:${url}:${table.name}:${partition.path}`;
    targets.set(partitionId, { kind: 'partition', url, table: table.name, partition: partition.path });
    const files = partition.files.slice(0, CHILDREN_MAX).map((file): TreeItem => {
      const fileId = `file:${url}:${table.name}:${file.path}`;
      targets.set(fileId, { kind: 'file', url, table: table.name, file: file.path });
      return { id: fileId, label: file.path.split('/').pop() ?? file.path, icon: parquetIcon, details: [...(file.rows === null ? [] : [{ text: plural(file.rows, 'row') }]), { text: formatBytes(file.bytes) }] };
    });
    return { id: partitionId, label: partition.path === '' ? 'files' : partition.path, icon: partitionIcon, details: [{ text: plural(partition.files.length, 'file') }, { text: formatBytes(partition.bytes) }], children: files };
  });
  if (partitions.length > CHILDREN_MAX) children.push({ id: `more:${id}`, label: `and ${plural(partitions.length - CHILDREN_MAX, 'partition')} more: ask for them with SQL` });
  return { id, label: table.name, icon: tableIcon, details: [{ text: plural(table.rows, 'row') }, { text: formatBytes(table.bytes) }], children };
}
