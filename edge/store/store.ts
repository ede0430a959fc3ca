import type { DeadLetter } from '../../engine/operator/operator';
import type { GraphInput } from '../../engine/graph/graph-api';
import { openDb, type Db, type SqlValue, type Statement } from './db';
import { decodeInputs, encodeInputs } from './inbox-codec';
import { migrate } from './migrate';

/** Where the engine's state stands: everything up to input `seq` is in `snapshot`, and `emitted` effects had left by then. */
export interface Checkpoint {
  readonly seq: number;
  readonly snapshot: Uint8Array;
  /** Rows per sink key that had been written to the outbox. */
  readonly emitted: Readonly<Record<string, number>>;
}

export interface OutboxRow {
  readonly sink: string;
  /** Ordinal of the row's first effect in its sink. */
  readonly id: number;
  readonly count: number;
  readonly epoch: number | null;
  readonly createdMs: number;
  readonly body: Uint8Array;
  /** How its rows came about, as `telemetry/effect-context.ts` writes it; absent or null: not known. */
  readonly context?: string | null;
}

export interface PacketRecord {
  readonly id: number;
  readonly hash: number;
  readonly seq: number;
}
export type PacketTable = 'inflight' | 'done';

export interface ActiveRelease {
  readonly pipeline: string;
  readonly release: number;
  readonly sha256: string;
  readonly sinceMs: number;
}

const DEAD_LETTERS_MAX = 1_000;

/**
 * The agent's tables behind named operations. Writes are meant to be called inside `transaction`; what one transaction
 * must hold together is decided by its callers (`agent/intake.ts`, `agent/pipeline.ts`).
 */
export class Store {
  private readonly statements = new Map<string, Statement>();

  private constructor(readonly db: Db) {}

  static async open(path: string, options: { readonly pagesMax?: number } = {}): Promise<Store> {
    const db = await openDb(path, options);
    try {
      migrate(db);
    } catch (error) {
      db.close();
      throw error;
    }
    return new Store(db);
  }

  transaction<T>(body: () => T): T {
    return this.db.transaction(body);
  }

  close(): void {
    this.db.close();
  }

  /** A small named value, e.g. the agent's own id. */
  meta(key: string): string | null {
    const value = this.sql('SELECT value FROM meta WHERE key = ?').get(key)?.['value'];
    return value === undefined || value === null ? null : String(value);
  }

  setMeta(key: string, value: string): void {
    this.sql('INSERT INTO meta(key, value) VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value').run(key, value);
  }

  appendInbox(firstSeq: number, inputs: readonly GraphInput[], arrivalTimeMs: number): void {
    this.sql('INSERT INTO inbox(seq, count, recv_ms, body) VALUES(?, ?, ?, ?)').run(firstSeq, inputs.length, arrivalTimeMs, encodeInputs(inputs));
  }

  /** The stored inputs after `seq`, oldest first, one group at a time; `firstSeq` belongs to the group's first input. */
  *inboxAfter(seq: number): Generator<{ readonly firstSeq: number; readonly inputs: readonly GraphInput[] }> {
    let row = this.sql('SELECT seq, count, body FROM inbox WHERE seq + count - 1 > ? ORDER BY seq LIMIT 1').get(seq);
    while (row !== undefined) {
      const first = Number(row['seq']);
      const inputs = decodeInputs(row['body'] as Uint8Array);
      const skip = Math.max(0, seq + 1 - first);
      yield { firstSeq: first + skip, inputs: inputs.slice(skip) };
      row = this.sql('SELECT seq, count, body FROM inbox WHERE seq > ? ORDER BY seq LIMIT 1').get(first);
    }
  }

  /** Forgets inputs up to `throughSeq`, but none after the `keep` cursor. */
  trimInbox(throughSeq: number): void {
    const last = Math.min(throughSeq, this.cursor('keep') ?? Infinity);
    this.sql('DELETE FROM inbox WHERE seq <= ? AND seq + count - 1 <= ?').run(last, last);
  }

  /** Sequence number of the last input that is stored or covered by the checkpoint; -1 at the beginning. */
  lastSeq(): number {
    const last = this.sql('SELECT seq + count - 1 AS last FROM inbox ORDER BY seq DESC LIMIT 1').get()?.['last'];
    return Math.max(last === undefined ? -1 : Number(last), this.cursor('graph') ?? -1, this.cursor('start') ?? -1);
  }

  cursor(name: string): number | null {
    const seq = this.sql('SELECT seq FROM cursor WHERE name = ?').get(name)?.['seq'];
    return seq === undefined ? null : Number(seq);
  }

