import { encodeUtf8 } from '../../../engine/codec/utf8';
import { LittoralError } from '../../../engine/error';
import type { DeltaEntry } from '../../../engine/lake/delta-entry';
import { mergeFields, type DeltaField } from '../../../engine/lake/delta-schema';
import { DeltaSnapshot } from '../../../engine/lake/delta-snapshot';
import { changeActions, creationActions, logText, MERGE_BY, schemaString, versionFile, type Change } from '../../../engine/lake/delta-text';
import type { Env } from '../../env/env';
import { CHECKPOINT_VERSIONS, REMOVED_MS_MAX, writeCheckpoint } from './checkpoint-write';
import { listLog, readEntry, readSnapshot } from './read-snapshot';
import type { LakeStorage } from './storage';

/** What a sink wants of a table. */
export interface TableShape {
  readonly fields: readonly DeltaField[];
  readonly partitionBy: readonly string[];
  /** Columns by which rows take the place of others; empty: rows are appended. */
  readonly mergeBy: readonly string[];
}

const READER_VERSION_MAX = 1;
const WRITER_VERSION_MAX = 2;
const ATTEMPTS_MAX = 50;

/**
 * The transaction log of one Delta table (protocol: reader 1, writer 2) for its writer. A version is created exclusively,
 * so writers never overwrite each other: who comes second looks at what the first has done and proposes anew.
 */
export class DeltaLog {
  private constructor(
    private readonly storage: LakeStorage,
    private readonly env: Env,
    private snapshot: DeltaSnapshot
  ) {}

  /** Reads the log of `table`, which need not exist yet. */
  static async open(storage: LakeStorage, table: string, env: Env): Promise<DeltaLog> {
    const { versions, checkpoints } = await listLog(storage, table);
    const snapshot = versions.length === 0 && checkpoints.size === 0 ? new DeltaSnapshot(table) : await readSnapshot(storage, table);
    const log = new DeltaLog(storage, env, snapshot);
    log.checkProtocol();
    return log;
  }

  /** The table as it was when the log was last looked at. */
  get table(): DeltaSnapshot {
    return this.snapshot;
  }

  /** Highest epoch of any writer. */
  get lastEpoch(): number {
    return Math.max(-1, ...[...this.snapshot.transactions.values()].map(({ version }) => version));
  }

  /** Columns of the table once rows of `shape` are in it. Throws `TABLE_CONFLICT` when such rows cannot be. */
  check({ fields, partitionBy, mergeBy }: TableShape): readonly DeltaField[] {
    if (this.snapshot.isEmpty) return fields;
    const { table } = this.snapshot;
    const { partitionColumns, configuration } = this.snapshot.metaData;
    const merged = mergeFields(table, this.fields, fields);
    if (JSON.stringify(partitionColumns) !== JSON.stringify(partitionBy)) {
      throw new LittoralError('TABLE_CONFLICT', `lake table "${table}": partitioned by ${partitionColumns.join(', ') || 'nothing'}, but the sink asks for ${partitionBy.join(', ') || 'nothing'}. Write to another table, or use the same partitionBy.`);
    }
    const wanted = mergeBy.length === 0 ? undefined : JSON.stringify(mergeBy);
    if (configuration[MERGE_BY] !== wanted) {
      throw new LittoralError('TABLE_CONFLICT', `lake table "${table}": its rows are ${mergeWords(configuration[MERGE_BY])}, but the sink wants them ${mergeWords(wanted)}. Write to another table, or use the same mergeBy.`);
    }
    return merged;
  }

  /** Creates the table unless it is there. */
  async create({ fields, partitionBy, mergeBy }: TableShape, nowMs: number): Promise<void> {
    if (!this.snapshot.isEmpty) return;
    await this.put(creationActions({ id: tableId(this.env), fields, partitionBy, mergeBy, nowMs }));
    await this.catchUp();
  }

