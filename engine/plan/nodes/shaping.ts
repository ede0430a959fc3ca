import { expressionFromJson } from '../../expression/json';
import type { Expression } from '../../expression/ast';
import type { DataType, FieldTags } from '../../schema/schema';
import { columnName, columnNames } from '../column-names';
import { columnForm } from '../forms';
import { ObjectReader, planInvalid, refuseDuplicates } from '../json-reader';
import { PLAN_LIMITS } from '../limits';
import { parseKeyRef, parseMeaning, parseType, parseUnit } from '../parse-schema';
import type { SelectNode, UnaryNode } from '../plan';
import type { ValidateNode } from './validate';
import { parseValidate } from './validate';

/** Rows and columns brought into shape: one row in, none, one or many out, no time and no other rows needed. */
export type ShapingNode = DeriveNode | DropNode | RenameNode | CastNode | ExplodeNode | SampleNode | ValidateNode | TagNode | EncryptNode;

/** Computed columns beside or instead of those that are there. */
export interface DeriveNode extends UnaryNode {
  readonly op: 'derive';
  readonly config: { readonly columns: readonly { readonly name: string; readonly expression: Expression }[] };
}
export interface DropNode extends UnaryNode {
  readonly op: 'drop';
  readonly config: { readonly columns: readonly string[] };
}
export interface RenameNode extends UnaryNode {
  readonly op: 'rename';
  /** Old name → new name, all at once. */
  readonly config: { readonly columns: Readonly<Record<string, string>> };
}

/** What becomes of values that the new type cannot hold: see `operator/shaping/cast.ts`. */
export type CastPolicy = 'error' | 'null' | 'round' | 'clamp';
export interface CastNode extends UnaryNode {
  readonly op: 'cast';
  readonly config: { readonly columns: Readonly<Record<string, DataType>>; readonly policy: CastPolicy };
}

export interface ExplodeNode extends UnaryNode {
  readonly op: 'explode';
  readonly config: {
    /** List column → column of its elements. */
    readonly columns: Readonly<Record<string, string>>;
    /** Column for the 0-based position in the list. */
    readonly index: string | null;
    /** Time between two elements; fractions are allowed, times are rounded down to whole ms. */
    readonly everyMs: number | null;
    /** Which element has the event time of the row. */
    readonly stamped: 'first' | 'last';
    /** Column for the event time of each element. */
    readonly timeColumn: string | null;
    /** What becomes of rows whose lists are missing or empty: they go, or stay once with null. */
    readonly whenEmpty: 'drop' | 'null';
  };
}

/** Either one of `every` rows of each key, or a `share` of all (key, event time) pairs chosen by hash. */
export interface SampleNode extends UnaryNode {
  readonly op: 'sample';
  readonly config: { readonly every: number } | { readonly share: number; readonly seed: number };
}

export interface TagNode extends UnaryNode {
  readonly op: 'tag';
  readonly config: { readonly columns: Readonly<Record<string, ColumnTags>> };
}
/** What is said about a column; absent: as it was. */
export interface ColumnTags extends Pick<FieldTags, 'classification' | 'lineage'> {
  readonly unit?: string;
}

/** Columns that the host encrypts when they leave. */
export interface EncryptNode extends UnaryNode {
  readonly op: 'encrypt';
  readonly config: {
    readonly columns: readonly string[];
    readonly keyRef: string;
    /** Column → new column for its token. */
    readonly tokens: Readonly<Record<string, string>>;
  };
}

/** The config of each operator of `ShapingNode`, read strictly from untrusted JSON. */
export const shapingParsers = { derive: parseComputedColumns, drop: parseDrop, rename: parseRename, cast: parseCast, explode: parseExplode, sample: parseSample, validate: parseValidate, tag: parseTag, encrypt: parseEncrypt };

const SEED_MAX = 2 ** 32 - 1;
/** A day between two elements of a list. */
const EVERY_MS_MAX = 86_400_000;

