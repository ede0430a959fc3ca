import type { Batch } from '../batch/batch';
import { concatBatches } from '../batch/concat';
import { gatherBatch } from '../batch/gather';
import { identityText } from '../batch/identity-text';
import { fieldIndex, type Schema } from '../schema/schema';
import { LittoralError } from '../error';

/** Column by which of two rows with equal keys the later is known, when the rows have it. */
const REVISION = 'revision';

export interface MergeInput {
  readonly table: string;
  readonly mergeBy: readonly string[];
  /** New rows in the order of arrival, with the columns that the table has in its files. */
  readonly rows: Batch;
  readonly partitionBy: readonly string[];
  /** Partition values of each new row, in the order of `partitionBy`. */
  readonly partitions: readonly (readonly (string | null)[])[];
}

/**
 * New rows that take the place of rows with equal keys. Of rows with equal keys the one with the highest `revision` wins,
 * and of those the last to arrive; null equals null, NaN equals NaN. Holds the keys of the new rows only.
 */
export class RowMerge {
  private readonly winners = new Map<string, number>();
  private readonly used = new Set<number>();
  /** Key columns that are in no file but in the folder: their index in `partitionBy`. */
  private readonly folderKeys: readonly number[];

  constructor(private readonly input: MergeInput) {
    const { rows, mergeBy, partitionBy, partitions } = input;
    this.folderKeys = mergeBy.map(name => partitionBy.indexOf(name)).filter(index => index >= 0);
    const indices = this.indicesIn(rows.schema);
    const revision = revisionReader(rows);
    for (let row = 0; row < rows.rowCount; row++) {
      const key = identityText(rows, row, indices) + this.folderText(partitions[row] ?? []);
      const known = this.winners.get(key);
      if (known === undefined || revision(row) >= revision(known)) this.winners.set(key, row);
    }
  }

  /**
   * `present`, the rows of one file in the partition `values`, with new rows in place of theirs; a row whose successor is
   * in another partition goes. Null: the file stays as it is.
   */
  apply(present: Batch, values: readonly (string | null)[]): Batch | null {
    const { rows, partitions } = this.input;
    const indices = this.indicesIn(present.schema);
    const suffix = this.folderText(values);
    const [before, after] = [revisionReader(present), revisionReader(rows)];
    const here = JSON.stringify(values);
    const taken: number[] = [];
    let changed = false;
    for (let row = 0; row < present.rowCount; row++) {
      const winner = this.winners.get(identityText(present, row, indices) + suffix);
      if (winner === undefined) taken.push(row);
      else if (before(row) > after(winner)) {
        this.used.add(winner);
        taken.push(row);
      } else {
        changed = true;
        if (this.used.has(winner) || JSON.stringify(partitions[winner]) !== here) continue;
        this.used.add(winner);
        taken.push(present.rowCount + winner);
      }
    }
    return changed ? gatherBatch(concatBatches(present.schema, [present, rows]), Int32Array.from(taken)) : null;
  }

  /** Indices of the new rows that no file has taken, in the order of arrival. */
  rest(): Int32Array {
    return Int32Array.from([...this.winners.values()].filter(row => !this.used.has(row)).sort((a, b) => a - b));
  }

  private folderText(values: readonly (string | null)[]): string {
    return this.folderKeys.map(index => (values[index] === null || values[index] === undefined ? 'n' : `${values[index].length}:${values[index]}`)).join('');
  }

  private indicesIn(schema: Schema): number[] {
    const { mergeBy, partitionBy, table } = this.input;
    return mergeBy
      .filter(name => !partitionBy.includes(name))
      .map(name => {
        const index = fieldIndex(schema, name);
        if (index >= 0) return index;
        throw new LittoralError('TABLE_CONFLICT', `lake table "${table}": it has no column "${name}" to merge rows by; it has ${schema.fields.map(field => `"${field.name}"`).join(', ')}. Correct mergeBy of the sink, or write to another table.`);
      });
  }
}

/** Revision of a row; rows without one are all alike. */
function revisionReader(batch: Batch): (row: number) => number {
  const column = batch.columns[fieldIndex(batch.schema, REVISION)];
  if (column?.kind !== 'int32' && column?.kind !== 'int64' && column?.kind !== 'float64') return () => 0;
  const { values, validity } = column;
  return row => (validity !== null && validity[row] === 0 ? 0 : Number(values[row] ?? 0));
}
