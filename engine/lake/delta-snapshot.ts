import { assert } from '../error';
import { refusal, type DeltaEntry, type DeltaFile, type DeltaMetaData, type DeltaRemove } from './delta-entry';
import type { Protocol } from './delta-protocol';

const FILES_MAX = 500_000;

/** A Delta table at one version: entries (or a checkpoint and the entries after it) are applied in the order of their versions. */
export class DeltaSnapshot {
  private at = -1;
  private protocolSeen: Protocol | null = null;
  private metaDataSeen: DeltaMetaData | null = null;
  private readonly filesByPath = new Map<string, DeltaFile>();
  private readonly removedByPath = new Map<string, DeltaRemove>();
  private readonly versionOfApp = new Map<string, DeltaEntry['transactions'][number]>();

  constructor(readonly table: string) {}

  /** -1 before the first entry. */
  get version(): number {
    return this.at;
  }
  get files(): ReadonlyMap<string, DeltaFile> {
    return this.filesByPath;
  }
  /** Files that were part of the table, as far as the log or the checkpoint still knows. */
  get removed(): ReadonlyMap<string, DeltaRemove> {
    return this.removedByPath;
  }
  get transactions(): ReadonlyMap<string, DeltaEntry['transactions'][number]> {
    return this.versionOfApp;
  }
  /** Throws `LAKE_TABLE` when the table has none. */
  get metaData(): DeltaMetaData {
    const seen = this.complete().metaDataSeen;
    assert(seen !== null, 'a complete table has metaData');
    return seen;
  }
  /** Throws `LAKE_TABLE` when the table has none. */
  get protocol(): Protocol {
    const seen = this.complete().protocolSeen;
    assert(seen !== null, 'a complete table has a protocol');
    return seen;
  }
  get isEmpty(): boolean {
    return this.at < 0;
  }

  /** Itself, once it is sure that the table says what every table must say. Throws `LAKE_TABLE`. */
  complete(): this {
    if (this.protocolSeen === null) throw refusal(this.table, this.at, 'there is no protocol action');
    if (this.metaDataSeen === null) throw refusal(this.table, this.at, 'there is no metaData action');
    return this;
  }

  /** Forgets files that were removed before `beforeMs`. */
  forgetRemoved(beforeMs: number): void {
    for (const [path, { removedMs }] of this.removedByPath) if (removedMs < beforeMs) this.removedByPath.delete(path);
  }

  /** Applies the next version; a checkpoint may be the first. Throws `LAKE_TABLE` for a gap. */
  apply(entry: DeltaEntry, isCheckpoint = false): void {
    const expected = this.at + 1;
    if (entry.version !== expected && !(isCheckpoint && this.isEmpty)) throw refusal(this.table, expected, `version ${expected} is missing in its log, ${entry.version} comes instead`);
    this.at = entry.version;
    if (entry.protocol !== null) this.protocolSeen = entry.protocol;
    if (entry.metaData !== null) this.metaDataSeen = entry.metaData;
    for (const remove of entry.removes) {
      this.filesByPath.delete(remove.path);
      this.removedByPath.set(remove.path, remove);
    }
    for (const file of entry.adds) {
      if (this.filesByPath.size >= FILES_MAX) throw refusal(this.table, this.at, `it has more than ${FILES_MAX} files`);
      this.filesByPath.set(file.path, file);
      this.removedByPath.delete(file.path);
    }
    for (const transaction of entry.transactions) this.versionOfApp.set(transaction.appId, transaction);
  }
}
