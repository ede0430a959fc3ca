import type { Expression } from '../../expression/ast';
import { expressionFromJson } from '../../expression/json';
import { columnName } from '../column-names';
import type { TextForm } from '../json-reader';
import { ObjectReader, planInvalid, refuseDuplicates } from '../json-reader';
import { PLAN_LIMITS } from '../limits';
import type { UnaryNode } from '../plan';

/** Bounds of one pattern. */
export const PATTERN_LIMITS = {
  /** Variables of a sequence. */
  variablesMax: 32,
  /** Rows of one match, and rows that wait for its decision (`PATTERN_LIMIT`). */
  rowsMax: 10_000,
  /** Ways to match that are open at the same time from one row on (`PATTERN_LIMIT`). */
  waysMax: 100,
  /** How often rows are looked at again because of one row (`PATTERN_LIMIT`). */
  looksMax: 200_000,
  /** Matches of one key that wait for an absence (`PATTERN_LIMIT`). */
  pendingMax: 1000
} as const;

/** Finds sequences of rows, as a subset of SQL's MATCH_RECOGNIZE. */
export interface PatternNode extends UnaryNode {
  readonly op: 'pattern';
  readonly config: {
    readonly sequence: readonly PatternVariable[];
    /** `strict`: no other row of the key stands between. `relaxed`: rows that do not fit are passed over. */
    readonly contiguity: 'strict' | 'relaxed';
    /** From the first to the last row of a match it takes less. */
    readonly withinMs: number | null;
    /** Where the search goes on after a match. */
    readonly skip: PatternSkip;
    /** The match counts when no such row of the key comes in the time after its last row. */
    readonly absence: { readonly when: Expression; readonly withinMs: number } | null;
    readonly measures: readonly PatternMeasure[];
  };
}

/** `min` to `max` rows for which the condition is true; `NAME.column` is the column of the variable's last row so far. */
export interface PatternVariable {
  readonly name: string;
  readonly when: Expression;
  readonly min: number;
  readonly max: number | null;
}
export type PatternSkip = { readonly to: 'pastLastRow' | 'nextRow' } | { readonly to: 'firstOf' | 'lastOf'; readonly variable: string };
export type PatternMeasure = { readonly name: string; readonly fn: 'count'; readonly of: string } | { readonly name: string; readonly fn: MeasureFunction; readonly of: string; readonly column: string };
export type MeasureFunction = 'first' | 'last' | 'mean' | 'min' | 'max';

const variableForm: TextForm = { pattern: /^[A-Za-z][A-Za-z0-9_]*$/u, expected: 'letters, digits and "_", beginning with a letter' };

/** The config of a pattern, read strictly from untrusted JSON. */
export function parsePattern(json: unknown, path: string): PatternNode['config'] {
  const reader = new ObjectReader(json, path);
  const config: PatternNode['config'] = {
    sequence: reader.list('sequence', 1, PATTERN_LIMITS.variablesMax, parseVariable),
    contiguity: reader.oneOf<'strict' | 'relaxed'>('contiguity', ['strict', 'relaxed']),
    withinMs: reader.integerOrNull('withinMs', 1),
    skip: parseSkip(reader.object('skip')),
    absence: reader.raw('absence') === null ? null : parseAbsence(reader.object('absence')),
    measures: reader.list('measures', 0, PLAN_LIMITS.aggregatesMax, parseMeasure)
  };
  reader.end();
  refuseDuplicates(config.sequence.map(({ name }) => name), reader.at('sequence'), 'variable');
  refuseDuplicates(config.measures.map(({ name }) => name), reader.at('measures'), 'measure');
  return config;
}

function variableName(reader: ObjectReader, name: string): string {
  return reader.text(name, PLAN_LIMITS.nameLengthMax, variableForm);
}

function parseVariable(json: unknown, path: string): PatternVariable {
  const reader = new ObjectReader(json, path);
  const variable: PatternVariable = {
    name: variableName(reader, 'name'),
    when: expressionFromJson(reader.raw('when'), reader.at('when')),
    min: reader.integer('min', 0, PATTERN_LIMITS.rowsMax),
    max: reader.raw('max') === null ? null : reader.integer('max', 1, PATTERN_LIMITS.rowsMax)
  };
  reader.end();
  if (variable.max !== null && variable.max < variable.min) throw planInvalid(reader.at('max'), `got ${variable.max}`, `at least min, ${variable.min}`);
  return variable;
}

function parseSkip(reader: ObjectReader): PatternSkip {
  const to = reader.oneOf<'pastLastRow' | 'nextRow' | 'firstOf' | 'lastOf'>('to', ['pastLastRow', 'nextRow', 'firstOf', 'lastOf']);
  const skip: PatternSkip = to === 'firstOf' || to === 'lastOf' ? { to, variable: variableName(reader, 'variable') } : { to };
  reader.end();
  return skip;
}

function parseAbsence(reader: ObjectReader): PatternNode['config']['absence'] {
  const absence = { when: expressionFromJson(reader.raw('when'), reader.at('when')), withinMs: reader.integer('withinMs', 1) };
  reader.end();
  return absence;
}

function parseMeasure(json: unknown, path: string): PatternMeasure {
  const reader = new ObjectReader(json, path);
  const fn = reader.oneOf<'count' | MeasureFunction>('fn', ['count', 'first', 'last', 'mean', 'min', 'max']);
  const named = { name: columnName(reader, 'name'), of: variableName(reader, 'of') };
  const measure: PatternMeasure = fn === 'count' ? { ...named, fn } : { ...named, fn, column: columnName(reader, 'column') };
  reader.end();
  return measure;
}
