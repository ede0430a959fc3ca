import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { encodeUtf8 } from '../../../engine/codec/utf8';
import { LittoralError } from '../../../engine/error';
import type { Env } from '../../env/env';
import { storageError } from '../../store/storage-error';
import { createDurably } from './durable-file';
import { mergeFields, type DeltaField } from '../../../engine/lake/delta-schema';
import { appendActions, creationActions, logText, schemaString, versionFile, type AddedFile } from '../../../engine/lake/delta-text';

export interface Append {
  readonly appId: string;
  readonly epoch: number;
  readonly fields: readonly DeltaField[];
  readonly partitionBy: readonly string[];
  readonly files: readonly AddedFile[];
  readonly nowMs: number;
}

interface MetaData {
  readonly id: string;
  readonly schemaString: string;
  readonly partitionColumns: readonly string[];
  readonly [other: string]: unknown;
}

/**
 * The transaction log of one append-only Delta table (protocol: reader 1, writer 2). A version is created exclusively, so
 * writers never overwrite each other; a `txn` action per epoch makes a repeated append do nothing.
 */
export class DeltaLog {
  private version = -1;
  private metaData: MetaData | null = null;
  private fields: readonly DeltaField[] = [];
  private readonly epochs = new Map<string, number>();

  private constructor(
    private readonly table: string,
    private readonly folder: string,
    private readonly env: Env
  ) {}

  /** Reads the log of the table in `tableDir`, which need not exist yet. */
  static async open(table: string, tableDir: string, env: Env): Promise<DeltaLog> {
    const log = new DeltaLog(table, join(tableDir, '_delta_log'), env);
    await log.catchUp();
    return log;
  }

  /** Highest epoch of any writer. */
  get lastEpoch(): number {
    return Math.max(-1, ...this.epochs.values());
  }

  /** Throws `TABLE_CONFLICT` when rows of these columns cannot be appended. */
  check(fields: readonly DeltaField[], partitionBy: readonly string[]): void {
    if (this.metaData === null) return;
    mergeFields(this.table, this.fields, fields);
    if (JSON.stringify(this.metaData.partitionColumns) !== JSON.stringify(partitionBy)) {
      throw new LittoralError('TABLE_CONFLICT', `lake table "${this.table}": partitioned by ${this.metaData.partitionColumns.join(', ') || 'nothing'}, but the sink asks for ${partitionBy.join(', ') || 'nothing'}. Write to another table, or use the same partitionBy.`);
    }
  }

  /** Commits the files of one epoch; does nothing when they are in the table already. */
  async append(append: Append): Promise<void> {
    if (this.metaData === null) await this.create(append);
    for (;;) {
      await this.catchUp();
      if ((this.epochs.get(append.appId) ?? -1) >= append.epoch) return;
      this.check(append.fields, append.partitionBy);
      const actions = [...this.schemaChange(append), ...appendActions({ ...append, txn: { appId: append.appId, version: append.epoch } })];
      if (await this.commit(actions)) return this.catchUp();
    }
  }

  private async create(append: Append): Promise<void> {
    await this.commit(creationActions({ id: tableId(this.env), ...append }));
    await this.catchUp();
  }

  private schemaChange(append: Append): readonly object[] {
    const merged = mergeFields(this.table, this.fields, append.fields);
    return merged === this.fields ? [] : [{ metaData: { ...this.metaData, schemaString: schemaString(merged) } }];
  }

  private commit(actions: readonly object[]): Promise<boolean> {
    return createDurably(join(this.folder, versionFile(this.version + 1)), encodeUtf8(logText(actions)), this.env);
  }

  private async catchUp(): Promise<void> {
    for (;;) {
      const path = join(this.folder, versionFile(this.version + 1));
      const text = await fs.readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw storageError(error, path);
      });
      if (text === null) return;
      this.apply(text, path);
      this.version++;
    }
  }

  private apply(text: string, path: string): void {
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const action = parseAction(line, path);
      if (action.protocol !== undefined && (action.protocol.minWriterVersion > 2 || action.protocol.minReaderVersion > 1)) {
        throw new LittoralError('LAKE_PROTOCOL', `lake table "${this.table}": needs Delta reader ${action.protocol.minReaderVersion} and writer ${action.protocol.minWriterVersion}; the agent writes 1 and 2. Write to another table.`);
      }
      if (action.metaData !== undefined) {
        this.metaData = action.metaData;
        this.fields = (JSON.parse(action.metaData.schemaString) as { fields: DeltaField[] }).fields;
      }
      if (action.txn !== undefined) this.epochs.set(action.txn.appId, Math.max(action.txn.version, this.epochs.get(action.txn.appId) ?? -1));
    }
  }
}

/** A random UUID (version 4). */
function tableId(env: Env): string {
  const hex = env.randomHex(16);
  const variant = (8 + (Number.parseInt(hex.slice(16, 17), 16) & 3)).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

interface Action {
  readonly protocol?: { readonly minReaderVersion: number; readonly minWriterVersion: number };
  readonly metaData?: MetaData;
  readonly txn?: { readonly appId: string; readonly version: number };
}

function parseAction(line: string, path: string): Action {
  try {
    return JSON.parse(line) as Action;
  } catch (cause) {
    throw new LittoralError('LAKE_LOG_UNREADABLE', `delta log "${path}": a line is not JSON; expected one action per line. Restore the file from a copy, or write to another table.`, { cause });
  }
}
