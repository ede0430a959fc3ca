import { expressionFromJson } from '../expression/json';
import { columnForm, connectionForm, modelForm, nameForm, topicFilterForm, topicTemplateForm } from './forms';
import { ObjectReader, refuseDuplicates } from './json-reader';
import { PLAN_LIMITS } from './limits';
import { parseSchema } from './parse-schema';
import type { FilterNode, KeyByNode, PlanNode, PredictNode, SelectNode, SinkConfig, SourceConfig, WindowNode, WindowSpec } from './plan';

type ConfigOf<Op extends PlanNode['op']> = Extract<PlanNode, { readonly op: Op }>['config'];
const OPTIONS_MAX = 32;
const OPTION_TEXT_LENGTH_MAX = 256;

/** The shape of each operator's config, read strictly from untrusted JSON; what it means is checked by the operator's spec. */
export const configParsers: { readonly [Op in PlanNode['op']]: (json: unknown, path: string) => ConfigOf<Op> } = {
  source: parseSource,
  filter: parseFilter,
  select: parseSelect,
  keyBy: parseKeyBy,
  window: parseWindow,
  predict: parsePredict,
  sink: parseSink
};

function parseSource(json: unknown, path: string): SourceConfig {
  const reader = new ObjectReader(json, path);
  const decoder = reader.object('decoder');
  const config: SourceConfig = {
    connector: reader.oneOf('connector', ['mqtt']),
    topic: reader.text('topic', PLAN_LIMITS.topicLengthMax, topicFilterForm),
    connection: reader.text('connection', PLAN_LIMITS.nameLengthMax, connectionForm),
    decoder: { format: decoder.oneOf('format', ['json']) },
    schema: parseSchema(reader.raw('schema'), reader.at('schema')),
    eventTime: columnName(reader, 'eventTime'),
    ...(reader.has('topicColumns') ? { topicColumns: reader.entries('topicColumns', 0, PLAN_LIMITS.columnsMax, (levels, column) => levels.integer(column, 0, PLAN_LIMITS.topicLevelMax)) } : {}),
    maxOutOfOrdernessMs: reader.integer('maxOutOfOrdernessMs', 0),
    maxFutureSkewMs: reader.integerOrNull('maxFutureSkewMs', 0),
    idleTimeoutMs: reader.integerOrNull('idleTimeoutMs', 1),
    watermarkPer: reader.oneOf('watermarkPer', ['source', 'topic'])
  };
  decoder.end();
  reader.end();
  return config;
}

function parseFilter(json: unknown, path: string): FilterNode['config'] {
  const reader = new ObjectReader(json, path);
  const predicate = expressionFromJson(reader.raw('predicate'), reader.at('predicate'));
  reader.end();
  return { predicate };
}

function parseSelect(json: unknown, path: string): SelectNode['config'] {
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

function parseKeyBy(json: unknown, path: string): KeyByNode['config'] {
  const reader = new ObjectReader(json, path);
  const columns = columnNames(reader, 'columns', 1, PLAN_LIMITS.keyColumnsMax);
  reader.end();
  return { columns };
}

function parseWindow(json: unknown, path: string): WindowNode['config'] {
  const reader = new ObjectReader(json, path);
  const config: WindowNode['config'] = {
    window: parseWindowSpec(reader.object('window')),
    aggregates: reader.list('aggregates', 1, PLAN_LIMITS.aggregatesMax, parseAggregate),
    allowedLatenessMs: reader.integer('allowedLatenessMs', 0),
    latePolicy: reader.oneOf('latePolicy', ['drop', 'deadLetter'])
  };
  reader.end();
  refuseDuplicates(config.aggregates.map(aggregate => aggregate.name), reader.at('aggregates'), 'aggregate');
  return config;
}

function parseWindowSpec(reader: ObjectReader): WindowSpec {
  const spec: WindowSpec = {
    kind: reader.oneOf('kind', ['tumbling']),
    sizeMs: reader.integer('sizeMs', 1),
    offsetMs: reader.integer('offsetMs', Number.MIN_SAFE_INTEGER)
  };
  reader.end();
  return spec;
}

function parseAggregate(json: unknown, path: string): WindowNode['config']['aggregates'][number] {
  const reader = new ObjectReader(json, path);
  const aggregate = {
    name: columnName(reader, 'name'),
    fn: reader.text('fn', PLAN_LIMITS.nameLengthMax, nameForm),
    ...(reader.has('column') ? { column: columnName(reader, 'column') } : {}),
    ...(reader.has('options') ? { options: reader.entries('options', 0, OPTIONS_MAX, parseOption) } : {})
  };
  reader.end();
  return aggregate;
}

function parseOption(reader: ObjectReader, key: string): number | string | boolean | null {
  const value = reader.raw(key);
  if (value === null || typeof value === 'boolean') return value;
  return typeof value === 'number' ? reader.number(key, -Number.MAX_VALUE, Number.MAX_VALUE) : reader.text(key, OPTION_TEXT_LENGTH_MAX);
}

function parsePredict(json: unknown, path: string): PredictNode['config'] {
  const reader = new ObjectReader(json, path);
  const config: PredictNode['config'] = {
    model: reader.text('model', PLAN_LIMITS.columnNameLengthMax, modelForm),
    inputs: reader.entries('inputs', 1, PLAN_LIMITS.tensorsMax, (inputs, tensor) => columnNames(inputs, tensor, 1, PLAN_LIMITS.columnsMax)),
    outputs: reader.entries('outputs', 1, PLAN_LIMITS.tensorsMax, (outputs, tensor) => {
      const output = outputs.object(tensor);
      const parsed = { column: columnName(output, 'column'), type: output.oneOf('type', ['float32', 'float64', 'int64', 'int32']) };
      output.end();
      return parsed;
    }),
    onError: reader.oneOf('onError', ['deadLetter', 'null'])
  };
  reader.end();
  return config;
}

function parseSink(json: unknown, path: string): SinkConfig {
  const reader = new ObjectReader(json, path);
  const connector = reader.oneOf('connector', ['mqtt', 'lake']);
  const name = reader.text('name', PLAN_LIMITS.nameLengthMax, nameForm);
  const config: SinkConfig =
    connector === 'lake'
      ? {
          connector,
          name,
          table: reader.text('table', PLAN_LIMITS.nameLengthMax, nameForm),
          partitionBy: columnNames(reader, 'partitionBy', 0, PLAN_LIMITS.partitionColumnsMax)
        }
      : {
          connector,
          name,
          topic: reader.text('topic', PLAN_LIMITS.topicLengthMax, topicTemplateForm),
          connection: reader.text('connection', PLAN_LIMITS.nameLengthMax, connectionForm),
          qos: reader.oneOf('qos', [0, 1, 2]),
          retain: reader.boolean('retain')
        };
  reader.end();
  return config;
}

function columnName(reader: ObjectReader, name: string): string {
  return reader.text(name, PLAN_LIMITS.columnNameLengthMax, columnForm);
}

function columnNames(reader: ObjectReader, name: string, min: number, max: number): readonly string[] {
  const names = reader.list(name, min, max, (item, path) => {
    const holder = new ObjectReader({ name: item }, path);
    return holder.text('name', PLAN_LIMITS.columnNameLengthMax, columnForm);
  });
  refuseDuplicates(names, reader.at(name), 'column');
  return names;
}
