import { STATEFUL_LIMITS } from '../../operator/stateful/limits';
import { columnName, columnNames } from '../column-names';
import { ObjectReader, planInvalid, refuseDuplicates } from '../json-reader';
import { PLAN_LIMITS } from '../limits';
import type { UnaryNode } from '../plan';
import type { AggregateUse } from './aggregate-use';
import { parseAggregateUse } from './aggregate-use';
import type { PatternNode } from './pattern';
import { parsePattern } from './pattern';
import type { StateMachineNode } from './state-machine';
import { parseStateMachine } from './state-machine';

/** Operators that remember earlier rows of a key. */
export type StatefulNode = LagNode | DiffNode | SmoothNode | CusumNode | ZScoreNode | DeadbandNode | ReportByExceptionNode | ThrottleNode | LeadNode | DebounceNode | SwingingDoorNode | DeduplicateNode | StateMachineNode | PatternNode | RollingNode;

/** Adds the value of some rows ago. */
export interface LagNode extends UnaryNode {
  readonly op: 'lag';
  readonly config: { readonly column: string; readonly as: string; readonly rows: number };
}

/** Adds the difference from the row before. */
export interface DiffNode extends UnaryNode {
  readonly op: 'diff';
  readonly config: { readonly column: string; readonly as: string; readonly order: number };
}

/** Adds an exponentially weighted mean, and if wanted the variance. */
export interface SmoothNode extends UnaryNode {
  readonly op: 'smooth';
  readonly config: {
    readonly column: string;
    readonly as: string;
    readonly decay: { readonly alpha: number } | { readonly span: number } | { readonly halfLifeRows: number };
    readonly adjust: boolean;
    readonly ignoreNull: boolean;
    readonly varianceAs: string | null;
    readonly bias: boolean;
  };
}

/** Adds cumulative sums of deviations from a target, and an alarm. */
export interface CusumNode extends UnaryNode {
  readonly op: 'cusum';
  readonly config: { readonly column: string; readonly as: string; readonly target: number; readonly slack: number; readonly threshold: number; readonly reset: boolean };
}

/** Adds the distance from the mean in standard deviations. */
export interface ZScoreNode extends UnaryNode {
  readonly op: 'zScore';
  readonly config: { readonly column: string; readonly as: string; readonly rows: number | null; readonly against: 'all' | 'before'; readonly ddof: number };
}

/** Drops rows whose value is within a band around the last kept one. */
export interface DeadbandNode extends UnaryNode {
  readonly op: 'deadband';
  readonly config: { readonly column: string; readonly band: { readonly absolute: number } | { readonly percent: number } };
}

/** Drops rows in which nothing has changed. */
export interface ReportByExceptionNode extends UnaryNode {
  readonly op: 'reportByException';
  readonly config: { readonly columns: readonly string[]; readonly maxSilenceMs: number | null };
}

/** Keeps at most one row per span of event time. */
export interface ThrottleNode extends UnaryNode {
  readonly op: 'throttle';
  readonly config: { readonly everyMs: number };
}

/** Adds the value of some rows later. */
export interface LeadNode extends UnaryNode {
  readonly op: 'lead';
  readonly config: { readonly column: string; readonly as: string; readonly rows: number; readonly withinMs: number | null };
}

/** Keeps the last row before a silence. */
export interface DebounceNode extends UnaryNode {
  readonly op: 'debounce';
  readonly config: { readonly quietMs: number };
}

/** Keeps the rows between which straight lines are near enough to the others. */
export interface SwingingDoorNode extends UnaryNode {
  readonly op: 'swingingDoor';
  readonly config: { readonly column: string; readonly deviation: number; readonly maxSilenceMs: number | null };
}

/** Keeps the first or the last of several equal rows. */
export interface DeduplicateNode extends UnaryNode {
  readonly op: 'deduplicate';
  readonly config: { readonly by: readonly string[]; readonly keep: 'first' | 'last'; readonly withinMs: number | null; readonly identitiesMax: number };
}

/** Adds aggregates of the last rows of the key. */
export interface RollingNode extends UnaryNode {
  readonly op: 'rolling';
  readonly config: { readonly span: { readonly rows: number } | { readonly sizeMs: number }; readonly aggregates: readonly AggregateUse[]; readonly presentMin: number | null };
}

/** The config of each operator of `StatefulNode`, read strictly from untrusted JSON. */
export const statefulParsers = {
  lag: parseLag,
  diff: parseDiff,
  smooth: parseSmooth,
  cusum: parseCusum,
  zScore: parseZScore,
  deadband: parseDeadband,
  reportByException: parseReportByException,
  throttle: parseThrottle,
  lead: parseLead,
  debounce: parseDebounce,
  swingingDoor: parseSwingingDoor,
  deduplicate: parseDeduplicate,
  stateMachine: parseStateMachine,
  pattern: parsePattern,
  rolling: parseRolling
};

const ORDER_MAX = 16;
const DDOF_MAX = 1;

/** The config that `read` takes out of `json`; refuses what it has not asked for. */
function strictly<Config>(json: unknown, path: string, read: (reader: ObjectReader) => Config): Config {
  const reader = new ObjectReader(json, path);
  const config = read(reader);
  reader.end();
  return config;
}

function finite(reader: ObjectReader, name: string, min = -Number.MAX_VALUE): number {
  return reader.number(name, min, Number.MAX_VALUE);
}

