import { parseSchema } from '../plan/parse-schema';
import type { DataType, Field, ListType } from '../schema/schema';
import { given } from './given';
import type { Bytes, Cell, Column, Columns, Signal, TypedSchema } from './row-types';

export interface ColumnOptions {
  /** Whether the value may be missing. Default false: a message without it goes to the dead letters. */
  readonly nullable?: boolean;
  /** Unit for people, charts and the lake's metadata, e.g. `m/s²`. */
  readonly unit?: string;
}
export interface ListOptions extends ColumnOptions {
  /** Number of elements of every row; absent: may vary from row to row. */
  readonly size?: number;
}

function column<T extends Cell, Kind extends string>(kind: Kind, type: DataType, options: ColumnOptions): Column<T, Kind> {
  return { kind, type, nullable: options.nullable ?? false, ...(options.unit === undefined ? {} : { unit: options.unit }) };
}

/** A column of true and false. */
export function bool(options: ColumnOptions = {}): Column<boolean, 'bool'> {
  return column('bool', 'bool', options);
}
/** A column of whole numbers from -2^31 to 2^31 - 1. */
export function int32(options: ColumnOptions = {}): Column<number, 'int32'> {
  return column('int32', 'int32', options);
}
/** A column of whole numbers from -2^63 to 2^63 - 1, exact to the last digit. */
export function int64(options: ColumnOptions = {}): Column<number, 'int64'> {
  return column('int64', 'int64', options);
}
/** A column of single-precision numbers, about 7 digits; expressions widen them to float64. */
export function float32(options: ColumnOptions = {}): Column<number, 'float32'> {
  return column('float32', 'float32', options);
}
/** A column of double-precision numbers, about 16 digits. */
export function float64(options: ColumnOptions = {}): Column<number, 'float64'> {
  return column('float64', 'float64', options);
}
/** A column of text. */
export function utf8(options: ColumnOptions = {}): Column<string, 'utf8'> {
  return column('utf8', 'utf8', options);
}
/** A column of times: whole milliseconds since 1970-01-01 UTC. */
export function timestampMs(options: ColumnOptions = {}): Column<number, 'timestampMs'> {
  return column('timestampMs', 'timestampMs', options);
}
/** A column of raw bytes. */
export function binary(options: ColumnOptions = {}): Column<Bytes, 'binary'> {
  return column('binary', 'binary', options);
}
/** A column of signals: each row a block of numbers, e.g. `list('float32', { size: 100, unit: 'm/s²' })`. */
export function list(element: ListType['list'], options: ListOptions = {}): Column<Signal, 'list'> {
  return column('list', options.size === undefined ? { list: element } : { list: element, size: options.size }, options);
}

/**
 * The columns of a stream, in order: `schema({ tMs: timestampMs(), device: utf8(), x: list('float32') })`.
 * Throws PlanError `PLAN_INVALID` for names and sizes that a Plan does not allow.
 */
export function schema<C extends Columns>(columns: C): TypedSchema<C> {
  const fields = Object.entries(given(columns, 'schema', 'its columns, e.g. { tMs: timestampMs(), x: float64() }')).map(([name, column]): Field => {
    const { type, nullable, unit } = given(column, `schema.${name}`, 'a column, e.g. float64()');
    return unit === undefined ? { name, type, nullable } : { name, type, nullable, unit };
  });
  return { ...parseSchema({ fields }, 'schema'), columns };
}
