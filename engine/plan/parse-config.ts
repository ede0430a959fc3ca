import { expressionFromJson } from '../expression/json';
import { columnNames } from './column-names';
import { ObjectReader } from './json-reader';
import { PLAN_LIMITS } from './limits';
import { parsePredict } from './nodes/predict';
import { parseComputedColumns, shapingParsers } from './nodes/shaping';
import { signalParsers } from './nodes/signal';
import { parseSink } from './nodes/sink';
import { parseSource } from './nodes/source';
import { statefulParsers } from './nodes/stateful';
import { streamsParsers } from './nodes/streams';
import { parseWindow } from './nodes/window';
import type { FilterNode, KeyByNode, PlanNode } from './plan';

type ConfigOf<Op extends PlanNode['op']> = Extract<PlanNode, { readonly op: Op }>['config'];

/** The shape of each operator's config, read strictly from untrusted JSON; what it means is checked by the operator's spec. */
export const configParsers: { readonly [Op in PlanNode['op']]: (json: unknown, path: string) => ConfigOf<Op> } = {
  source: parseSource,
  filter: parseFilter,
  select: parseComputedColumns,
  keyBy: parseKeyBy,
  window: parseWindow,
  predict: parsePredict,
  sink: parseSink,
  ...shapingParsers,
  ...statefulParsers,
  ...streamsParsers,
  ...signalParsers
};

function parseFilter(json: unknown, path: string): FilterNode['config'] {
  const reader = new ObjectReader(json, path);
  const predicate = expressionFromJson(reader.raw('predicate'), reader.at('predicate'));
  reader.end();
  return { predicate };
}

function parseKeyBy(json: unknown, path: string): KeyByNode['config'] {
  const reader = new ObjectReader(json, path);
  const columns = columnNames(reader, 'columns', 1, PLAN_LIMITS.keyColumnsMax);
  reader.end();
  return { columns };
}
