import type { Batch } from '../../engine/batch/batch';
import { cellValue, rowText } from '../../engine/rows/cell-text';
import { assert, LittoralError } from '../../engine/error';
import { fieldIndex, type Schema } from '../../engine/schema/schema';
import { openDb, type Db } from '../store/db';

/** The last row of one key. */
export interface Feature {
  readonly view: string;
  /** Values of the key columns by name. */
  readonly key: Readonly<Record<string, unknown>>;
  readonly eventTimeMs: number;
  /** Every column of the row. */
  readonly row: unknown;
}

const TABLES = `
CREATE TABLE IF NOT EXISTS feature(view TEXT, key TEXT, event_ms REAL NOT NULL, row TEXT NOT NULL, PRIMARY KEY(view, key)) STRICT, WITHOUT ROWID;
`;
const ROWS_MAX = 10_000;

/**
 * Last rows by view and key in a SQLite file of their own (`features.db`), which other programs may read while the agent writes.
 * A row replaces the one of its key unless that has a newer event time; writing a row again changes nothing.
 */
export class FeatureStore {
  private constructor(private readonly db: Db) {}

  /** Rejects with a storage error. */
  static async open(path: string): Promise<FeatureStore> {
    const db = await openDb(path);
    db.exec(TABLES);
    return new FeatureStore(db);
  }

  close(): void {
    this.db.close();
  }

  /** Everything of `batch` in one transaction. */
  put(view: string, keys: readonly string[], batch: Batch): void {
    const upsert = this.db.prepare('INSERT INTO feature(view, key, event_ms, row) VALUES(?, ?, ?, ?) ON CONFLICT(view, key) DO UPDATE SET event_ms = excluded.event_ms, row = excluded.row WHERE excluded.event_ms >= feature.event_ms');
    const columns = keyColumns(keys, batch.schema);
    this.db.transaction(() => {
      for (let row = 0; row < batch.rowCount; row++) {
        const key = JSON.stringify(columns.map(({ name, index }) => [name, cellValue(batch.columns[index]!, row)]));
        upsert.run(view, key, batch.eventTimeMs[row]!, rowText(batch, row));
      }
    });
  }

  /** The rows of `view` whose keys have these values, compared as text; at most 10 000. */
  get(view: string, wanted: Readonly<Record<string, string>>): readonly Feature[] {
    return featuresOf(this.db, view, wanted);
  }
}

function keyColumns(keys: readonly string[], schema: Schema): readonly { readonly name: string; readonly index: number }[] {
  return keys.map(name => {
    const index = fieldIndex(schema, name);
    assert(index >= 0, `key column "${name}" is in the rows`);
    return { name, index };
  });
}

/** The rows of `view` in an open database. Throws `FEATURE_KEY` for a key column that the view does not have. */
export function featuresOf(db: Pick<Db, 'prepare'>, view: string, wanted: Readonly<Record<string, string>>): readonly Feature[] {
  const features: Feature[] = [];
  const rows = db.prepare('SELECT key, event_ms, row FROM feature WHERE view = ? ORDER BY key LIMIT ?').all(view, ROWS_MAX + 1);
  if (rows.length > ROWS_MAX && Object.keys(wanted).length === 0) throw new LittoralError('FEATURE_LIMIT', `features "${view}": more than ${ROWS_MAX} keys; expected a choice. Name a key, e.g. device=b1.`);
  for (const row of Object.keys(wanted).length === 0 ? rows : chosen(db, view, wanted)) {
    const key = Object.fromEntries(JSON.parse(String(row['key'])) as [string, unknown][]);
    features.push({ view, key, eventTimeMs: Number(row['event_ms']), row: JSON.parse(String(row['row'])) as unknown });
  }
  return features;
}

function chosen(db: Pick<Db, 'prepare'>, view: string, wanted: Readonly<Record<string, string>>): ReturnType<ReturnType<Db['prepare']>['all']> {
  const sample = db.prepare('SELECT key FROM feature WHERE view = ? LIMIT 1').get(view);
  if (sample === undefined) return [];
  const names = (JSON.parse(String(sample['key'])) as [string, unknown][]).map(([name]) => name);
  const unknown = Object.keys(wanted).find(name => !names.includes(name));
  if (unknown !== undefined) throw new LittoralError('FEATURE_KEY', `features "${view}": "${unknown}" is no key column; expected ${names.map(name => `"${name}"`).join(', ')}.`);
  const places = Object.entries(wanted).map(([name, value]) => ({ index: names.indexOf(name), value }));
  const where = places.map(({ index }) => `CAST(json_extract(key, '$[${index}][1]') AS TEXT) = ?`).join(' AND ');
  return db.prepare(`SELECT key, event_ms, row FROM feature WHERE view = ? AND ${where} ORDER BY key LIMIT ${ROWS_MAX}`).all(view, ...places.map(({ value }) => value));
}
