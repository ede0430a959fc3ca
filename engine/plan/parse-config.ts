import { expressionFromJson } from '../expression/json';
import { connectionForm, nameForm, topicFilterForm, topicTemplateForm } from './forms';
import { columnName, columnNames } from './column-names';
import { parseDecoder } from './decoder-config';
import { ObjectReader } from './json-reader';
import { PLAN_LIMITS } from './limits';
import { parsePredict } from './nodes/predict';
import { parseComputedColumns, shapingParsers } from './nodes/shaping';
import { signalParsers } from './nodes/signal';
import { statefulParsers } from './nodes/stateful';
import { streamsParsers } from './nodes/streams';
import { parseWindow } from './nodes/window';
import { parseSchema } from './parse-schema';
import type { FilterNode, KeyByNode, PlanNode, SinkConfig, SourceConfig } from './plan';

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

function parseSource(json: unknown, path: string): SourceConfig {
  const reader = new ObjectReader(json, path);
  const config: SourceConfig = {
    connector: reader.oneOf('connector', ['mqtt']),
    topic: reader.text('topic', PLAN_LIMITS.topicLengthMax, topicFilterForm),
    connection: reader.text('connection', PLAN_LIMITS.nameLengthMax, connectionForm),
    decoder: parseDecoder(reader.object('decoder')),
    schema: parseSchema(reader.raw('schema'), reader.at('schema')),
    eventTime: columnName(reader, 'eventTime'),
    ...(reader.has('topicColumns') ? { topicColumns: reader.entries('topicColumns', 0, PLAN_LIMITS.columnsMax, (levels, column) => levels.integer(column, 0, PLAN_LIMITS.topicLevelMax)) } : {}),
    ...(reader.has('arrivalTimeColumn') ? { arrivalTimeColumn: columnName(reader, 'arrivalTimeColumn') } : {}),
    maxOutOfOrdernessMs: reader.integer('maxOutOfOrdernessMs', 0),
    maxFutureSkewMs: reader.integerOrNull('maxFutureSkewMs', 0),
    idleTimeoutMs: reader.integerOrNull('idleTimeoutMs', 1),
    watermarkPer: reader.oneOf('watermarkPer', ['source', 'topic'])
  };
  reader.end();
  return config;
}

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

function parseSink(json: unknown, path: string): SinkConfig {
  const reader = new ObjectReader(json, path);
  const config = sinkOf(reader);
  reader.end();
  return config;
}

function sinkOf(reader: ObjectReader): SinkConfig {
  const connector = reader.oneOf('connector', ['mqtt', 'lake', 'featureStore']);
  const name = reader.text('name', PLAN_LIMITS.nameLengthMax, nameForm);
  switch (connector) {
    case 'featureStore':
      return { connector, name, view: reader.text('view', PLAN_LIMITS.nameLengthMax, nameForm) };
    case 'lake':
      return {
        connector,
        name,
        table: reader.text('table', PLAN_LIMITS.nameLengthMax, nameForm),
        partitionBy: columnNames(reader, 'partitionBy', 0, PLAN_LIMITS.partitionColumnsMax)
      };
    case 'mqtt':
      return {
        connector,
        name,
        topic: reader.text('topic', PLAN_LIMITS.topicLengthMax, topicTemplateForm),
        connection: reader.text('connection', PLAN_LIMITS.nameLengthMax, connectionForm),
        qos: reader.oneOf('qos', [0, 1, 2]),
        retain: reader.boolean('retain'),
        ...(reader.has('encoder') ? { encoder: parseDecoder(reader.object('encoder')) } : {})
      };
  }
}
