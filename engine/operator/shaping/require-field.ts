import { didYouMean, quotedNames } from '../../did-you-mean';
import { PlanError } from '../../error';
import type { Field, Schema } from '../../schema/schema';

/** The column `name` of `schema`; PlanError `UNKNOWN_COLUMN` with the nearest name when there is none. */
export function requireField(schema: Schema, name: string, op: string, path: string): Field {
  const field = schema.fields.find(each => each.name === name);
  if (field !== undefined) return field;
  const names = schema.fields.map(each => each.name);
  throw new PlanError('UNKNOWN_COLUMN', `${op}("${name}") at ${path}: no such column; the stream has ${quotedNames(names)}.${didYouMean(name, names)}`, { details: { path, column: name } });
}

/** Throws PlanError `KEY_COLUMN` when `name` is a key of the stream; `advice` says what to do instead. */
export function refuseKey(keys: readonly string[], name: string, subject: { readonly op: string; readonly path: string; readonly advice: string }): void {
  if (!keys.includes(name)) return;
  const { op, path, advice } = subject;
  throw new PlanError('KEY_COLUMN', `${op}("${name}") at ${path}: "${name}" is a key of the stream and must stay as it is. ${advice}`, { details: { path, column: name } });
}
