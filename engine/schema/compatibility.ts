import type { DataType, Field, Schema } from './schema';
import { isList, typeName } from './schema';

/**
 * Which readers must cope with which data. `backward`: readers of the new schema with data of the old one; `forward`: readers of the
 * old schema with data of the new one; `full`: both.
 */
export type CompatibilityMode = 'backward' | 'forward' | 'full';
export const COMPATIBILITY_MODES: readonly CompatibilityMode[] = ['backward', 'forward', 'full'];

/** One difference between two versions of a schema. */
export type SchemaChange =
  | { readonly kind: 'added'; readonly name: string; readonly after: Field }
  | { readonly kind: 'removed'; readonly name: string; readonly before: Field }
  | { readonly kind: 'changed'; readonly name: string; readonly before: Field; readonly after: Field; readonly parts: readonly ('type' | 'nullable' | 'unit')[] }
  | { readonly kind: 'moved'; readonly name: string; readonly from: number; readonly to: number };

export interface CompatibilityCheck {
  readonly compatible: boolean;
  readonly mode: CompatibilityMode;
  readonly changes: readonly SchemaChange[];
  /** Why the versions do not go together, one sentence each. */
  readonly reasons: readonly string[];
}

/** Which values of one column type another reads without loss: whole numbers and floats may become wider, a sized list one of any size. */
const WIDER: Readonly<Record<string, readonly string[]>> = {
  int32: ['int64', 'float64'],
  float32: ['float64'],
  timestampMs: ['int64']
};

/** What differs between two versions of a schema, in the order of the new one, then what is gone. */
export function schemaDiff(before: Schema, after: Schema): readonly SchemaChange[] {
  const changes: SchemaChange[] = [];
  const common = after.fields.filter(field => fieldOf(before, field.name) !== null);
  const oldOrder = before.fields.filter(field => fieldOf(after, field.name) !== null).map(field => field.name);
  for (const field of after.fields) {
    const old = fieldOf(before, field.name);
    if (old === null) {
      changes.push({ kind: 'added', name: field.name, after: field });
      continue;
    }
    const parts = changedParts(old, field);
    if (parts.length > 0) changes.push({ kind: 'changed', name: field.name, before: old, after: field, parts });
    const [from, to] = [oldOrder.indexOf(field.name), common.indexOf(field)];
    if (from !== to) changes.push({ kind: 'moved', name: field.name, from, to });
  }
  for (const field of before.fields) if (fieldOf(after, field.name) === null) changes.push({ kind: 'removed', name: field.name, before: field });
  return changes;
}

/** Whether two versions of a schema go together in `mode`; the order of columns and their units do not matter. */
export function checkCompatibility(before: Schema, after: Schema, mode: CompatibilityMode): CompatibilityCheck {
  const reasons = [
    ...(mode === 'forward' ? [] : unreadable(before, after).map(reason => `backward: ${reason}`)),
    ...(mode === 'backward' ? [] : unreadable(after, before).map(reason => `forward: ${reason}`))
  ];
  return { compatible: reasons.length === 0, mode, changes: schemaDiff(before, after), reasons };
}

/** Why data of `writer` cannot be read under `reader`. */
function unreadable(writer: Schema, reader: Schema): string[] {
  return reader.fields.flatMap(field => {
    const written = fieldOf(writer, field.name);
    if (written === null) return field.nullable ? [] : [`column "${field.name}" is required, but is not written; make it nullable`];
    const reasons: string[] = [];
    if (!canReadType(written.type, field.type)) reasons.push(`column "${field.name}" is written as ${typeName(written.type)}, which ${typeName(field.type)} cannot take`);
    if (written.nullable && !field.nullable) reasons.push(`column "${field.name}" may be written as null, but is required`);
    return reasons;
  });
}

/** Whether every value of type `written` is one of type `read`, or becomes one without loss. */
export function canReadType(written: DataType, read: DataType): boolean {
  if (isList(written) || isList(read)) {
    if (!isList(written) || !isList(read)) return false;
    return (read.size === undefined || read.size === written.size) && canReadType(written.list, read.list);
  }
  return written === read || (WIDER[written]?.includes(read) ?? false);
}

/** A change as one line: `+ note utf8?`, `- seq int64`, `~ temperature float32 → float64`. */
export function changeText(change: SchemaChange): string {
  switch (change.kind) {
    case 'added':
      return `+ ${change.name} ${columnText(change.after)}`;
    case 'removed':
      return `- ${change.name} ${columnText(change.before)}`;
    case 'changed':
      return `~ ${change.name} ${columnText(change.before)} → ${columnText(change.after)}`;
    case 'moved':
      return `> ${change.name} from place ${change.from} to ${change.to}`;
  }
}

function columnText({ type, nullable, unit }: Field): string {
  return `${typeName(type)}${nullable ? '?' : ''}${unit === undefined ? '' : ` in ${unit}`}`;
}

function changedParts(before: Field, after: Field): ('type' | 'nullable' | 'unit')[] {
  const parts: ('type' | 'nullable' | 'unit')[] = [];
  if (typeName(before.type) !== typeName(after.type)) parts.push('type');
  if (before.nullable !== after.nullable) parts.push('nullable');
  if (before.unit !== after.unit) parts.push('unit');
  return parts;
}

function fieldOf(schema: Schema, name: string): Field | null {
  return schema.fields.find(field => field.name === name) ?? null;
}
