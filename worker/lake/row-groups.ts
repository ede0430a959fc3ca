import { parquetMetadataAsync } from 'hyparquet';
import { LittoralError } from '../../engine/error';
import type { RowGroupStats } from '../protocol';
import type { LakeSource } from './lake-source';

const COLUMNS_SHOWN_MAX = 2_000;

/** Row groups of one Parquet file from its footer alone. Throws `PARQUET` when the file is none. */
export async function readRowGroups(source: LakeSource, path: string, bytes: number): Promise<RowGroupStats[]> {
  const buffer = { byteLength: bytes, slice: (start: number, end = bytes) => source.range(path, start, end) };
  let metadata: Awaited<ReturnType<typeof parquetMetadataAsync>>;
  try {
    metadata = await parquetMetadataAsync(buffer);
  } catch (cause) {
    if (cause instanceof LittoralError) throw cause;
    throw new LittoralError('PARQUET', `lake file "${path}": its footer cannot be read (${cause instanceof Error ? cause.message : String(cause)}); expected a Parquet file. Remove it from the table or write it again.`, { cause, details: { path } });
  }
  return metadata.row_groups.map(group => ({
    rows: Number(group.num_rows),
    bytes: group.columns.reduce((sum, column) => sum + Number(column.meta_data?.total_compressed_size ?? 0), 0),
    columns: group.columns.slice(0, COLUMNS_SHOWN_MAX).map(({ meta_data: column }) => ({
      name: column?.path_in_schema.join('.') ?? '',
      codec: column?.codec ?? '',
      bytes: Number(column?.total_compressed_size ?? 0),
      nulls: column?.statistics?.null_count === undefined ? null : Number(column.statistics.null_count),
      min: valueText(column?.statistics?.min_value ?? column?.statistics?.min),
      max: valueText(column?.statistics?.max_value ?? column?.statistics?.max)
    }))
  }));
}

function valueText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return String(value).slice(0, 100);
}
