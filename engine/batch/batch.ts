import type { Schema } from '../schema/schema';

/**
 * A columnar slice of records. Values are typed arrays that Arrow can take without copying; validity is one byte per
 * row (1 = present) or `null` when no row is null. Values under an invalid row are unspecified.
 *
 * A Batch is immutable once it has left its builder; operators share columns instead of copying them.
 */
export interface Batch {
  readonly schema: Schema;
  readonly rowCount: number;
  readonly columns: readonly Column[];
  /** Event time of each row, ms since the epoch. */
  readonly eventTimeMs: Float64Array;
  /** 0-based index of the input whose arrival released the row; never falls within a batch. */
  readonly at: Float64Array;
}

export type Column = BoolColumn | Int32Column | Int64Column | Float32Column | Float64Column | TimestampColumn | Utf8Column | BinaryColumn | ListColumn;

interface ColumnBase {
  readonly validity: Uint8Array | null;
}
export interface BoolColumn extends ColumnBase {
  readonly kind: 'bool';
  readonly values: Uint8Array;
}
export interface Int32Column extends ColumnBase {
  readonly kind: 'int32';
  readonly values: Int32Array;
}
export interface Int64Column extends ColumnBase {
  readonly kind: 'int64';
  readonly values: BigInt64Array;
}
export interface Float32Column extends ColumnBase {
  readonly kind: 'float32';
  readonly values: Float32Array;
}
export interface Float64Column extends ColumnBase {
  readonly kind: 'float64';
  readonly values: Float64Array;
}
/** Integer milliseconds since the epoch, exact in a double up to the year 287 396. */
export interface TimestampColumn extends ColumnBase {
  readonly kind: 'timestampMs';
  readonly values: Float64Array;
}
/** Dictionary-encoded text: `dictionary.values[codes[row]]`. */
export interface Utf8Column extends ColumnBase {
  readonly kind: 'utf8';
  readonly codes: Int32Array;
  readonly dictionary: Dictionary;
}
export interface BinaryColumn extends ColumnBase {
  readonly kind: 'binary';
  readonly values: readonly Uint8Array[];
}
/** Row r holds `values[offsets[r]] … values[offsets[r + 1]] - 1`. */
export interface ListColumn extends ColumnBase {
  readonly kind: 'list';
  readonly offsets: Int32Array;
  readonly values: Float64Array | Float32Array | Int32Array;
}

/**
 * Append-only set of strings shared by the batches of one source. A full dictionary is replaced by a new one, so its
 * identity is a safe cache key for what was derived from its codes.
 */
export class Dictionary {
  readonly values: string[] = [];
  /** Made when a text is looked up for the first time. */
  private codes: Map<string, number> | null = null;

  /** The code of `text`, added when it is new. */
  encode(text: string): number {
    return this.index().get(text) ?? this.append(text);
  }

  /** Adds `text`, which must be new, and gives its code. */
  append(text: string): number {
    const code = this.values.length;
    this.values.push(text);
    this.codes?.set(text, code);
    return code;
  }

  /** The code of `text`, or -1. */
  find(text: string): number {
    return this.index().get(text) ?? -1;
  }

  get size(): number {
    return this.values.length;
  }

  private index(): Map<string, number> {
    this.codes ??= new Map(this.values.map((text, code) => [text, code]));
    return this.codes;
  }
}
