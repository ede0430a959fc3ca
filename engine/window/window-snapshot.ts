import { DISCARD_CELL } from '../aggregate/block';
import type { CellStore } from '../aggregate/cell-bank';
import { LittoralError } from '../error';
import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { CellPool } from './cell-pool';
import type { OpenWindows } from './open-windows';

/** Writes every window, in order of its end, with the content of its cells in order of their keys. */
export function saveWindows(open: OpenWindows, pool: CellPool, stores: readonly CellStore[], keyCount: number, writer: SnapshotWriter): void {
  writer.u32(open.inOrder.length);
  for (const window of open.inOrder) {
    writer.f64(window.startMs);
    writer.f64(window.endMs);
    const cells = open.cellsInKeyOrder(window, keyCount);
    writer.bytes(new Uint8Array(cells.map(cell => pool.keyOf[cell]!).buffer));
    for (const store of stores) store.save(cells, cells.length, writer);
  }
}

/** Opens the windows that `saveWindows` wrote; there must be none open. */
export function loadWindows(open: OpenWindows, pool: CellPool, stores: readonly CellStore[], keyCount: number, reader: SnapshotReader): void {
  open.reserveKeys(keyCount);
  const windowCount = reader.u32();
  for (let i = 0; i < windowCount; i++) {
    const window = open.open(reader.f64(), reader.f64());
    const bytes = reader.bytes().slice();
    checkSnapshot(bytes.length % 4 === 0, 'an unreadable window');
    pool.reserve(bytes.length / 4);
    const cells = new Int32Array(bytes.buffer).map(key => {
      checkSnapshot(key >= 0 && key < keyCount, 'a window of an unknown key');
      const cell = open.cell(window, key);
      checkSnapshot(cell !== DISCARD_CELL, 'more open windows than this version holds');
      return cell;
    });
    for (const store of stores) store.load(cells, cells.length, reader);
  }
}

/** Throws a LittoralError `SNAPSHOT_CORRUPT` that says what was seen unless all is well. */
export function checkSnapshot(ok: boolean, seen: string): asserts ok {
  if (!ok) throw new LittoralError('SNAPSHOT_CORRUPT', `the snapshot holds ${seen}; it cannot be restored. Restore an older one or replay the inbox.`);
}