  deleteCursor(name: string): void {
    this.sql('DELETE FROM cursor WHERE name = ?').run(name);
  }

  setCursor(name: string, seq: number): void {
    this.sql('INSERT INTO cursor(name, seq) VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET seq = excluded.seq').run(name, seq);
  }

  checkpoint(): Checkpoint | null {
    const seq = this.cursor('graph');
    const snapshot = this.state('graph');
    const emitted = this.state('emitted');
    if (seq === null || snapshot === null || emitted === null) return null;
    return { seq, snapshot, emitted: JSON.parse(Buffer.from(emitted).toString('utf8')) as Record<string, number> };
  }

  writeCheckpoint(checkpoint: Checkpoint): void {
    // First, so that a full store has room for the rest.
    this.trimInbox(checkpoint.seq);
    this.setState('graph', checkpoint.snapshot);
    this.setState('emitted', Buffer.from(JSON.stringify(checkpoint.emitted)));
    this.setCursor('graph', checkpoint.seq);
  }

  /** Forgets checkpoint and counts: a new engine begins with the input after `seq`. */
  beginAfter(seq: number): void {
    this.sql("DELETE FROM cursor WHERE name = 'graph' OR name LIKE 'emitted:%'").run();
    this.sql("DELETE FROM state WHERE name IN ('graph', 'emitted')").run();
    this.setCursor('start', seq);
    this.trimInbox(seq);
  }

  /** `beginAfter`, where the engine goes on with the state of `checkpoint` and knows that its effects have been written. */
  beginFrom(checkpoint: Checkpoint): void {
    this.beginAfter(checkpoint.seq);
    this.writeCheckpoint(checkpoint);
    for (const [name, count] of Object.entries(checkpoint.emitted)) this.setCursor(`emitted:${name}`, count);
  }

  state(name: string): Uint8Array | null {
    return (this.sql('SELECT value FROM state WHERE name = ?').get(name)?.['value'] as Uint8Array | undefined) ?? null;
  }

  deleteState(name: string): void {
    this.sql('DELETE FROM state WHERE name = ?').run(name);
  }

  setState(name: string, value: Uint8Array): void {
    this.sql('INSERT INTO state(name, value) VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value').run(name, value);
  }

  /** The states whose names begin with `prefix`, by name. */
  statesUnder(prefix: string): ReadonlyMap<string, Uint8Array> {
    const rows = this.sql('SELECT name, value FROM state WHERE name >= ? AND name < ? ORDER BY name').all(prefix, `${prefix}\u{10FFFF}`);
    return new Map(rows.map(row => [String(row['name']), row['value'] as Uint8Array]));
  }

  packets(table: PacketTable, source: string): readonly PacketRecord[] {
    const rows = this.sql(`SELECT id, h, seq FROM ${table} WHERE src = ? ORDER BY seq`).all(source);
    return rows.map(row => ({ id: Number(row['id']), hash: Number(row['h']), seq: Number(row['seq']) }));
  }

  putPacket(table: PacketTable, source: string, packet: PacketRecord): void {
    this.sql(`INSERT OR REPLACE INTO ${table}(src, id, h, seq) VALUES(?, ?, ?, ?)`).run(source, packet.id, packet.hash, packet.seq);
  }

  deletePacket(table: PacketTable, source: string, id: number): void {
    this.sql(`DELETE FROM ${table} WHERE src = ? AND id = ?`).run(source, id);
  }

  clearPackets(source: string): void {
    this.sql('DELETE FROM inflight WHERE src = ?').run(source);
    this.sql('DELETE FROM done WHERE src = ?').run(source);
  }

  /** Remembers how to carry out the rows of `key`, for as long as there are any, whichever pipeline is active. */
  putSink(key: string, config: string): void {
    this.sql('INSERT INTO sink(key, config) VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET config = excluded.config').run(key, config);
  }

  /** Configurations of sinks that still have rows to carry out. */
  sinksWithRows(): readonly { readonly key: string; readonly config: string }[] {
    const rows = this.sql('SELECT key, config FROM sink WHERE EXISTS(SELECT 1 FROM outbox WHERE outbox.sink = sink.key) ORDER BY key').all();
    return rows.map(row => ({ key: String(row['key']), config: String(row['config']) }));
  }

