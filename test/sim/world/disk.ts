import type { SqlRow, SqlValue, Statement } from '../../../edge/store/db';
import type { RawDb } from '../../../edge/store/driver';

/** What one transaction wrote, as far as the oracles need it. */
export interface Commit {
  readonly inbox: readonly { readonly firstSeq: number; readonly body: Uint8Array }[];
  /** It has moved the point from which the engine goes on, or the active release. */
  readonly moved: boolean;
}

export interface DiskHooks {
  /** Throws when the process is dead. */
  readonly check: () => void;
  /** `true` ends the process right after this statement, `false` right before it. */
  readonly killAt: () => boolean | null;
  readonly kill: () => void;
  readonly trouble: (sql: string) => 'full' | 'io' | null;
  /** Whether something that can go either way goes that way. */
  readonly chance: (share: number) => boolean;
  readonly onCommit: (commit: Commit) => void;
}

/** Thrown where a process dies. */
export class Killed extends Error {
  constructor() {
    super('the process is dead');
  }
}

const FULL = 13;
const IO = 10;
const WRITES = /^(INSERT|UPDATE|DELETE|COMMIT|CREATE)/;
const SYNCHRONOUS_FULL = 2;
/** What `PRAGMA synchronous` reads at each level. */
export const LEVELS: Readonly<Record<string, number>> = { OFF: 0, NORMAL: 1, FULL: 2 };

function sqliteError(errcode: number): Error {
  return Object.assign(new Error(errcode === FULL ? 'database or disk is full' : 'disk I/O error'), { errcode });
}

type Open = () => RawDb;
type Entry = readonly [sql: string, parameters: readonly SqlValue[]];

/** The database file of one machine: SQLite in memory. A committed transaction stays; one that was not synced may go with the power. */
export class Disk {
  private raw: RawDb;
  private readonly prepared = new Map<string, Statement>();
  private synchronous = 1;
  private inTransaction = false;
  private entries: Entry[] = [];
  /** Transactions since the beginning, kept only while they are not synced. */
  private unsynced: Entry[][] | null = null;

  constructor(
    private readonly openMemory: Open,
    private readonly hooks: DiskHooks
  ) {
    this.raw = openMemory();
  }

  /** A connection of the process that runs now. */
  connect(): RawDb {
    const disk = this;
    return {
      exec: sql => this.exec(sql),
      prepare: sql => this.prepare(sql),
      close: () => this.hooks.check(),
      get isTransaction() {
        return disk.inTransaction;
      }
    };
  }

  /** Reads without a process, for the oracles. */
  query(sql: string, ...parameters: SqlValue[]): readonly SqlRow[] {
    return this.statement(sql).all(...parameters);
  }

  /** The process has died: what it had not committed is gone. */
  settle(): void {
    if (this.inTransaction) this.raw.exec('ROLLBACK');
    this.inTransaction = false;
    this.entries = [];
  }

  powerLoss(): void {
    const transactions = this.unsynced;
    if (transactions === null) return;
    const kept = transactions.filter((_transaction, index) => index < transactions.length - 20 || this.hooks.chance(0.9) || index < transactions.length * 0.5);
    const cut = kept.length < transactions.length ? transactions.findIndex((transaction, index) => kept[index] !== transaction) : transactions.length;
    this.prepared.clear();
    this.raw.close();
    this.raw = this.openMemory();
    this.unsynced = transactions.slice(0, cut);
    for (const entry of this.unsynced.flat()) {
      if (entry[1].length === 0 && entry[0].includes(';')) this.raw.exec(entry[0]);
      else this.statement(entry[0]).run(...entry[1]);
    }
  }

  close(): void {
    this.prepared.clear();
    this.raw.close();
  }

  private exec(sql: string): void {
    this.hooks.check();
    const level = /PRAGMA synchronous=([A-Z]+)/.exec(sql)?.[1];
    if (level !== undefined) {
      this.synchronous = LEVELS[level] ?? 1;
      if (this.synchronous < SYNCHRONOUS_FULL) this.unsynced ??= [];
      return;
    }
    if (sql === 'ROLLBACK') {
      if (!this.inTransaction) throw new Error('cannot rollback - no transaction is active');
      return this.settle();
    }
    this.around(sql, () => this.raw.exec(sql));
    this.remember(sql, []);
  }

  private prepare(sql: string): Statement {
    this.hooks.check();
    if (sql.startsWith('PRAGMA')) return this.pragma(sql);
    return {
      run: (...parameters) => this.around(sql, () => this.run(sql, parameters)),
      get: (...parameters) => this.around(sql, () => this.statement(sql).get(...parameters)),
      all: (...parameters) => this.around(sql, () => this.statement(sql).all(...parameters))
    };
  }

  private pragma(sql: string): Statement {
    const row = (): SqlRow => (sql === 'PRAGMA synchronous' ? { synchronous: this.synchronous } : { journal_mode: 'wal' });
    return { run: () => undefined, get: row, all: () => [row()] };
  }

  private run(sql: string, parameters: readonly SqlValue[]): unknown {
    const result = this.statement(sql).run(...parameters);
    if (sql.startsWith('BEGIN')) {
      this.inTransaction = true;
      this.entries = [];
    } else if (sql === 'COMMIT') {
      this.inTransaction = false;
      this.committed();
    } else this.remember(sql, parameters);
    return result;
  }

  private remember(sql: string, parameters: readonly SqlValue[]): void {
    if (this.inTransaction) this.entries.push([sql, parameters]);
    else if (WRITES.test(sql.trimStart())) this.unsynced?.push([[sql, parameters]]);
  }

  private committed(): void {
    const { entries } = this;
    this.entries = [];
    this.unsynced?.push(entries);
    const inbox = entries.filter(([sql]) => sql.startsWith('INSERT INTO inbox')).map(([, parameters]) => ({ firstSeq: Number(parameters[0]), body: parameters[3] as Uint8Array }));
    this.hooks.onCommit({ inbox, moved: entries.some(([sql, [name]]) => /INTO active/.test(sql) || (/INTO cursor/.test(sql) && (name === 'graph' || name === 'start'))) });
  }

  private around<T>(sql: string, body: () => T): T {
    const { hooks } = this;
    hooks.check();
    const kill = hooks.killAt();
    if (kill === false) this.die();
    if (WRITES.test(sql.trimStart())) this.fail(sql);
    const result = body();
    if (kill === true) this.die();
    return result;
  }

  private die(): never {
    this.hooks.kill();
    throw new Killed();
  }

  private fail(sql: string): void {
    const { hooks } = this;
    const trouble = hooks.trouble(sql);
    if (trouble === null) return;
    if (trouble === 'io' && sql === 'COMMIT' && hooks.chance(0.5)) this.run(sql, []);
    else if (this.inTransaction && hooks.chance(0.5)) this.settle();
    throw sqliteError(trouble === 'full' ? FULL : IO);
  }

  private statement(sql: string): Statement {
    let statement = this.prepared.get(sql);
    if (statement === undefined) {
      statement = this.raw.prepare(sql);
      this.prepared.set(sql, statement);
    }
    return statement;
  }
}
