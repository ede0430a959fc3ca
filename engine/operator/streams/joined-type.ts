import { didYouMean, quotedNames } from '../../did-you-mean';
import { PlanError } from '../../error';
import type { Field, Schema } from '../../schema/schema';
import { fieldIndex, isList, typeName } from '../../schema/schema';
import type { StreamType } from '../operator';

/** Where a column of a joined row comes from: the left row or the right one. */
export interface JoinedColumn {
  readonly field: Field;
  readonly side: 'left' | 'right';
  readonly index: number;
}

/** For messages: the operator, and where its config stands. */
export interface Where {
  readonly op: string;
  readonly path: string;
}

export interface JoinOptions {
  readonly on: readonly string[];
  /** What the names of the other columns of each side begin with. */
  readonly as: { readonly left: string; readonly right: string };
  /** Columns taken from the right; absent: all but the keys. */
  readonly columns?: readonly string[];
  /** Whether the columns of the right may be missing. */
  readonly rightMayMiss: boolean;
}

/** The columns of joined rows: the keys once, then the others of the left, then those of the right. PlanError when they do not fit. */
export function joinedColumns(options: JoinOptions, left: Schema, right: Schema, where: Where): readonly JoinedColumn[] {
  const { on, as } = options;
  checkKeys(on, left, right, where);
  const take = (names: readonly string[], prefix: string): JoinedColumn[] =>
    names.map(name => {
      const index = fieldOf(left, name, 'left', where);
      const field = left.fields[index]!;
      return { field: { ...field, name: `${prefix}${name}` }, side: 'left', index };
    });
  return checked([...take(on, ''), ...take(otherNames(left, on), as.left), ...rightColumns(options, right, where)], where);
}

/** The columns of rows that are looked up: all of the left as they are, then those of the right. PlanError when they do not fit. */
export function lookedUpColumns(options: JoinOptions, left: Schema, right: Schema, where: Where): readonly JoinedColumn[] {
  checkKeys(options.on, left, right, where);
  const own = left.fields.map((field, index): JoinedColumn => ({ field, side: 'left', index }));
  return checked([...own, ...rightColumns(options, right, where)], where);
}

/** The rows of a join: keyed by its keys. */
export function joinedStream(columns: readonly JoinedColumn[], on: readonly string[], between: readonly Field[] = []): StreamType {
  const fields = columns.map(({ field }) => field);
  return { schema: { fields: [...fields.slice(0, on.length), ...between, ...fields.slice(on.length)] }, keys: on };
}

function rightColumns({ on, as, columns, rightMayMiss }: JoinOptions, right: Schema, where: Where): JoinedColumn[] {
  return (columns ?? otherNames(right, on)).map(name => {
    const index = fieldOf(right, name, 'right', where);
    const field = right.fields[index]!;
    return { field: { ...field, name: `${as.right}${name}`, nullable: field.nullable || rightMayMiss }, side: 'right', index };
  });
}

function checked(columns: readonly JoinedColumn[], where: Where): readonly JoinedColumn[] {
  refuseSameNames(columns.map(({ field }) => field.name), where);
  return columns;
}

/** Throws when two of `names` are equal. */
export function refuseSameNames(names: readonly string[], { op, path }: Where): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new PlanError('DUPLICATE_COLUMN', `${op} at ${path}: the joined rows would have two columns "${twice}". Give those of one side other names, e.g. as: { right: 'right_' }.`, { details: { path, column: twice } });
}

/** Throws unless both sides have the key columns, of the same types. */
function checkKeys(on: readonly string[], left: Schema, right: Schema, { op, path }: Where): void {
  if (on.length === 0) throw new PlanError('JOIN_KEY', `${op} at ${path}: "on" names no column. Name the columns that must be equal on both sides, e.g. on: ['device'].`, { details: { path: `${path}.on` } });
  for (const name of on) {
    const a = left.fields[fieldOf(left, name, 'left', { op, path: `${path}.on` })]!;
    const b = right.fields[fieldOf(right, name, 'right', { op, path: `${path}.on` })]!;
    const fail = (problem: string, next: string): never => {
      throw new PlanError('JOIN_KEY', `${op} at ${path}: column "${name}" ${problem}. ${next}`, { details: { path: `${path}.on`, column: name } });
    };
    if (isList(a.type) || a.type === 'binary') fail(`is ${typeName(a.type)}, which cannot be a key`, 'Use a column of texts, numbers, times or true and false.');
    if (typeName(a.type) !== typeName(b.type)) fail(`is ${typeName(a.type)} on the left and ${typeName(b.type)} on the right; keys are equal only in one type`, 'Bring one of them into line with select or cast.');
  }
}

function fieldOf(schema: Schema, name: string, side: string, { op, path }: Where): number {
  const index = fieldIndex(schema, name);
  if (index >= 0) return index;
  const names = schema.fields.map(field => field.name);
  throw new PlanError('UNKNOWN_COLUMN', `${op} at ${path}: no column "${name}" on the ${side}; it has ${quotedNames(names)}.${didYouMean(name, names)}`, { details: { path, column: name } });
}

function otherNames(schema: Schema, on: readonly string[]): string[] {
  return schema.fields.map(field => field.name).filter(name => !on.includes(name));
}
