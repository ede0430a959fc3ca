import { LittoralError } from '../../engine/error';
import type { Db } from './db';
import { TABLES } from './tables';

/** Changes that `CREATE TABLE IF NOT EXISTS` cannot make. The number of a format is the position of its migration plus 2; stores without a number have format 1. */
const MIGRATIONS: readonly ((db: Db) => void)[] = [
  // 2: rows of the outbox know where they come from
  db => addColumn(db, 'outbox', 'context', 'TEXT')
];

/** The format that this agent writes. */
export const STORE_FORMAT = MIGRATIONS.length + 1;
const FORMAT = 'format';

/**
 * Brings the store of this or an earlier agent to `STORE_FORMAT`, each step in a transaction of its own. Throws `STORE_NEWER`,
 * and changes nothing, when a newer agent has written it.
 */
export function migrate(db: Db): void {
  const isNew = db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name IN ('inbox', 'outbox')").get() === undefined;
  const format = isNew ? STORE_FORMAT : formatOf(db);
  if (format > STORE_FORMAT) {
    throw new LittoralError('STORE_NEWER', `store "${db.path}": it has format ${format}, written by a newer agent; this one knows formats up to ${STORE_FORMAT}. Start the newer agent on it, or give this one its own --data folder.`, { details: { format, known: STORE_FORMAT } });
  }
  db.exec(TABLES);
  if (isNew) return db.transaction(() => setFormat(db, STORE_FORMAT));
  for (let next = format + 1; next <= STORE_FORMAT; next++) {
    db.transaction(() => {
      MIGRATIONS[next - 2]?.(db);
      setFormat(db, next);
    });
  }
}

function formatOf(db: Db): number {
  const value = db.prepare('SELECT value FROM meta WHERE key = ?').get(FORMAT)?.['value'];
  return value === undefined ? 1 : Number(value);
}

function setFormat(db: Db, format: number): void {
  db.prepare('INSERT INTO meta(key, value) VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value').run(FORMAT, String(format));
}

function addColumn(db: Db, table: string, column: string, type: string): void {
  const known = db.prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ?').get(table, column);
  if (known === undefined) db.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
}