  putOutbox(row: Omit<OutboxRow, 'epoch'>): void {
    this.sql('INSERT INTO outbox(sink, id, count, epoch, created_ms, body, context) VALUES(?, ?, ?, NULL, ?, ?, ?)').run(row.sink, row.id, row.count, row.createdMs, row.body, row.context ?? null);
  }

  /** The oldest rows of a sink after `afterId`, at most `rowsMax`. */
  outbox(sink: string, afterId: number, rowsMax: number): readonly OutboxRow[] {
    return this.sql('SELECT sink, id, count, epoch, created_ms, body, context FROM outbox WHERE sink = ? AND id > ? ORDER BY id LIMIT ?').all(sink, afterId, rowsMax).map(toOutboxRow);
  }

  /** The newest rows of a sink, newest first, at most `rowsMax`. */
  newestOutbox(sink: string, rowsMax: number): readonly OutboxRow[] {
    return this.sql('SELECT sink, id, count, epoch, created_ms, body, context FROM outbox WHERE sink = ? ORDER BY id DESC LIMIT ?').all(sink, rowsMax).map(toOutboxRow);
  }

  /** Rows of a sink that have no epoch with the bytes of their bodies, oldest first, at most `rowsMax`. */
  outboxSizes(sink: string, rowsMax: number): readonly { readonly id: number; readonly count: number; readonly createdMs: number; readonly bytes: number }[] {
    const rows = this.sql('SELECT id, count, created_ms, LENGTH(body) AS bytes FROM outbox WHERE sink = ? AND epoch IS NULL ORDER BY id LIMIT ?').all(sink, rowsMax);
    return rows.map(row => ({ id: Number(row['id']), count: Number(row['count']), createdMs: Number(row['created_ms']), bytes: Number(row['bytes']) }));
  }

  /** Id of the first or last row of a sink that waits; null when none does. */
  outboxEnd(sink: string, end: 'first' | 'last'): number | null {
    const id = this.sql(`SELECT id FROM outbox WHERE sink = ? ORDER BY id ${end === 'first' ? 'ASC' : 'DESC'} LIMIT 1`).get(sink)?.['id'];
    return id === undefined ? null : Number(id);
  }

  deleteOutbox(sink: string, throughId: number): void {
    this.sql('DELETE FROM outbox WHERE sink = ? AND id <= ?').run(sink, throughId);
  }

  deleteOutboxRow(sink: string, id: number): void {
    this.sql('DELETE FROM outbox WHERE sink = ? AND id = ?').run(sink, id);
  }

  /** Gives the rows of a sink up to `throughId` that have no epoch yet the number `epoch`. */
  assignEpoch(sink: string, throughId: number, epoch: number): void {
    this.sql('UPDATE outbox SET epoch = ? WHERE sink = ? AND id <= ? AND epoch IS NULL').run(epoch, sink, throughId);
  }

  /** Rows of a sink that have no epoch yet, oldest first, without their bodies. */
  unrolled(sink: string): readonly { readonly id: number; readonly count: number; readonly createdMs: number }[] {
    const rows = this.sql('SELECT id, count, created_ms FROM outbox WHERE sink = ? AND epoch IS NULL ORDER BY id').all(sink);
    return rows.map(row => ({ id: Number(row['id']), count: Number(row['count']), createdMs: Number(row['created_ms']) }));
  }

  /** Whether a sink other than `sink` has an epoch of the lake table `table` that is fixed but not carried out. */
  hasBegunEpoch(table: string, sink: string): boolean {
    const sql = `SELECT EXISTS(SELECT 1 FROM outbox JOIN sink ON sink.key = outbox.sink WHERE outbox.epoch IS NOT NULL AND outbox.sink <> ? AND json_extract(sink.config, '$.sink.config.table') = ?)`;
    return this.count(sql, sink, table) === 1;
  }

  /** Rows waiting per sink key. */
  outboxBacklog(): readonly { readonly sink: string; readonly rows: number; readonly oldestMs: number }[] {
    return this.sql('SELECT sink, SUM(count) AS rows, MIN(created_ms) AS oldest FROM outbox GROUP BY sink ORDER BY sink')
      .all()
      .map(row => ({ sink: String(row['sink']), rows: Number(row['rows']), oldestMs: Number(row['oldest']) }));
  }

  /** Keeps the newest dead letters for inspection; the counters of the engine are complete. */
  putDeadLetter(ordinal: number, letter: DeadLetter): void {
    this.sql('INSERT OR REPLACE INTO dead_letter(id, node, code, message, topic, recv_ms, truncated, bytes) VALUES(?, ?, ?, ?, ?, ?, ?, ?)').run(
      ordinal,
      letter.node,
      letter.code,
      letter.message,
      letter.topic,
      letter.arrivalTimeMs,
      letter.truncated ? 1 : 0,
      letter.bytes
    );
    this.sql('DELETE FROM dead_letter WHERE id <= ?').run(ordinal - DEAD_LETTERS_MAX);
  }

