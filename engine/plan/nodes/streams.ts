import { columnNames } from '../column-names';
import { columnForm } from '../forms';
import { ObjectReader } from '../json-reader';
import { PLAN_LIMITS } from '../limits';
import type { ManyInputsNode, UnaryNode } from '../plan';
import type { TableSpec } from './lookup-table';
import { parseTable } from './lookup-table';
import type { WindowSpec } from './window';
import { parseWindowSpec } from './window';

/** Operators over several streams. */
export type StreamsNode = UnionNode | IntervalJoinNode | WindowJoinNode | LookupNode | TemporalLookupNode | FeatureViewNode;

/** All rows of several streams with the same columns. */
export interface UnionNode extends ManyInputsNode {
  readonly op: 'union';
  readonly config: Readonly<Record<string, never>>;
}

/** What the joins share; `inputs` are the left stream and the right one. */
export interface JoinConfig {
  /** Columns that must be equal on both sides. */
  readonly on: readonly string[];
  /** What the names of the other columns of each side begin with in the result. */
  readonly as: { readonly left: string; readonly right: string };
  readonly latePolicy: 'drop' | 'deadLetter';
}

/** Pairs with `lowerMs <= tRight - tLeft <= upperMs`. */
export interface IntervalJoinNode extends ManyInputsNode {
  readonly op: 'intervalJoin';
  readonly config: JoinConfig & {
    readonly lowerMs: number;
    readonly upperMs: number;
    readonly type: 'inner' | 'left';
  };
}

/** Pairs of the two sides of one window. */
export interface WindowJoinNode extends ManyInputsNode {
  readonly op: 'windowJoin';
  readonly config: JoinConfig & {
    readonly window: WindowSpec;
    readonly allowedLatenessMs: number;
  };
}

/** What the lookups share. */
export interface LookupConfig {
  /** Columns that must be equal. */
  readonly on: readonly string[];
  /** Columns to add. */
  readonly columns: readonly string[];
  /** What the names of the added columns begin with. */
  readonly as: { readonly right: string };
  readonly missing: 'null' | 'drop' | 'deadLetter';
}

/** Columns of a table within the Plan. */
export interface LookupNode extends UnaryNode {
  readonly op: 'lookup';
  readonly config: LookupConfig & { readonly table: TableSpec };
}

/** Columns of the newest update at each row's time; `inputs` are the rows and the updates. */
export interface TemporalLookupNode extends ManyInputsNode {
  readonly op: 'temporalLookup';
  readonly config: LookupConfig & {
    readonly retentionMs: number;
    /** `null`: an update holds until the next one. */
    readonly ttlMs: number | null;
    readonly latePolicy: 'drop' | 'deadLetter';
  };
}

/** The newest row of each key. */
export interface FeatureViewNode extends UnaryNode {
  readonly op: 'featureView';
  readonly config: {
    readonly keys: readonly string[];
    /** `null`: a row holds until the next one of its key. */
    readonly ttlMs: number | null;
  };
}

/** The config of each operator of `StreamsNode`, read strictly from untrusted JSON. */
export const streamsParsers = { union: parseUnion, intervalJoin: parseIntervalJoin, windowJoin: parseWindowJoin, lookup: parseLookup, temporalLookup: parseTemporalLookup, featureView: parseFeatureView };

const PREFIX_LENGTH_MAX = 32;
/** With this bound a time and an interval add up exactly. */
const INTERVAL_MAX_MS = 1e14;

function parseUnion(json: unknown, path: string): UnionNode['config'] {
  new ObjectReader(json, path).end();
  return {};
}

function parseIntervalJoin(json: unknown, path: string): IntervalJoinNode['config'] {
  const reader = new ObjectReader(json, path);
  const config = {
    ...parseJoin(reader),
    lowerMs: reader.integer('lowerMs', -INTERVAL_MAX_MS, INTERVAL_MAX_MS),
    upperMs: reader.integer('upperMs', -INTERVAL_MAX_MS, INTERVAL_MAX_MS),
    type: reader.oneOf('type', ['inner', 'left'] as const)
  };
  reader.end();
  return config;
}

function parseWindowJoin(json: unknown, path: string): WindowJoinNode['config'] {
  const reader = new ObjectReader(json, path);
  const config = { ...parseJoin(reader), window: parseWindowSpec(reader.object('window')), allowedLatenessMs: reader.integer('allowedLatenessMs', 0) };
  reader.end();
  return config;
}

function parseJoin(reader: ObjectReader): JoinConfig {
  const names = reader.object('as');
  const as = { left: prefix(names, 'left'), right: prefix(names, 'right') };
  names.end();
  return { on: columnNames(reader, 'on', 1, PLAN_LIMITS.keyColumnsMax), as, latePolicy: reader.oneOf('latePolicy', ['drop', 'deadLetter']) };
}

function parseLookup(json: unknown, path: string): LookupNode['config'] {
  const reader = new ObjectReader(json, path);
  const config = { ...parseLookupConfig(reader), table: parseTable(reader.object('table')) };
  reader.end();
  return config;
}

function parseTemporalLookup(json: unknown, path: string): TemporalLookupNode['config'] {
  const reader = new ObjectReader(json, path);
  const config = {
    ...parseLookupConfig(reader),
    retentionMs: reader.integer('retentionMs', 0, INTERVAL_MAX_MS),
    ttlMs: ttl(reader),
    latePolicy: reader.oneOf('latePolicy', ['drop', 'deadLetter'] as const)
  };
  reader.end();
  return config;
}

function parseFeatureView(json: unknown, path: string): FeatureViewNode['config'] {
  const reader = new ObjectReader(json, path);
  const config = { keys: columnNames(reader, 'keys', 1, PLAN_LIMITS.keyColumnsMax), ttlMs: ttl(reader) };
  reader.end();
  return config;
}

function ttl(reader: ObjectReader): number | null {
  return reader.raw('ttlMs') === null ? null : reader.integer('ttlMs', 0, INTERVAL_MAX_MS);
}

function parseLookupConfig(reader: ObjectReader): LookupConfig {
  const names = reader.object('as');
  const as = { right: prefix(names, 'right') };
  names.end();
  return {
    on: columnNames(reader, 'on', 1, PLAN_LIMITS.keyColumnsMax),
    columns: columnNames(reader, 'columns', 1, PLAN_LIMITS.columnsMax),
    as,
    missing: reader.oneOf('missing', ['null', 'drop', 'deadLetter'])
  };
}

/** The beginning of column names in field `name`; none when it is the empty text. */
function prefix(reader: ObjectReader, name: string): string {
  return reader.raw(name) === '' ? '' : reader.text(name, PREFIX_LENGTH_MAX, columnForm);
}
