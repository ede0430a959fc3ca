import { didYouMean, quotedNames } from '../../did-you-mean';
import { PlanError } from '../../error';
import type { PatternMeasure, PatternNode } from '../../plan/nodes/pattern';
import { PATTERN_LIMITS } from '../../plan/nodes/pattern';
import type { Field, Schema } from '../../schema/schema';
import { derivedTags } from '../../schema/tags';
import { onlyInput } from '../only-input';
import type { OperatorSpec, StreamType } from '../operator';
import { requireField } from '../shaping/require-field';
import { numberField, unitOf, withFields } from './input-column';
import { orderedMemory } from './limits';
import { OrderedOperator } from './ordered-operator';
import { GuardColumns, PatternGuard } from './pattern-guards';
import { PatternLogic } from './pattern-logic';
import { PatternRows } from './pattern-rows';

type PatternConfig = PatternNode['config'];

/** Sequences of rows. */
export const pattern: OperatorSpec<PatternConfig> = {
  op: 'pattern',
  doc: "Finds sequences of rows of a key in order of event time, ties by arrival, and gives a row for each: the key, matchStartMs and matchEndMs (event time of its first and last row) and measures. A subset of SQL's MATCH_RECOGNIZE: from each row on the longest match, with backtracking; of equally long ones that which gives more rows to earlier variables. A match leaves as soon as no longer one is possible, with the event time of the row or moment that decided it.",
  fields: [
    { name: 'sequence', type: '{ name, when, quantifier }', doc: "Variables in order: a name, a condition and how many rows: one, '+', '*', '?' or { min, max }. In a condition r['A.x'] is column x of the last row of A so far, null when it has none." },
    { name: 'contiguity', type: "'strict' | 'relaxed'", default: 'strict', doc: "'strict': between the rows of a match the key has no others. 'relaxed': rows that do not fit are passed over; needs withinMs." },
    { name: 'withinMs', type: 'number | null', unit: 'ms', default: null, doc: 'From its first to its last row a match takes less than this; null: no bound.' },
    { name: 'skip', type: "'pastLastRow' | 'toNextRow' | 'toFirst:NAME' | 'toLast:NAME'", default: { to: 'pastLastRow' }, doc: 'Where the search goes on after a match: behind it, at the row after its first, or at the first or last row of a variable (behind the match when that has none, at the row after the first when it is the first).' },
    { name: 'absence', type: '{ when, withinMs } | null', unit: 'ms', default: null, doc: 'The match counts only when for less than withinMs after its last row no row of the key comes for which `when` is true; it leaves when that time has passed.' },
    { name: 'measures', type: '{ name: { fn, of, column } }', default: [], doc: "Columns of the result: fn 'first', 'last', 'mean', 'min', 'max' of a column over the rows of variable `of`, null when there are none; or their 'count'." }
  ],
  drops: `Rows at or before the watermark, counted as late. Rows beyond a limit: dead letters KEY_LIMIT, ROW_LIMIT. A search that is open for more than ${PATTERN_LIMITS.rowsMax} rows or in more than ${PATTERN_LIMITS.waysMax} ways, or among so many that one row ends that rows are looked at more than ${PATTERN_LIMITS.looksMax} times, is given up: its first row goes to the dead letters PATTERN_LIMIT, its other rows are counted as dropped.`,
  memory: orderedMemory(`those that an open search may need, at most ${PATTERN_LIMITS.rowsMax} for each key, and ${PATTERN_LIMITS.pendingMax} matches of a key that wait for an absence`),
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'pattern', path);
    checkPattern(config, path);
    const columns = new GuardColumns(input.schema, config.sequence);
    config.sequence.forEach(({ when }, index) => new PatternGuard(when, columns, `${path}.sequence[${index}].when`));
    if (config.absence !== null) new PatternGuard(config.absence.when, columns, `${path}.absence.when`);
    return { schema: matchSchema(config, input, path), keys: input.keys };
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'pattern', node);
    const schema = matchSchema(config, input, node);
    const held = new PatternRows(config, input, node);
    return new OrderedOperator({ node, input, schema, order: 'eventTime', held, logic: new PatternLogic({ config, held, schema, keyColumns: input.keys.length }) });
  }
};

function checkPattern({ sequence, contiguity, withinMs, skip, measures }: PatternConfig, path: string): void {
  const names = sequence.map(({ name }) => name);
  const check = (name: string, place: string): void => {
    if (!names.includes(name)) throw patternError(`${path}.${place}`, `there is no variable "${name}"; the sequence has ${quotedNames(names)}.${didYouMean(name, names)}`);
  };
  measures.forEach(({ of }, index) => check(of, `measures[${index}].of`));
  if ('variable' in skip) check(skip.variable, 'skip.variable');
  if (sequence.every(({ min }) => min === 0)) throw patternError(`${path}.sequence`, 'every variable may have no row at all, so that nothing would match; expected one that needs a row. Leave out one of the quantifiers.');
  if (skip.to === 'firstOf' && skip.variable === names[0] && sequence[0]!.min > 0) throw patternError(`${path}.skip`, `the first row of "${names[0]}" is that of the match, which would be found for ever; expected another row. Use toNextRow.`);
  if (contiguity === 'relaxed' && withinMs === null) throw patternError(`${path}.withinMs`, 'a relaxed pattern without withinMs would wait for ever; expected a time. Say how long a match may take.');
}

function patternError(place: string, words: string): PlanError {
  return new PlanError('PATTERN', `pattern at ${place}: ${words}`, { details: { path: place } });
}

function matchSchema(config: PatternConfig, input: StreamType, path: string): Schema {
  const keys = input.keys.map(name => requireField(input.schema, name, 'pattern', path));
  const bounds: readonly Field[] = [
    { name: 'matchStartMs', type: 'timestampMs', nullable: false },
    { name: 'matchEndMs', type: 'timestampMs', nullable: false }
  ];
  const measures = config.measures.map((measure, index) => measureField(measure, input, `${path}.measures[${index}]`));
  return withFields({ fields: keys }, [...bounds, ...measures], 'pattern', path);
}

function measureField(measure: PatternMeasure, input: StreamType, path: string): Field {
  const { name, fn } = measure;
  if (fn === 'count') return { name, type: 'int64', nullable: false };
  if (fn === 'first' || fn === 'last') return { ...requireField(input.schema, measure.column, `pattern.${fn}`, path), name, nullable: true };
  const field = numberField(input, measure.column, `pattern.${fn}`, path);
  return { name, type: 'float64', nullable: true, ...unitOf(field), ...derivedTags([field]) };
}
