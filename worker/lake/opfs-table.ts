import { encodeUtf8 } from '../../engine/codec/utf8';
import { LittoralError } from '../../engine/error';
import { deltaFields, mergeFields } from '../../engine/lake/delta-schema';
import type { DeltaField } from '../../engine/lake/delta-schema';
import { appendActions, creationActions, logText, versionFile } from '../../engine/lake/delta-text';
import type { AddedFile } from '../../engine/lake/delta-text';
import type { Schema } from '../../engine/schema/schema';
import { fileNames, openFile, opfsFolder, writeWhole } from '../platform/opfs';
import { DeltaLogReader } from './delta-log';
import { OPFS_LAKE } from './opfs-source';

/** A table of the browser's own lake that runs append to. A Web Lock keeps other pages from writing at the same time. */
export class OpfsTable {
  constructor(
    private readonly table: string,
    private readonly schema: Schema,
    private readonly partitionBy: readonly string[]
  ) {}

  /** Throws `TABLE_CONFLICT` when the rows do not fit the table that is there. */
  async check(): Promise<void> {
    await this.exclusively(async () => void (await this.readLog()));
  }

  /** Writes a data file; it belongs to the table once `append` names it. */
  async writeFile(path: string, bytes: Uint8Array): Promise<void> {
    const parts = path.split('/');
    await writeWhole(await opfsFolder([OPFS_LAKE, this.table, ...parts.slice(0, -1)].join('/')), parts[parts.length - 1] ?? '', bytes);
  }

  async append(files: readonly AddedFile[], nowMs: number): Promise<void> {
    await this.exclusively(async () => {
      const log = await opfsFolder(`${OPFS_LAKE}/${this.table}/_delta_log`);
      const { version } = await this.readLog();
      if (version < 0) {
        const creation = creationActions({ id: crypto.randomUUID(), fields: deltaFields(this.schema, this.partitionBy), partitionBy: this.partitionBy, nowMs });
        await writeWhole(log, versionFile(0), encodeUtf8(logText(creation)));
      }
      const append = appendActions({ files, partitionBy: this.partitionBy, nowMs });
      await writeWhole(log, versionFile(Math.max(version, 0) + 1), encodeUtf8(logText(append)));
    });
  }

  private exclusively<Result>(action: () => Promise<Result>): Promise<Result> {
    return navigator.locks.request(`littoral-lake:${this.table}`, action) as Promise<Result>;
  }

  private async readLog(): Promise<{ version: number }> {
    const log = await opfsFolder(`${OPFS_LAKE}/${this.table}/_delta_log`);
    const names = (await fileNames(log)).filter(name => /^\d{20}\.json$/.test(name));
    if (names.length === 0) return { version: -1 };
    const reader = new DeltaLogReader(this.table);
    for (const name of names) reader.apply(await ((await openFile(log, name)) ?? new Blob()).text());
    const { columns, partitionColumns, version } = reader.result();
    const present = columns.map(column => ({ ...column, metadata: {} }) as DeltaField);
    const merged = mergeFields(this.table, present, deltaFields(this.schema, this.partitionBy));
    const other = merged === present ? null : merged.slice(present.length).map(field => `"${field.name}"`).join(', ');
    if (other !== null || partitionColumns.join('\n') !== this.partitionBy.join('\n')) {
      throw new LittoralError('TABLE_CONFLICT', `lake table "${this.table}": in this browser it ${other === null ? `is partitioned by ${partitionColumns.join(', ') || 'nothing'}, the rows by ${this.partitionBy.join(', ') || 'nothing'}` : `has no column ${other}`}. Write to another table.`, { details: { table: this.table } });
    }
    return { version };
  }
}
