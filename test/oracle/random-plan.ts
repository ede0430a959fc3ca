import type { Expression } from '../../engine/expression/ast';
import type { AggregateUse } from '../../engine/plan/nodes/aggregate-use';
import type { WindowNode, WindowSpec } from '../../engine/plan/nodes/window';
import type { Plan, PlanNode } from '../../engine/plan/plan';
import type { StreamType } from '../../engine/operator/operator';
import { parsePlan } from '../../engine/plan/parse-plan';
import { resolveTypes } from '../../engine/plan/resolve-types';
import type { Field } from '../../engine/schema/schema';
import { NAIVE_AGGREGATES } from './naive-aggregates';
import type { Random } from './random';

const FIELDS: readonly Field[] = [
  { name: 't', type: 'timestampMs', nullable: false },
  { name: 'k', type: 'utf8', nullable: true },
  { name: 'x', type: 'float64', nullable: true },
  { name: 'n', type: 'int64', nullable: true }
];
/** Aggregates whose results are the same whatever the order of the sums. */
const EXACT = new Set(['count', 'countDistinct', 'sum', 'min', 'max', 'first', 'last', 'median']);

/** A Plan of one or two sources and up to six operators, with a sink at its end and often one in the middle. */
export function randomPlan(random: Random): Plan {
  const nodes: PlanNode[] = [randomSource(random, 'north')];
  let current = 'north';
  if (random.chance(0.4)) {
    nodes.push(randomSource(random, 'south'), random.chance(0.5) ? { id: 'both', op: 'union', inputs: ['north', 'south'], config: {} } : randomJoin(random));
    current = 'both';
  }
  const steps = random.int(1, 5);
  for (let index = 0; index < steps; index++) {
    const node = randomNode(random, `step${index}`, current, nodes);
    if (node === null) continue;
    nodes.push(node);
    current = node.id;
    if (random.chance(0.15)) nodes.push(sinkOf(current, `middle${index}`));
  }
  nodes.push(sinkOf(current, 'end'));
  return parsePlan({ littoralPlan: 1, name: 'random', nodes });
}

function randomSource(random: Random, id: string): PlanNode {
  return {
    id,
    op: 'source',
    config: {
      connector: 'mqtt',
      topic: `${id}/+`,
      connection: 'plant',
      decoder: { format: 'json' },
      schema: { fields: FIELDS },
      eventTime: 't',
      maxOutOfOrdernessMs: random.pick([0, 1, 30, 200]),
      maxFutureSkewMs: random.pick([null, 100, 100]),
      idleTimeoutMs: random.pick([null, 50, 90, 400]),
      watermarkPer: random.pick(['source', 'source', 'topic'])
    }
  };
}

function randomJoin(random: Random): PlanNode {
  const lowerMs = random.int(-60, 20);
  return { id: 'both', op: 'intervalJoin', inputs: ['north', 'south'], config: { on: ['k'], as: { left: '', right: 'r_' }, latePolicy: 'drop', lowerMs, upperMs: lowerMs + random.int(0, 80), type: 'inner' } };
}

function sinkOf(input: string, name: string): PlanNode {
  return { id: `sink-${name}`, op: 'sink', input, config: { connector: 'lake', name, table: name, partitionBy: [] } };
}

function randomNode(random: Random, id: string, input: string, nodes: readonly PlanNode[]): PlanNode | null {
  const type = resolveTypes({ littoralPlan: 1, name: 'part', nodes }).get(input)!;
  const numbers = type.schema.fields.filter(field => field.type === 'float64' || field.type === 'int64');
  if (numbers.length === 0) return null;
  const kind = random.pick(['filter', 'select', 'derive', 'keyBy', 'keyBy', 'window', 'window', 'window', 'stateful', 'stateful', 'columns'] as const);
  switch (kind) {
    case 'filter':
      return { id, op: 'filter', input, config: { predicate: { kind: 'binary', op: random.pick(['>', '<', '>=', '!=']), left: randomNumber(random, numbers, 2), right: literal(random) } } };
    case 'select':
    case 'derive': {
      const columns = [{ name: 'x', expression: asDouble(randomNumber(random, numbers, 2)) }, { name: 'n', expression: column(random.pick(numbers)) }];
      const free = columns.filter(({ name }) => !type.keys.includes(name));
      return { id, op: kind, input, config: { columns: kind === 'select' ? free : free.slice(0, 1) } };
    }
    case 'keyBy': {
      const keys = type.schema.fields.filter(field => field.name === 'k' || field.name === 'n');
      return keys.length === 0 ? null : { id, op: 'keyBy', input, config: { columns: random.chance(0.3) ? keys.map(({ name }) => name) : [random.pick(keys).name] } };
    }
    case 'window':
      return randomWindow(random, id, input, numbers, type.keys);
    case 'stateful':
      return randomStateful(random, id, input, numbers, type.keys.length > 0);
    case 'columns':
      return randomColumns(random, id, input, type);
  }
}

