import { DISCARD_CELL } from '../aggregate/block';
import type { CellStore } from '../aggregate/cell-bank';
import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { CellPool } from './cell-pool';
import type { SessionLists } from './session-lists';
import { checkSnapshot } from './window-snapshot';

/** Writes all sessions in order of their keys and times. */
export function saveSessions(sessions: SessionLists, keyCount: number, stores: readonly CellStore[], writer: SnapshotWriter): void {
  const counts = new Float64Array(keyCount);
  const all: number[] = [];
  for (let key = 0; key < keyCount; key++) {
    const own = sessions.of(key);
    counts[key] = own.length;
    for (const cell of own) all.push(cell);
  }
  const cells = Int32Array.from(all);
  writer.f64s(counts);
  for (const store of stores) store.save(cells, cells.length, writer);
}

export interface LoadedSessions {
  readonly sessions: SessionLists;
  readonly pool: CellPool;
  readonly stores: readonly CellStore[];
  readonly keyCount: number;
}

/** Opens the sessions that `saveSessions` wrote, and says how many; there must be none. */
export function loadSessions({ sessions, pool, stores, keyCount }: LoadedSessions, reader: SnapshotReader): number {
  const counts = reader.f64s();
  checkSnapshot(counts.length === keyCount, 'sessions of unknown keys');
  const all: number[] = [];
  counts.forEach((count, key) => {
    for (let i = 0; i < count; i++) {
      const cell = pool.allocate(key);
      checkSnapshot(cell !== DISCARD_CELL, 'more sessions than this version holds');
      all.push(cell);
    }
  });
  const cells = Int32Array.from(all);
  for (const store of stores) store.load(cells, cells.length, reader);
  for (const cell of cells) sessions.insert(pool.keyOf[cell]!, cell);
  return cells.length;
}