  /** Keeps the newest letters about rows that a sink refused. */
  putSinkLetter(letter: DeadLetter): void {
    this.sql('INSERT INTO sink_letter(node, code, message, topic, recv_ms, truncated, bytes) VALUES(?, ?, ?, ?, ?, ?, ?)').run(letter.node, letter.code, letter.message, letter.topic, letter.arrivalTimeMs, letter.truncated ? 1 : 0, letter.bytes);
    this.sql('DELETE FROM sink_letter WHERE id <= (SELECT MAX(id) FROM sink_letter) - ?').run(DEAD_LETTERS_MAX);
  }

  hasPostedKey(source: string, key: string): boolean {
    return this.sql('SELECT 1 FROM posted WHERE src = ? AND key = ?').get(source, key) !== undefined;
  }

  /** Remembers that the posted message with this key is input `seq`. Keys of more than `inputsMax` inputs ago are forgotten. */
  putPostedKey(source: string, key: string, seq: number, inputsMax: number): void {
    this.sql('INSERT INTO posted(src, key, seq) VALUES(?, ?, ?)').run(source, key, seq);
    this.sql('DELETE FROM posted WHERE src = ? AND seq < ?').run(source, seq - inputsMax);
  }

  /** Keys of effects that `source` has taken in, oldest first. */
  seenKeys(source: string): readonly { readonly key: string; readonly seq: number }[] {
    return this.sql('SELECT key, seq FROM posted WHERE src = ? ORDER BY seq').all(source).map(row => ({ key: String(row['key']), seq: Number(row['seq']) }));
  }

  putSeenKey(source: string, key: string, seq: number): void {
    this.sql('INSERT OR REPLACE INTO posted(src, key, seq) VALUES(?, ?, ?)').run(source, key, seq);
  }

  forgetSeenKeys(source: string, beforeSeq: number): void {
    this.sql('DELETE FROM posted WHERE src = ? AND seq < ?').run(source, beforeSeq);
  }

  active(): ActiveRelease | null {
    const row = this.sql('SELECT pipeline, release, sha256, since_ms FROM active').get();
    if (row === undefined) return null;
    return { pipeline: String(row['pipeline']), release: Number(row['release']), sha256: String(row['sha256']), sinceMs: Number(row['since_ms']) };
  }

  /** Highest release of `pipeline` that was ever activated here. */
  releaseOf(pipeline: string): number | null {
    const release = this.sql('SELECT release FROM release WHERE pipeline = ?').get(pipeline)?.['release'];
    return release === undefined ? null : Number(release);
  }

  /** `raise: false`: the highest release that was ever activated stays what it is. */
  activate(active: ActiveRelease, { raise = true }: { readonly raise?: boolean } = {}): void {
    if (raise) this.sql('INSERT INTO release(pipeline, release) VALUES(?, ?) ON CONFLICT(pipeline) DO UPDATE SET release = excluded.release').run(active.pipeline, active.release);
    this.sql('INSERT OR REPLACE INTO active(slot, pipeline, release, sha256, since_ms) VALUES(0, ?, ?, ?, ?)').run(
      active.pipeline,
      active.release,
      active.sha256,
      active.sinceMs
    );
  }

  /** One number of a query of this folder's own, e.g. sizes for metrics. */
  count(sql: string, ...parameters: SqlValue[]): number {
    const row = this.sql(sql).get(...parameters);
    const value = row === undefined ? null : Object.values(row)[0];
    return value === null || value === undefined ? 0 : Number(value);
  }

  private sql(text: string): Statement {
    let statement = this.statements.get(text);
    if (statement === undefined) {
      statement = this.db.prepare(text);
      this.statements.set(text, statement);
    }
    return statement;
  }
}

function toOutboxRow(row: Readonly<Record<string, SqlValue>>): OutboxRow {
  return {
    sink: String(row['sink']),
    id: Number(row['id']),
    count: Number(row['count']),
    epoch: row['epoch'] === null || row['epoch'] === undefined ? null : Number(row['epoch']),
    createdMs: Number(row['created_ms']),
    body: row['body'] as Uint8Array,
    context: (row['context'] as string | null | undefined) ?? null
  };
}