/** The config of `select` and `derive`. */
export function parseComputedColumns(json: unknown, path: string): SelectNode['config'] {
  const reader = new ObjectReader(json, path);
  const columns = reader.list('columns', 1, PLAN_LIMITS.columnsMax, (item, itemPath) => {
    const column = new ObjectReader(item, itemPath);
    const parsed = { name: columnName(column, 'name'), expression: expressionFromJson(column.raw('expression'), column.at('expression')) };
    column.end();
    return parsed;
  });
  reader.end();
  refuseDuplicates(columns.map(column => column.name), reader.at('columns'), 'column');
  return { columns };
}

function parseDrop(json: unknown, path: string): DropNode['config'] {
  const reader = new ObjectReader(json, path);
  const columns = columnNames(reader, 'columns', 1, PLAN_LIMITS.columnsMax);
  reader.end();
  return { columns };
}

function parseRename(json: unknown, path: string): RenameNode['config'] {
  const reader = new ObjectReader(json, path);
  const columns = perColumn(reader, (names, old) => columnName(names, old));
  reader.end();
  return { columns };
}

function parseCast(json: unknown, path: string): CastNode['config'] {
  const reader = new ObjectReader(json, path);
  const config: CastNode['config'] = {
    columns: perColumn(reader, (types, column) => parseType(types.raw(column), types.at(column))),
    policy: reader.oneOf('policy', ['error', 'null', 'round', 'clamp'])
  };
  reader.end();
  return config;
}

function parseExplode(json: unknown, path: string): ExplodeNode['config'] {
  const reader = new ObjectReader(json, path);
  const orNull = <T>(name: string, read: () => T): T | null => (reader.raw(name) === null ? null : read());
  const config: ExplodeNode['config'] = {
    columns: perColumn(reader, (names, list) => columnName(names, list)),
    index: orNull('index', () => columnName(reader, 'index')),
    everyMs: orNull('everyMs', () => reader.number('everyMs', Number.MIN_VALUE, EVERY_MS_MAX)),
    stamped: reader.oneOf('stamped', ['first', 'last']),
    timeColumn: orNull('timeColumn', () => columnName(reader, 'timeColumn')),
    whenEmpty: reader.oneOf('whenEmpty', ['drop', 'null'])
  };
  reader.end();
  return config;
}

function parseSample(json: unknown, path: string): SampleNode['config'] {
  const reader = new ObjectReader(json, path);
  const config = reader.has('every') ? { every: reader.integer('every', 1) } : { share: reader.number('share', 0, 1), seed: reader.integer('seed', 0, SEED_MAX) };
  reader.end();
  return config;
}

function parseTag(json: unknown, path: string): TagNode['config'] {
  const reader = new ObjectReader(json, path);
  const columns = perColumn(reader, (entries, column): ColumnTags => {
    const tags = entries.object(column);
    const parsed = { ...(tags.has('unit') ? { unit: parseUnit(tags) } : {}), ...parseMeaning(tags) };
    tags.end();
    return parsed;
  });
  reader.end();
  return { columns };
}

function parseEncrypt(json: unknown, path: string): EncryptNode['config'] {
  const reader = new ObjectReader(json, path);
  const config: EncryptNode['config'] = {
    columns: columnNames(reader, 'columns', 1, PLAN_LIMITS.columnsMax),
    keyRef: parseKeyRef(reader, 'keyRef'),
    tokens: perColumn(reader, (names, column) => columnName(names, column), 'tokens', 0)
  };
  reader.end();
  return config;
}

/** Field `name`: one entry per column name. */
function perColumn<T>(reader: ObjectReader, read: (entries: ObjectReader, column: string) => T, name = 'columns', min = 1): Readonly<Record<string, T>> {
  return reader.entries(name, min, PLAN_LIMITS.columnsMax, (entries, column) => {
    if (column.length > PLAN_LIMITS.columnNameLengthMax || !columnForm.pattern.test(column)) throw planInvalid(entries.path, `the column "${column.slice(0, 64)}"`, columnForm.expected);
    return read(entries, column);
  });
}
