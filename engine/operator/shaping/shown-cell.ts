import type { Batch } from '../../batch/batch';
import { HIDDEN } from '../../batch/value';
import { cellText } from '../../rows/cell-text';

const SHOWN_LENGTH_MAX = 64;

/** The value of column `index` at `row` for messages: cut, and hidden if the column leaves encrypted. */
export function shownCell(batch: Batch, index: number, row: number): string {
  if (batch.schema.fields[index]!.tags?.encryption !== undefined) return HIDDEN;
  const column = batch.columns[index]!;
  if (column.kind === 'binary') return `a value of ${column.values[row]!.length} bytes`;
  if (column.kind === 'list') return `a list of ${column.offsets[row + 1]! - column.offsets[row]!}`;
  const text = cellText(column, row);
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
}