  /**
   * Commits what `propose` makes of the newest version; null: there is nothing to do. When another writer has been faster
   * it is asked again. Gives the version, or null. Throws `LAKE_CONFLICT` when that happens again and again.
   */
  async commit(propose: (table: DeltaSnapshot) => Promise<{ readonly change: Change; readonly fields?: readonly DeltaField[] } | null>): Promise<DeltaEntry | null> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      await this.catchUp();
      const proposal = await propose(this.snapshot);
      if (proposal === null) return null;
      const version = this.snapshot.version + 1;
      if (await this.put([...this.schemaChange(proposal.fields), ...changeActions(proposal.change)])) {
        const own = (await this.catchUp()).find(entry => entry.version === version);
        if (version % this.checkpointVersions === 0 && this.snapshot.version === version) await this.checkpoint(proposal.change.nowMs);
        return own ?? (await this.entry(version));
      }
    }
    throw new LittoralError('LAKE_CONFLICT', `lake table "${this.snapshot.table}": other writers were faster ${ATTEMPTS_MAX} times. Try again later, or have fewer writers.`, { retryable: true });
  }

  /** The version that carried out transaction `version` of `appId`; null when none did. */
  async committed(appId: string, version: number): Promise<DeltaEntry | null> {
    for (let at = this.snapshot.version; at >= 0; at--) {
      const entry = await this.entry(at);
      if (entry.transactions.some(txn => txn.appId === appId && txn.version === version)) return entry;
    }
    return null;
  }

  /** Applies the versions that were committed since; gives them. */
  async catchUp(): Promise<readonly DeltaEntry[]> {
    const entries: DeltaEntry[] = [];
    for (;;) {
      const entry = await readEntry(this.storage, this.snapshot.table, this.snapshot.version + 1);
      if (entry === null) return entries;
      this.snapshot.apply(entry);
      this.checkProtocol();
      entries.push(entry);
    }
  }

  /** How many versions apart checkpoints are; Delta's own property of the table comes first. */
  private get checkpointVersions(): number {
    const wanted = Number(this.snapshot.metaData.configuration['delta.checkpointInterval']);
    return Number.isInteger(wanted) && wanted > 0 ? wanted : CHECKPOINT_VERSIONS;
  }

  private async checkpoint(nowMs: number): Promise<void> {
    this.snapshot.forgetRemoved(nowMs - REMOVED_MS_MAX);
    await writeCheckpoint(this.storage, this.snapshot);
  }

  private async entry(version: number): Promise<DeltaEntry> {
    const entry = await readEntry(this.storage, this.snapshot.table, version);
    if (entry !== null) return entry;
    throw new LittoralError('LAKE_TABLE', `lake table "${this.snapshot.table}": the log entry of version ${version} is gone. Restore the log from a copy.`);
  }

  private get fields(): readonly DeltaField[] {
    return this.snapshot.metaData.columns as readonly DeltaField[];
  }

  private schemaChange(fields: readonly DeltaField[] | undefined): readonly object[] {
    if (fields === undefined || fields.length === this.fields.length) return [];
    return [{ metaData: { ...this.snapshot.metaData.action, schemaString: schemaString(fields) } }];
  }

  /** False: another writer has this version. An answer that was lost on the way shows in an entry with the same text. */
  private async put(actions: readonly object[]): Promise<boolean> {
    const path = `${this.snapshot.table}/_delta_log/${versionFile(this.snapshot.version + 1)}`;
    const bytes = encodeUtf8(logText(actions));
    if (await this.storage.create(path, bytes)) return true;
    const present = await this.storage.read(path);
    return present !== null && Buffer.from(bytes).equals(present);
  }

  private checkProtocol(): void {
    if (this.snapshot.isEmpty) return;
    const { minReaderVersion, minWriterVersion } = this.snapshot.protocol;
    if (minReaderVersion > READER_VERSION_MAX || minWriterVersion > WRITER_VERSION_MAX) {
      throw new LittoralError('LAKE_PROTOCOL', `lake table "${this.snapshot.table}": needs Delta reader ${minReaderVersion} and writer ${minWriterVersion}; the agent writes ${READER_VERSION_MAX} and ${WRITER_VERSION_MAX}. Write to another table.`);
    }
    const guarded = this.snapshot.metaData.columns.find(column => 'delta.invariants' in column.metadata);
    if (guarded !== undefined) throw new LittoralError('LAKE_PROTOCOL', `lake table "${this.snapshot.table}": column "${guarded.name}" has an invariant that the agent cannot check. Write to another table.`);
  }
}

function mergeWords(mergeBy: string | undefined): string {
  return mergeBy === undefined ? 'appended' : `merged by ${mergeBy}`;
}

/** A random UUID (version 4). */
function tableId(env: Env): string {
  const hex = env.randomHex(16);
  const variant = (8 + (Number.parseInt(hex.slice(16, 17), 16) & 3)).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
