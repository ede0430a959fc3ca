import type { DeltaColumn } from '../../engine/lake/delta-columns';
import { checkpointEntry } from '../../engine/lake/checkpoint-entry';
import { parseEntry, type DeltaFile } from '../../engine/lake/delta-entry';
import { DeltaSnapshot } from '../../engine/lake/delta-snapshot';

/** A table of a lake at one version. */
export interface DeltaTable {
  readonly name: string;
  readonly version: number;
  readonly columns: readonly DeltaColumn[];
  readonly partitionColumns: readonly string[];
  readonly files: readonly DeltaFile[];
}

/** A Delta table from the texts of its log, from version 0 or a checkpoint on. Throws `LAKE_TABLE` for what is not understood. */
export class DeltaLogReader {
  private readonly snapshot: DeltaSnapshot;

  constructor(private readonly table: string) {
    this.snapshot = new DeltaSnapshot(table);
  }

  /** Version that `apply` expects next. */
  get nextVersion(): number {
    return this.snapshot.version + 1;
  }

  apply(text: string): void {
    this.snapshot.apply(parseEntry(this.table, this.nextVersion, text));
  }

  /** Begins with the rows of a checkpoint. */
  applyCheckpoint(version: number, rows: readonly Readonly<Record<string, unknown>>[]): void {
    this.snapshot.apply(checkpointEntry(this.table, version, rows), true);
  }

  result(): DeltaTable {
    const { version, files } = this.snapshot;
    const { columns, partitionColumns } = this.snapshot.complete().metaData;
    return { name: this.table, version, columns, partitionColumns, files: [...files.values()] };
  }
}