function nameOrNull(reader: ObjectReader, name: string): string | null {
  return reader.raw(name) === null ? null : columnName(reader, name);
}

function added(reader: ObjectReader): { readonly column: string; readonly as: string } {
  return { column: columnName(reader, 'column'), as: columnName(reader, 'as') };
}

function parseLag(json: unknown, path: string): LagNode['config'] {
  return strictly(json, path, reader => ({ ...added(reader), rows: reader.integer('rows', 1, STATEFUL_LIMITS.rowsMax) }));
}

function parseDiff(json: unknown, path: string): DiffNode['config'] {
  return strictly(json, path, reader => ({ ...added(reader), order: reader.integer('order', 1, ORDER_MAX) }));
}

function parseSmooth(json: unknown, path: string): SmoothNode['config'] {
  return strictly(json, path, reader => ({
    ...added(reader),
    decay: strictly(reader.raw('decay'), reader.at('decay'), decayOf),
    adjust: reader.boolean('adjust'),
    ignoreNull: reader.boolean('ignoreNull'),
    varianceAs: nameOrNull(reader, 'varianceAs'),
    bias: reader.boolean('bias')
  }));
}

function decayOf(reader: ObjectReader): SmoothNode['config']['decay'] {
  if (reader.has('span')) return { span: finite(reader, 'span', 1) };
  if (reader.has('halfLifeRows')) return { halfLifeRows: positive(reader, 'halfLifeRows') };
  const alpha = positive(reader, 'alpha');
  if (alpha > 1) throw planInvalid(reader.at('alpha'), `got ${alpha}`, 'a number above 0, at most 1');
  return { alpha };
}

function positive(reader: ObjectReader, name: string): number {
  const value = finite(reader, name, 0);
  if (value === 0) throw planInvalid(reader.at(name), 'got 0', 'a number above 0');
  return value;
}

function parseCusum(json: unknown, path: string): CusumNode['config'] {
  return strictly(json, path, reader => ({
    ...added(reader),
    target: finite(reader, 'target'),
    slack: finite(reader, 'slack', 0),
    threshold: finite(reader, 'threshold', 0),
    reset: reader.boolean('reset')
  }));
}

function parseZScore(json: unknown, path: string): ZScoreNode['config'] {
  return strictly(json, path, reader => ({
    ...added(reader),
    rows: reader.raw('rows') === null ? null : reader.integer('rows', 2, STATEFUL_LIMITS.rowsMax),
    against: reader.oneOf<'all' | 'before'>('against', ['all', 'before']),
    ddof: reader.integer('ddof', 0, DDOF_MAX)
  }));
}

function parseDeadband(json: unknown, path: string): DeadbandNode['config'] {
  return strictly(json, path, reader => ({
    column: columnName(reader, 'column'),
    band: strictly(reader.raw('band'), reader.at('band'), band => (band.has('percent') ? { percent: finite(band, 'percent', 0) } : { absolute: finite(band, 'absolute', 0) }))
  }));
}

function parseReportByException(json: unknown, path: string): ReportByExceptionNode['config'] {
  return strictly(json, path, reader => ({ columns: columnNames(reader, 'columns', 1, PLAN_LIMITS.columnsMax), maxSilenceMs: reader.integerOrNull('maxSilenceMs', 1) }));
}

function parseThrottle(json: unknown, path: string): ThrottleNode['config'] {
  return strictly(json, path, reader => ({ everyMs: reader.integer('everyMs', 1) }));
}

function parseLead(json: unknown, path: string): LeadNode['config'] {
  return strictly(json, path, reader => ({ ...added(reader), rows: reader.integer('rows', 1, STATEFUL_LIMITS.leadRowsMax), withinMs: reader.integerOrNull('withinMs', 1) }));
}

function parseDebounce(json: unknown, path: string): DebounceNode['config'] {
  return strictly(json, path, reader => ({ quietMs: reader.integer('quietMs', 1) }));
}

function parseSwingingDoor(json: unknown, path: string): SwingingDoorNode['config'] {
  return strictly(json, path, reader => ({ column: columnName(reader, 'column'), deviation: finite(reader, 'deviation', 0), maxSilenceMs: reader.integerOrNull('maxSilenceMs', 1) }));
}

function parseDeduplicate(json: unknown, path: string): DeduplicateNode['config'] {
  return strictly(json, path, reader => ({
    by: columnNames(reader, 'by', 0, PLAN_LIMITS.keyColumnsMax),
    keep: reader.oneOf<'first' | 'last'>('keep', ['first', 'last']),
    withinMs: reader.integerOrNull('withinMs', 1),
    identitiesMax: reader.integer('identitiesMax', 1, STATEFUL_LIMITS.keysMax)
  }));
}

function parseRolling(json: unknown, path: string): RollingNode['config'] {
  return strictly(json, path, reader => {
    const aggregates = reader.list('aggregates', 1, PLAN_LIMITS.aggregatesMax, parseAggregateUse);
    refuseDuplicates(aggregates.map(({ name }) => name), reader.at('aggregates'), 'aggregate');
    const span = strictly(reader.raw('span'), reader.at('span'), each => (each.has('sizeMs') ? { sizeMs: each.integer('sizeMs', 1) } : { rows: each.integer('rows', 1, STATEFUL_LIMITS.rowsMax) }));
    return { span, aggregates, presentMin: reader.raw('presentMin') === null ? null : reader.integer('presentMin', 0, STATEFUL_LIMITS.rowsMax) };
  });
}
