import { didYouMean, quotedNames } from '../did-you-mean';
import { PlanError } from '../error';
import type { PredictNode } from '../plan/plan';
import type { Field, Schema } from '../schema/schema';
import { fieldIndex, isList, isNumeric, typeName } from '../schema/schema';
import { onlyInput } from './only-input';
import type { OperatorSpec, StreamType } from './operator';
import { PredictOperator, ROWS_PER_REQUEST_MAX } from './predict-operator';

type PredictConfig = PredictNode['config'];

/** Adds columns that a model computes. */
export const predict: OperatorSpec<PredictConfig> = {
  op: 'predict',
  doc: 'Runs an ONNX model over the rows and adds its outputs as columns. The host runs the model; all rows of a step go in as few batches as possible.',
  fields: [
    { name: 'model', type: 'text', doc: 'File name of the model beside the plan or in the bundle.' },
    { name: 'inputs', type: '{ model input: column names }', doc: 'Columns of each input tensor, in order; a list of fixed size gives as many values.' },
    { name: 'outputs', type: '{ model output: { column, type } }', doc: 'New column of each output; one value per row.' },
    { name: 'onError', type: "'deadLetter' | 'null'", default: 'deadLetter', doc: 'What happens to rows without an answer: inference failed, or an input is null.' }
  ],
  drops: "Rows without an answer, as dead letters INFERENCE; none with onError 'null'.",
  memory: `The rows of one step, asked for in requests of at most ${ROWS_PER_REQUEST_MAX}.`,
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'predict', path);
    return { schema: predictedSchema(config, input, path), keys: input.keys };
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'predict', node);
    return new PredictOperator({ config, node, input: input.schema, schema: predictedSchema(config, input, node) });
  }
};

function predictedSchema(config: PredictConfig, input: StreamType, path: string): Schema {
  const names = input.schema.fields.map(field => field.name);
  for (const [tensor, columns] of Object.entries(config.inputs)) {
    if (columns.length === 0) throw new PlanError('MODEL_INPUT', `predict("${config.model}"): input "${tensor}" has no columns. Name at least one of ${quotedNames(names)}.`, { details: { path } });
    for (const column of columns) checkInput(config, tensor, column, input.schema, path);
  }
  const fields: Field[] = [...input.schema.fields];
  for (const [tensor, { column, type }] of Object.entries(config.outputs)) {
    if (fields.some(field => field.name === column)) {
      throw new PlanError('DUPLICATE_COLUMN', `predict("${config.model}"): output "${tensor}" goes to column "${column}", which the stream already has. Give it another name.`, { details: { path, column } });
    }
    fields.push({ name: column, type, nullable: config.onError === 'null' });
  }
  return { fields };
}

function checkInput(config: PredictConfig, tensor: string, column: string, schema: Schema, path: string): void {
  const names = schema.fields.map(field => field.name);
  const field = schema.fields[fieldIndex(schema, column)];
  if (field === undefined) {
    throw new PlanError('UNKNOWN_COLUMN', `predict("${config.model}"): input "${tensor}" wants column "${column}"; the stream has ${quotedNames(names)}.${didYouMean(column, names)}`, { details: { path, column } });
  }
  const fits = isList(field.type) ? field.type.size !== undefined : isNumeric(field.type);
  if (!fits) {
    throw new PlanError('MODEL_INPUT', `predict("${config.model}"): input "${tensor}" wants column "${column}", which is ${typeName(field.type)}; expected a number or a list of fixed size. Convert it with select.`, { details: { path, column } });
  }
}
