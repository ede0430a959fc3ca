import { didYouMean } from '../did-you-mean';
import { PlanError } from '../error';
import type { AggregateUse } from '../plan/nodes/aggregate-use';
import type { Schema } from '../schema/schema';
import { fieldIndex } from '../schema/schema';
import type { AggregateColumn, AggregateInput, AggregateSpec } from './aggregate';
import { aggregateSpec } from './registry';

export interface UsedAggregate {
  readonly spec: AggregateSpec;
  readonly input: AggregateInput;
}

/** The aggregates of a Plan over rows of `schema`; PlanError for unknown functions, columns and options. Column types are checked by `spec.resolve`. */
export function aggregateInputs(uses: readonly AggregateUse[], schema: Schema, path: string): readonly UsedAggregate[] {
  return uses.map((use, index) => {
    const place = `${path}.aggregates[${index}]`;
    const spec = aggregateSpec(use.fn, place);
    const column = columnOf(use, use.column, schema, place);
    const other = columnOf(use, use.otherColumn, schema, place);
    checkColumns(spec, use, schema, place);
    for (const option of Object.keys(use.options ?? {})) refuseUnknownOption(spec, option, place);
    return {
      spec,
      input: { name: use.name, field: column?.field ?? null, columnIndex: column?.columnIndex ?? -1, ...(other === null ? {} : { other }), options: use.options ?? {}, path: place }
    };
  });
}

function columnOf(use: AggregateUse, name: string | undefined, schema: Schema, path: string): AggregateColumn | null {
  if (name === undefined) return null;
  const columnIndex = fieldIndex(schema, name);
  const field = schema.fields[columnIndex];
  if (field !== undefined) return { field, columnIndex };
  const names = schema.fields.map(each => each.name);
  throw new PlanError('UNKNOWN_COLUMN', `${use.fn}("${name}"): no such column; the stream has ${columnNames(schema)}.${didYouMean(name, names)}`, { details: { path, column: name } });
}

function checkColumns(spec: AggregateSpec, use: AggregateUse, schema: Schema, path: string): void {
  const example = spec.otherColumn === 'required' ? `${spec.fn}('x', 'y')` : `${spec.fn}('x')`;
  if (use.column === undefined && spec.column === 'required') {
    throw new PlanError('AGGREGATE_COLUMN', `${spec.fn}() at ${path}: it has no column. Write ${example} with one of ${columnNames(schema)}.`, { details: { path } });
  }
  if (use.otherColumn === undefined && spec.otherColumn === 'required') {
    throw new PlanError('AGGREGATE_COLUMN', `${spec.fn}("${use.column ?? ''}") at ${path}: it has one column, expected two. Write ${example} with two of ${columnNames(schema)}.`, { details: { path } });
  }
  if (use.otherColumn !== undefined && spec.otherColumn !== 'required') {
    throw new PlanError('AGGREGATE_COLUMN', `${spec.fn} at ${path}: it has a second column "${use.otherColumn}", expected one column. Write ${example}.`, { details: { path } });
  }
}

function refuseUnknownOption(spec: AggregateSpec, option: string, path: string): void {
  const known = spec.options.map(each => each.name);
  if (known.includes(option)) return;
  throw new PlanError('AGGREGATE_OPTION', `${spec.fn} at ${path}: no option "${option}". Its options: ${known.join(', ') || 'none'}.${didYouMean(option, known)}`, { details: { path } });
}

function columnNames(schema: Schema): string {
  return schema.fields.map(field => `"${field.name}"`).join(', ');
}
