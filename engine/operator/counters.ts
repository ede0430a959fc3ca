import type { OperatorCounters, SnapshotReader, SnapshotWriter } from './operator';

/** All zero. */
export function newCounters(): OperatorCounters {
  return { rowsIn: 0, rowsOut: 0, rowsReleased: 0, rowsInState: 0, filtered: 0, late: 0, inGap: 0, dropped: 0, deadLetters: 0 };
}

/** Rows that have come in and are accounted for nowhere; 0, or Littoral has a bug. */
export function imbalance(counters: OperatorCounters): number {
  const { rowsIn, rowsInState, rowsReleased, filtered, late, inGap, dropped, deadLetters } = counters;
  return rowsIn - (rowsInState + rowsReleased + filtered + late + inGap + dropped + deadLetters);
}

const ORDER: readonly (keyof OperatorCounters)[] = ['rowsIn', 'rowsOut', 'rowsReleased', 'rowsInState', 'filtered', 'late', 'inGap', 'dropped', 'deadLetters'];

export function saveCounters(counters: OperatorCounters, writer: SnapshotWriter): void {
  for (const name of ORDER) writer.f64(counters[name]);
}

export function loadCounters(counters: OperatorCounters, reader: SnapshotReader): void {
  for (const name of ORDER) counters[name] = reader.f64();
}