function randomStateful(random: Random, id: string, input: string, numbers: readonly Field[], keyed: boolean): PlanNode {
  const field = random.pick(numbers);
  const added = { column: field.name, as: `${id}-added` };
  switch (random.pick(['lag', 'diff', 'deadband', 'throttle', 'deduplicate'] as const)) {
    case 'lag':
      return { id, op: 'lag', input, config: { ...added, rows: random.int(1, 4) } };
    case 'diff':
      return { id, op: 'diff', input, config: { ...added, order: 1 } };
    case 'deadband':
      return { id, op: 'deadband', input, config: { column: field.name, band: { absolute: random.int(0, 40) / 8 } } };
    case 'throttle':
      return { id, op: 'throttle', input, config: { everyMs: random.pick([1, 20, 300]) } };
    case 'deduplicate':
      return { id, op: 'deduplicate', input, config: { by: keyed && random.chance(0.5) ? [] : [field.name], keep: 'first', withinMs: null, identitiesMax: 1_000 } };
  }
}

/** Drops or renames a column that is neither a key nor needed by what follows. */
function randomColumns(random: Random, id: string, input: string, { schema, keys }: StreamType): PlanNode | null {
  const free = schema.fields.filter(({ name }) => !keys.includes(name) && name !== 't' && name !== 'x');
  if (free.length < 2) return null;
  const { name } = random.pick(free);
  return random.chance(0.5) ? { id, op: 'drop', input, config: { columns: [name] } } : { id, op: 'rename', input, config: { columns: { [name]: `${id}-renamed` } } };
}

function randomWindow(random: Random, id: string, input: string, numbers: readonly Field[], keys: readonly string[]): WindowNode {
  const window = randomSpec(random);
  const wanted = random.int(1, 5);
  const aggregates: AggregateUse[] = [{ name: keys.includes('n') ? 'rows' : 'n', fn: 'count' }];
  for (let index = 0; index < wanted; index++) aggregates.push(randomAggregate(random, index, numbers));
  const mayBeLate = window.kind === 'tumbling' || window.kind === 'hopping' || window.kind === 'cumulating';
  return { id, op: 'window', input, config: { window, aggregates, allowedLatenessMs: mayBeLate ? random.pick([0, 0, 1, 40, 500]) : 0, latePolicy: 'drop', emit: 'onClose' } };
}

function randomAggregate(random: Random, index: number, numbers: readonly Field[]): AggregateUse {
  const field = random.pick(numbers);
  const fn = random.pick(['count', 'countDistinct', ...NAIVE_AGGREGATES]);
  return { name: EXACT.has(fn) && index === 0 && field.type === 'float64' && fn !== 'count' && fn !== 'countDistinct' ? 'x' : `a${index}`, fn, column: field.name };
}

function randomSpec(random: Random): WindowSpec {
  const sizeMs = random.pick([1, 7, 50, 200, 1_000]);
  const offsetWithin = (bound: number): number => (random.chance(0.5) ? 0 : random.int(1 - bound, bound - 1));
  switch (random.pick(['tumbling', 'hopping', 'cumulating', 'session', 'counting', 'sliding', 'slidingRows'] as const)) {
    case 'tumbling':
      return { kind: 'tumbling', sizeMs, offsetMs: offsetWithin(sizeMs) };
    case 'hopping': {
      const hopMs = Math.max(1, Math.round(sizeMs / random.pick([0.5, 1, 2, 3, 4.5])));
      return { kind: 'hopping', sizeMs, hopMs, offsetMs: offsetWithin(hopMs) };
    }
    case 'cumulating': {
      const stepMs = random.pick([1, 10, 60]);
      return { kind: 'cumulating', maxSizeMs: stepMs * random.int(1, 5), stepMs, offsetMs: offsetWithin(stepMs) };
    }
    case 'session':
      return { kind: 'session', gapMs: random.pick([1, 15, 100]), maxDurationMs: null };
    case 'counting':
      return { kind: 'counting', rows: random.int(1, 5), hopRows: random.int(1, 6), emitPartial: random.chance(0.3) };
    case 'sliding':
      return { kind: 'sliding', sizeMs };
    case 'slidingRows':
      return { kind: 'sliding', rows: random.int(1, 6) };
  }
}

function randomNumber(random: Random, fields: readonly Field[], depth: number): Expression {
  if (depth === 0 || random.chance(0.3)) return column(random.pick(fields));
  const right = random.chance(0.5) ? literal(random) : randomNumber(random, fields, depth - 1);
  return { kind: 'binary', op: random.pick(['+', '-', '*']), left: randomNumber(random, fields, depth - 1), right };
}

/** float64 of any number. */
function asDouble(expression: Expression): Expression {
  return { kind: 'binary', op: '*', left: expression, right: { kind: 'literal', value: 0.5, type: 'float64' } };
}

function column({ name }: Field): Expression {
  return { kind: 'column', name };
}

function literal(random: Random): Expression {
  return { kind: 'literal', value: random.int(-40, 40) / 8 + 1 / 16, type: 'float64' };
}
