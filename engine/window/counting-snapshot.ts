import { DISCARD_CELL } from '../aggregate/block';
import type { CellStore } from '../aggregate/cell-bank';
import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { CellPool } from './cell-pool';
import type { CellQueues } from './cell-queues';
import type { CountingKeys } from './counting-keys';
import { checkSnapshot } from './window-snapshot';

/** Numbers per key: position in its hop, complete panes, those of them in front of the queue, 1 when a pane is open. */
const KEY_WIDTH = 4;

/** Writes where each key is, and the content of its cells. */
export function saveCounting(counts: CountingKeys, keyCount: number, stores: readonly CellStore[], writer: SnapshotWriter): void {
  const shapes = new Float64Array(keyCount * KEY_WIDTH);
  const all: number[] = [];
  for (let key = 0; key < keyCount; key++) {
    const queue = counts.findQueue(key);
    shapes.set([counts.position[key]!, counts.panes[key]!, queue?.front.length ?? 0, counts.cell[key] === 0 ? 0 : 1], key * KEY_WIDTH);
    for (const cell of counts.cellsOf(key)) all.push(cell);
  }
  const cells = Int32Array.from(all);
  writer.f64s(shapes);
  for (const store of stores) store.save(cells, cells.length, writer);
}

export interface LoadedCounting {
  readonly counts: CountingKeys;
  readonly queues: CellQueues;
  readonly pool: CellPool;
  readonly stores: readonly CellStore[];
  readonly keyCount: number;
}

/** Opens what `saveCounting` wrote; there must be nothing open. How many panes have rows. */
export function loadCounting({ counts, queues, pool, stores, keyCount }: LoadedCounting, reader: SnapshotReader): number {
  const shapes = reader.f64s();
  checkSnapshot(shapes.length === keyCount * KEY_WIDTH, 'rows of unknown keys');
  const all: number[] = [];
  for (let key = 0; key < keyCount; key++) {
    const [, panes, , open] = shapes.subarray(key * KEY_WIDTH, (key + 1) * KEY_WIDTH);
    for (let i = 0; i < panes! + open!; i++) {
      const cell = pool.allocate(key);
      checkSnapshot(cell !== DISCARD_CELL, 'more open windows than this version holds');
      all.push(cell);
    }
  }
  const cells = Int32Array.from(all);
  for (const store of stores) store.load(cells, cells.length, reader);
  let used = 0;
  for (let key = 0; key < keyCount; key++) {
    const [position, panes, front, open] = shapes.subarray(key * KEY_WIDTH, (key + 1) * KEY_WIDTH);
    const own = all.slice(used, (used += panes! + open!));
    if (open === 1) counts.cell[key] = own.pop()!;
    counts.position[key] = position!;
    counts.panes[key] = panes!;
    if (own.length > 0) counts.setQueue(key, queues.restored(own, front!));
    if (counts.isLive(key)) counts.liveCount += 1;
  }
  return all.length;
}
