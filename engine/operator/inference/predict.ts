import { didYouMean, quotedNames } from '../../did-you-mean';
import { PlanError } from '../../error';
import type { PredictNode, PredictOutputType } from '../../plan/nodes/predict';
import type { Field, Schema } from '../../schema/schema';
import { fieldIndex, isList, isNumeric, typeName } from '../../schema/schema';
import { derivedTags } from '../../schema/tags';
import { onlyInput } from '../only-input';
import type { OperatorSpec, StreamType } from '../operator';
import { PLAN_LIMITS } from '../../plan/limits';
import { PredictOperator } from './predict-operator';
import { RECURRENT_KEYS_MAX } from './recurrent-state';

type PredictConfig = PredictNode['config'];

/** Adds columns that a model computes. */
export const predict: OperatorSpec<PredictConfig> = {
  op: 'predict',
  doc: 'Runs an ONNX model over the rows and adds its outputs as columns. The host runs the model; all rows of a step go in as few batches as possible.',
  fields: [
    { name: 'model', type: 'text', doc: 'File name of the model beside the plan or in the bundle.' },
    { name: 'inputs', type: '{ model input: column names }', doc: 'Columns of each input tensor, in order; a list gives as many values as it has (rows with lists of different lengths go in separate batches), texts go into inputs of texts.' },
    { name: 'outputs', type: '{ model output: { column, type } }', doc: 'New column of each output: one number per row, or a list of numbers.' },
    { name: 'onError', type: "'deadLetter' | 'null' | 'fallback'", default: 'deadLetter', doc: 'What happens to rows without an answer: inference failed, or an input is null.' },
    { name: 'fallback', type: '{ column: number }', doc: "With onError 'fallback': the value of each output column in rows without an answer." },
    { name: 'state', type: '{ state input: { output, shape } }', doc: 'Recurrent models: which output becomes which input of the next row of the key. The first row gets zeros.' },
    { name: 'shapes', type: '{ input: (size | null)[] }', doc: 'Recurrent models: the form of an input for one row, null for the size that its values fill, e.g. [null, 1, 3].' },
    { name: 'shadow', type: '{ model, tolerance, outputs }', doc: 'A second model on the same rows. Its answers are compared with those of the first and counted: rows that agree within the tolerance (default 0), largest and mean difference, failures. With outputs they become columns as well, null where it gave none. It never changes what happens to a row.' },
    { name: 'rowsPerRequest', type: 'number', doc: `Most rows that the model is given at once, 1 to ${PLAN_LIMITS.requestRowsMax}. Rows wait for each other only within a step of the host, whose length bounds the latency.` }
  ],
  drops: "Rows without an answer, as dead letters INFERENCE; none with onError 'null'.",
  memory: `The rows of one step; of a recurrent model the state of each key, at most ${RECURRENT_KEYS_MAX} (KEY_LIMIT).`,
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'predict', path);
    return { schema: predictedSchema(config, input, path), keys: input.keys };
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'predict', node);
    return new PredictOperator({ config, node, input, schema: predictedSchema(config, input, node) });
  }
};

function predictedSchema(config: PredictConfig, input: StreamType, path: string): Schema {
  const names = input.schema.fields.map(field => field.name);
  for (const [tensor, columns] of Object.entries(config.inputs)) {
    if (columns.length === 0) throw new PlanError('MODEL_INPUT', `predict("${config.model}"): input "${tensor}" has no columns. Name at least one of ${quotedNames(names)}.`, { details: { path } });
    for (const column of columns) checkInput(config, tensor, column, input.schema, path);
  }
  const fields: Field[] = [...input.schema.fields];
  const tags = derivedTags(Object.values(config.inputs).flat().map(column => input.schema.fields[fieldIndex(input.schema, column)]));
  const add = (tensor: string, column: string, type: PredictOutputType, nullable: boolean): void => {
    if (fields.some(field => field.name === column)) {
      throw new PlanError('DUPLICATE_COLUMN', `predict("${config.model}"): output "${tensor}" goes to column "${column}", which the stream already has. Give it another name.`, { details: { path, column } });
    }
    fields.push({ name: column, type, nullable, ...tags });
  };
  for (const [tensor, { column, type }] of Object.entries(config.outputs)) add(tensor, column, type, config.onError === 'null');
  for (const [tensor, { column, type }] of Object.entries(config.shadow?.outputs ?? {})) add(tensor, column, type, true);
  checkExtras(config, path);
  return { fields };
}

function checkExtras(config: PredictConfig, path: string): void {
  const fail = (problem: string): never => {
    throw new PlanError('MODEL_OPTION', `predict("${config.model}"): ${problem}`, { details: { path } });
  };
  const columns = Object.values(config.outputs);
  if ((config.onError === 'fallback') !== (config.fallback !== undefined)) fail("onError 'fallback' and the values of fallback go together. Write { onError: 'fallback', fallback: { score: 0 } }.");
  for (const { column, type } of config.fallback === undefined ? [] : columns) {
    const value = config.fallback![column];
    if (typeof type !== 'string' || value === undefined) fail(`column "${column}" has no number to fall back to; expected one in fallback, and an output of one number per row.`);
    else if (type.startsWith('int') && !Number.isSafeInteger(value)) fail(`column "${column}" is ${type}, its fallback is ${value}; expected a whole number.`);
  }
  for (const name of Object.keys(config.fallback ?? {})) if (!columns.some(({ column }) => column === name)) fail(`fallback names "${name}", which is no output column; there are ${quotedNames(columns.map(({ column }) => column))}.`);
  for (const [name, shape] of Object.entries(config.shapes ?? {})) {
    if (config.state === undefined || !Object.hasOwn(config.inputs, name)) fail(`the shape of "${name}" is for an input with columns of a recurrent model; expected such an input, and state.`);
    if (shape.filter(size => size === null).length > 1) fail(`the shape of "${name}" leaves more than one size open. Give all sizes but one.`);
  }
  if (config.state === undefined) return;
  if (config.shadow !== undefined) fail('a recurrent model has no shadow. Run the other model in a branch of its own.');
  for (const name of Object.keys(config.state)) if (Object.hasOwn(config.inputs, name)) fail(`input "${name}" gets columns and a state; expected one of them.`);
}

function checkInput(config: PredictConfig, tensor: string, column: string, schema: Schema, path: string): void {
  const names = schema.fields.map(field => field.name);
  const field = schema.fields[fieldIndex(schema, column)];
  if (field === undefined) {
    throw new PlanError('UNKNOWN_COLUMN', `predict("${config.model}"): input "${tensor}" wants column "${column}"; the stream has ${quotedNames(names)}.${didYouMean(column, names)}`, { details: { path, column } });
  }
  const isText = field.type === 'utf8';
  if (!isText && !isList(field.type) && !isNumeric(field.type)) {
    throw new PlanError('MODEL_INPUT', `predict("${config.model}"): input "${tensor}" wants column "${column}", which is ${typeName(field.type)}; expected a number, a list of numbers or a text. Convert it with select.`, { details: { path, column } });
  }
  const others = config.inputs[tensor]!.filter(name => (schema.fields[fieldIndex(schema, name)]?.type === 'utf8') !== isText);
  if (others.length > 0) throw new PlanError('MODEL_INPUT', `predict("${config.model}"): input "${tensor}" mixes texts and numbers ("${column}", "${others[0]}"); expected one kind. Give them inputs of their own.`, { details: { path, column } });
}
