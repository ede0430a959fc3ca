import type { Column, Dictionary, ListColumn, Utf8Column } from '../../batch/batch';
import { BinaryBuilder, columnBuilder, Int64Builder, ListBuilder, NumberBuilder, Utf8Builder } from '../../codec/column-builder';
import type { AnyColumnBuilder } from '../../codec/column-builder';
import { assert } from '../../error';
import type { CastPolicy } from '../../plan/nodes/shaping';
import type { DataType, ListType, ScalarType } from '../../schema/schema';
import { isList, typeName } from '../../schema/schema';
import type { NumberCast } from './cast-number';
import { numberCast } from './cast-number';
import type { ScalarValue } from './cast-value';
import { valueCast } from './cast-value';

/** A column of the new type, and which rows could not be cast (1); null if all could. Those rows are null in the column. */
export interface CastResult {
  readonly column: Column;
  readonly failed: Uint8Array | null;
}

/** Casts whole columns of type `from`. Made once per node; remembers texts that it has seen. */
export type ColumnCast = (column: Column, rowCount: number) => CastResult;

export function columnCast(from: DataType, to: DataType, policy: CastPolicy): ColumnCast {
  if (typeName(from) === typeName(to)) return column => ({ column, failed: null });
  if (isList(from) || isList(to)) {
    assert(isList(from) && isList(to), 'a list is cast to a list');
    return listCast(to, policy);
  }
  return scalarCast(from, to, policy);
}

function scalarCast(from: ScalarType, to: ScalarType, policy: CastPolicy): ColumnCast {
  const cast = valueCast(from, to, policy) as (value: ScalarValue) => ScalarValue | undefined;
  const into = columnBuilder(to);
  const texts = new TextCache(cast);
  return (column, rowCount) => {
    let failed: Uint8Array | null = null;
    for (let row = 0; row < rowCount; row++) {
      if (column.validity !== null && column.validity[row] === 0) {
        into.appendNull();
        continue;
      }
      const value = column.kind === 'utf8' ? texts.cast(column, row) : cast(scalarAt(column, row));
      if (value !== undefined) append(into, value);
      else {
        failed ??= new Uint8Array(rowCount);
        failed[row] = 1;
        into.appendNull();
      }
    }
    const built = into.build();
    into.truncate(0);
    return { column: built, failed };
  };
}

function scalarAt(column: Exclude<Column, Utf8Column>, row: number): ScalarValue {
  assert(column.kind !== 'list', 'a scalar column');
  return column.values[row]!;
}

function append(into: AnyColumnBuilder, value: ScalarValue): void {
  if (into instanceof NumberBuilder) into.append(value as number);
  else if (into instanceof Int64Builder) into.appendBigInt(value as bigint);
  else if (into instanceof Utf8Builder) into.append(value as string);
  else {
    assert(into instanceof BinaryBuilder, 'a scalar column');
    into.append(value as Uint8Array);
  }
}

/** Casts every text of a dictionary once. */
class TextCache {
  private dictionary: Dictionary | null = null;
  private values: (ScalarValue | undefined)[] = [];
  private known = new Uint8Array(0);

  constructor(private readonly castText: (value: ScalarValue) => ScalarValue | undefined) {}

  cast(column: Utf8Column, row: number): ScalarValue | undefined {
    const code = column.codes[row]!;
    this.follow(column.dictionary);
    if (this.known[code] !== 1) {
      this.known[code] = 1;
      this.values[code] = this.castText(column.dictionary.values[code]!);
    }
    return this.values[code];
  }

  private follow(dictionary: Dictionary): void {
    if (dictionary !== this.dictionary) {
      this.dictionary = dictionary;
      this.values = [];
      this.known = new Uint8Array(0);
    }
    if (this.known.length >= dictionary.size) return;
    const grown = new Uint8Array(Math.max(64, dictionary.size * 2));
    grown.set(this.known);
    this.known = grown;
  }
}

function listCast(to: ListType, policy: CastPolicy): ColumnCast {
  const cast = numberCast(to.list, policy);
  const into = new ListBuilder(to.list);
  return (column, rowCount) => {
    assert(column.kind === 'list', 'a list column');
    let failed: Uint8Array | null = null;
    for (let row = 0; row < rowCount; row++) {
      const missing = column.validity !== null && column.validity[row] === 0;
      if (!missing && appendElements(column, row, to, cast, into)) continue;
      into.appendNull();
      if (missing) continue;
      failed ??= new Uint8Array(rowCount);
      failed[row] = 1;
    }
    const built = into.build();
    into.truncate(0);
    return { column: built, failed };
  };
}

/** Appends one list as `to`; appends nothing and says false when an element does not fit, or their number. */
function appendElements(column: ListColumn, row: number, to: ListType, cast: NumberCast, into: ListBuilder): boolean {
  const end = column.offsets[row + 1]!;
  if (to.size !== undefined && end - column.offsets[row]! !== to.size) return false;
  for (let i = column.offsets[row]!; i < end; i++) {
    const value = cast(column.values[i]!);
    if (value === undefined) {
      into.truncate(into.length);
      return false;
    }
    into.appendValue(value);
  }
  into.endList();
  return true;
}
