import { DISCARD_CELL } from '../aggregate/block';
import type { CellStore } from '../aggregate/cell-bank';
import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import type { TimeQueue } from '../time/time-queue';
import type { CellPool } from './cell-pool';
import { CellQueues } from './cell-queues';
import type { SlidingCells } from './sliding-cells';
import type { SlidingKeys } from './sliding-keys';
import { checkSnapshot } from './window-snapshot';

export interface SlidingState {
  readonly waiting: TimeQueue;
  readonly keys: SlidingKeys;
  readonly keyCount: number;
  readonly cells: SlidingCells;
  readonly queues: CellQueues;
  readonly pool: CellPool;
  readonly stores: readonly CellStore[];
}

/** Numbers per key: rows in the front of its queue, and in its back. */
const KEY_WIDTH = 2;

/** Writes the rows that wait, in order, then those of the queues by key. */
export function saveSliding({ waiting, keys, keyCount, pool, stores }: SlidingState, writer: SnapshotWriter): void {
  const waitingCells = waiting.inOrder();
  const shapes = new Float64Array(keyCount * KEY_WIDTH);
  const all = [...waitingCells];
  for (let key = 0; key < keyCount; key++) {
    const queue = keys.findQueue(key);
    if (queue === undefined) continue;
    shapes.set([queue.front.length, queue.back.length], key * KEY_WIDTH);
    for (const cell of CellQueues.cellsOf(queue)) all.push(cell);
  }
  const cells = Int32Array.from(all);
  writer.f64s(Float64Array.from(waitingCells, cell => pool.keyOf[cell]!));
  writer.f64s(shapes);
  for (const store of stores) store.save(cells, cells.length, writer);
}

/** Takes in what `saveSliding` wrote; there must be no rows. How many there are. */
export function loadSliding({ waiting, keys, keyCount, cells, queues, pool, stores }: SlidingState, reader: SnapshotReader): number {
  const waitingKeys = reader.f64s();
  const shapes = reader.f64s();
  checkSnapshot(shapes.length === keyCount * KEY_WIDTH && waitingKeys.every(key => key < keyCount), 'rows of unknown keys');
  const all: number[] = [];
  const take = (key: number): void => {
    const cell = pool.allocate(key);
    checkSnapshot(cell !== DISCARD_CELL, 'more rows than this version holds');
    keys.countRow(key);
    all.push(cell);
  };
  for (const key of waitingKeys) take(key);
  for (let key = 0; key < keyCount; key++) for (let i = shapes[key * KEY_WIDTH]! + shapes[key * KEY_WIDTH + 1]!; i > 0; i--) take(key);
  const taken = Int32Array.from(all);
  for (const store of stores) store.load(taken, taken.length, reader);
  waitingKeys.forEach((key, index) => {
    waiting.add(cells.times[all[index]!]!, all[index]!);
    keys.addWaiting(key, all[index]!);
  });
  let used = waitingKeys.length;
  for (let key = 0; key < keyCount; key++) {
    const front = shapes[key * KEY_WIDTH]!;
    const own = all.slice(used, (used += front + shapes[key * KEY_WIDTH + 1]!));
    if (own.length > 0) keys.setQueue(key, queues.restored(own, front));
  }
  return all.length;
}
