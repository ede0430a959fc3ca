import type { DataType, Schema } from '../schema/schema';

declare const cellOfColumn: unique symbol;
declare const content: unique symbol;

/** A signal: a block of numbers in one cell. Windows aggregate its elements; expressions do not compute with it. */
export interface Signal {
  readonly [content]: 'signal';
}
/** Raw bytes in one cell; expressions do not compute with them. */
export interface Bytes {
  readonly [content]: 'bytes';
}
/** What a column holds, as expressions see it. Every numeric type and time counts as a number; null is left out, because it propagates by itself. */
export type Cell = number | string | boolean | Signal | Bytes;
/** Columns of a stream by name. */
export type Row = Readonly<Record<string, Cell>>;

/** A column of a schema: its type, and what its cells are to expressions. */
export interface Column<T extends Cell, Kind extends string = string> {
  readonly type: DataType;
  readonly kind: Kind;
  readonly nullable: boolean;
  readonly unit?: string;
  readonly [cellOfColumn]?: T;
}
export type Columns = Readonly<Record<string, Column<Cell>>>;

/** A schema that knows its columns at compile time. */
export interface TypedSchema<C extends Columns> extends Schema {
  readonly columns: C;
}

/** The rows of a schema: `type Vibration = RowOf<typeof vibration>`. */
export type RowOf<S> = S extends TypedSchema<infer C> ? RowOfColumns<C> : never;
export type RowOfColumns<C extends Columns> = Flat<{ [N in keyof C]: C[N] extends Column<infer T> ? T : never }>;

/** Names of the columns of `R` by use. Read by index (`NamesOf<R>['keys']`), so that errors show the names themselves. */
export interface NamesOf<R> {
  readonly all: keyof R & string;
  /** Columns that aggregates and models can compute with. */
  readonly numbers: keyof { [N in keyof R as R[N] extends number | Signal ? N : never]: 1 } & string;
  /** Columns that a first value or a count of different values can be taken of. */
  readonly values: keyof { [N in keyof R as R[N] extends Bytes ? never : N]: 1 } & string;
  readonly texts: keyof { [N in keyof R as R[N] extends string ? N : never]: 1 } & string;
  readonly signals: keyof { [N in keyof R as R[N] extends Signal ? N : never]: 1 } & string;
  /** Columns that can be a key. */
  readonly keys: keyof { [N in keyof R as R[N] extends number | string | boolean ? N : never]: 1 } & string;
}
/** Names of the columns of a schema by use. */
export interface NamesOfColumns<C extends Columns> {
  /** Columns that can be the event time. */
  readonly times: keyof { [N in keyof C as C[N]['kind'] extends 'timestampMs' | 'int64' ? N : never]: 1 } & string;
}

/** Shows an intersection as one object in hovers and errors. */
export type Flat<T> = { readonly [N in keyof T]: T[N] } & {};

/** `true` becomes `boolean`, `1` becomes `number`: what a computed column holds. */
export type Widened<T> = T extends number ? number : T extends string ? string : T extends boolean ? boolean : T;
