import type { GraphInput } from '../../engine/graph/graph-api';
import { inputsOf } from '../../engine/plan/inputs-of';
import type { WindowNode } from '../../engine/plan/nodes/window';
import type { Plan, PlanNode } from '../../engine/plan/plan';
import { resolveTypes } from '../../engine/plan/resolve-types';
import { evaluateNaively } from '../engine/expression/oracle';
import type { Expression } from '../../engine/expression/ast';
import type { Schema } from '../../engine/schema/schema';
import type { Cell, Cells, Event, Losses, Stream } from './events';
import { noLosses } from './events';
import { naiveCounting, naiveSession, naiveSliding } from './naive-keyed-window';
import { naiveIntervalJoin } from './naive-join';
import { naiveDeadband, naiveDeduplicateFirst, naiveDiff, naiveLag, naiveThrottle } from './naive-stateful';
import { naiveSource } from './naive-source';
import { naiveUnion } from './naive-union';
import { naiveAligned } from './naive-window';

/** One row that left, by the oracle. */
export interface NaiveRow {
  readonly sink: string;
  readonly at: number;
  readonly eventTimeMs: number;
  readonly row: Cells;
}
export interface NaiveResult {
  readonly rows: readonly NaiveRow[];
  readonly losses: ReadonlyMap<string, Losses>;
}

/** Runs `plan` over all inputs at once, node by node, each from the words of the semantics: nothing is kept but lists. */
export function naivePipeline(plan: Plan, inputs: readonly GraphInput[]): NaiveResult {
  const types = resolveTypes(plan);
  const streams = new Map<string, Stream>();
  const losses = new Map<string, Losses>();
  const rows: NaiveRow[] = [];
  for (const node of plan.nodes) {
    const own = noLosses();
    losses.set(node.id, own);
    const before = inputsOf(node).map(input => streams.get(input)!);
    const schemas = inputsOf(node).map(input => types.get(input)!.schema);
    if (node.op === 'sink') {
      for (const event of before[0]!.events) if (event.kind === 'row') rows.push({ sink: node.config.name, at: event.at, eventTimeMs: event.t, row: event.cells });
    } else streams.set(node.id, naiveNode(node, before, schemas, inputs, own));
  }
  return { rows: inOrder(plan, rows), losses };
}

function naiveNode(node: Exclude<PlanNode, { op: 'sink' }>, before: readonly Stream[], schemas: readonly Schema[], inputs: readonly GraphInput[], losses: Losses): Stream {
  const [first] = before;
  const [schema] = schemas;
  switch (node.op) {
    case 'source':
      return naiveSource(node.config, inputs, losses);
    case 'union':
      return naiveUnion(before);
    case 'filter': {
      const kept = first!.events.filter(event => event.kind !== 'row' || evaluateNaively(node.config.predicate, plain(event.cells), schema!) === true);
      losses.filtered = first!.events.length - kept.length;
      return { ...first!, events: kept };
    }
    case 'select':
      return { ...first!, events: mapRows(first!.events, cells => ({ ...only(cells, first!.keys), ...Object.fromEntries(node.config.columns.map(({ name, expression }) => [name, computed(expression, cells, schema!)])) })) };
    case 'keyBy':
      return { ...first!, keys: node.config.columns };
    case 'window':
      return { keys: first!.keys, events: naiveWindow(node.config, first!, losses) };
    case 'derive':
      return { ...first!, events: mapRows(first!.events, cells => ({ ...cells, ...Object.fromEntries(node.config.columns.map(({ name, expression }) => [name, computed(expression, cells, schema!)])) })) };
    case 'drop':
      return { ...first!, events: mapRows(first!.events, cells => only(cells, Object.keys(cells).filter(name => !node.config.columns.includes(name)))) };
    case 'rename':
      return { keys: first!.keys.map(name => node.config.columns[name] ?? name), events: mapRows(first!.events, cells => Object.fromEntries(Object.entries(cells).map(([name, cell]) => [node.config.columns[name] ?? name, cell]))) };
    case 'lag':
      return { ...first!, events: naiveLag(node.config, first!) };
    case 'diff':
      return { ...first!, events: naiveDiff(node.config, first!) };
    case 'deadband':
      return { ...first!, events: naiveDeadband(node.config, first!, losses) };
    case 'throttle':
      return { ...first!, events: naiveThrottle(node.config, first!, losses) };
    case 'deduplicate':
      return { ...first!, events: naiveDeduplicateFirst(node.config, first!, losses) };
    case 'intervalJoin':
      return { keys: node.config.on, events: naiveIntervalJoin(node.config, before, losses) };
    default:
      throw new Error(`the oracle does not know "${node.op}"`);
  }
}

function naiveWindow(config: WindowNode['config'], input: Stream, losses: Losses): Event[] {
  const { window } = config;
  switch (window.kind) {
    case 'session':
      return naiveSession(config, window, input, losses);
    case 'counting':
      return naiveCounting(config, window, input, losses);
    case 'sliding':
      return naiveSliding(config, window, input, losses);
    default:
      return naiveAligned(config, window, input, losses);
  }
}

function mapRows(events: readonly Event[], change: (cells: Cells) => Cells): Event[] {
  return events.map(event => (event.kind === 'row' ? { ...event, cells: change(event.cells) } : event));
}

function only(cells: Cells, names: readonly string[]): Cells {
  return Object.fromEntries(names.map(name => [name, cells[name]!]));
}

function computed(expression: Expression, cells: Cells, schema: Schema): Cell {
  return evaluateNaively(expression, plain(cells), schema);
}

function plain(cells: Cells): Record<string, number | bigint | string | boolean | null> {
  return cells as Record<string, number | bigint | string | boolean | null>;
}

/** By input, then by the position of the sink in the plan. */
function inOrder(plan: Plan, rows: readonly NaiveRow[]): NaiveRow[] {
  const sinks = plan.nodes.flatMap(node => (node.op === 'sink' ? [node.config.name] : []));
  return [...rows].sort((a, b) => a.at - b.at || sinks.indexOf(a.sink) - sinks.indexOf(b.sink));
}
