import { didYouMean, quotedNames } from '../did-you-mean';
import type { PredictNode } from '../plan/plan';
import type { Field, Schema } from '../schema/schema';
import { fieldIndex, isList, typeName } from '../schema/schema';
import type { Tensor } from '../operator/operator';
import type { ModelContract, ModelTensor } from './model-contract';

/** Element types that columns can go into and come out of. */
const TENSOR_TYPES: ReadonlyMap<string, Tensor['type']> = new Map([
  ['tensor(float)', 'float32'],
  ['tensor(double)', 'float64'],
  ['tensor(int32)', 'int32'],
  ['tensor(int64)', 'int64']
]);

/** What does not fit between a model, a predict step and the stream before it; one sentence each, none when all fits. */
export function checkModelFits(contract: ModelContract, config: PredictNode['config'], schema: Schema): readonly string[] {
  const subject = `predict("${config.model}")`;
  return [...inputProblems(contract, config, schema), ...outputProblems(contract, config)].map(problem => `${subject}: ${problem}`);
}

function inputProblems(contract: ModelContract, config: PredictNode['config'], schema: Schema): string[] {
  const names = contract.inputs.map(input => input.name);
  const unbound = names.filter(name => !Object.hasOwn(config.inputs, name)).map(name => `the model's input "${name}" gets no columns. Add it to inputs.`);
  const bound = Object.entries(config.inputs).map(([name, columns]) => {
    const input = contract.inputs.find(candidate => candidate.name === name);
    if (input === undefined) return `the model has no input "${name}"; it has ${quotedNames(names)}.${didYouMean(name, names)}`;
    return columnsProblem(input, columns, schema);
  });
  return [...unbound, ...bound.filter(problem => problem !== null)];
}

function columnsProblem(input: ModelTensor, columns: readonly string[], schema: Schema): string | null {
  const type = TENSOR_TYPES.get(input.type);
  if (type === undefined) return `the model's input "${input.name}" is ${input.type}, which no column can be; expected ${[...TENSOR_TYPES.keys()].join(', ')}.`;
  const fields: Field[] = [];
  for (const name of columns) {
    const field = schema.fields[fieldIndex(schema, name)];
    if (field === undefined) {
      const known = schema.fields.map(candidate => candidate.name);
      return `input "${input.name}" wants column "${name}"; the stream has ${quotedNames(known)}.${didYouMean(name, known)}`;
    }
    fields.push(field);
  }
  const fraction = type.startsWith('int') ? fields.find(field => !/int/.test(typeName(field.type))) : undefined;
  if (fraction !== undefined) return `the model's input "${input.name}" takes integers; column "${fraction.name}" is ${typeName(fraction.type)}.`;
  const width = fields.reduce((sum, { type: own }) => sum + (isList(own) ? (own.size ?? NaN) : 1), 0);
  if (Number.isNaN(width)) return `input "${input.name}" gets a list of variable size; declare its size, e.g. 'list<float64, 100>'.`;
  if (fills(input.shape, width)) return null;
  const shape = input.shape.map(size => size ?? '?').join(', ');
  return `the model's input "${input.name}" has shape [${shape}] (the first size counts rows) and gets ${width} values per row from ${quotedNames(columns)}.`;
}

/** Whether `width` values fill one row of `shape`, whose first size counts rows. */
function fills(shape: ModelTensor['shape'], width: number): boolean {
  const inner = shape.slice(1);
  const fixed = inner.reduce<number>((product, size) => product * (typeof size === 'number' ? size : 1), 1);
  const open = shape.length === 0 || inner.some(size => typeof size !== 'number');
  return open ? width % fixed === 0 : fixed === width;
}

function outputProblems(contract: ModelContract, config: PredictNode['config']): string[] {
  const names = contract.outputs.map(output => output.name);
  const problems: string[] = [];
  for (const [name, { column, type }] of Object.entries(config.outputs)) {
    const output = contract.outputs.find(candidate => candidate.name === name);
    const given = output === undefined ? undefined : TENSOR_TYPES.get(output.type);
    if (output === undefined) problems.push(`the model has no output "${name}"; it has ${quotedNames(names)}.${didYouMean(name, names)}`);
    else if (given === undefined) problems.push(`the model's output "${name}" is ${output.type}, which no column can be; expected ${[...TENSOR_TYPES.keys()].join(', ')}.`);
    else if (type.startsWith('int') && !given.startsWith('int')) problems.push(`the model's output "${name}" is ${output.type}; column "${column}" is ${type}. Declare it float32 or float64.`);
    else if (type === 'int32' && given === 'int64') problems.push(`the model's output "${name}" is ${output.type}; column "${column}" is int32. Declare it int64.`);
  }
  return problems;
}
