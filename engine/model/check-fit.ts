import { didYouMean, quotedNames } from '../did-you-mean';
import type { PredictNode } from '../plan/nodes/predict';
import type { Field, Schema } from '../schema/schema';
import { fieldIndex, isList, typeName } from '../schema/schema';
import type { InputTensor } from '../operator/operator';
import type { ModelContract, ModelTensor } from './model-contract';

/** Element types that columns can go into and come out of. */
const TENSOR_TYPES: ReadonlyMap<string, InputTensor['type']> = new Map([
  ['tensor(float)', 'float32'],
  ['tensor(double)', 'float64'],
  ['tensor(int32)', 'int32'],
  ['tensor(int64)', 'int64'],
  ['tensor(string)', 'string']
]);

/** What does not fit between a model, a predict step and the stream before it; one sentence each, none when all fits. */
export function checkModelFits(contract: ModelContract, config: PredictNode['config'], schema: Schema): readonly string[] {
  const subject = `predict("${config.model}")`;
  return [...inputProblems(contract, config, schema), ...outputProblems(contract, config)].map(problem => `${subject}: ${problem}`);
}

function inputProblems(contract: ModelContract, config: PredictNode['config'], schema: Schema): string[] {
  const names = contract.inputs.map(input => input.name);
  const states = config.state ?? {};
  const unbound = names.filter(name => !Object.hasOwn(config.inputs, name) && !Object.hasOwn(states, name)).map(name => `the model's input "${name}" gets no columns. Add it to inputs.`);
  const bound = Object.entries(config.inputs).map(([name, columns]) => {
    const input = contract.inputs.find(candidate => candidate.name === name);
    if (input === undefined) return `the model has no input "${name}"; it has ${quotedNames(names)}.${didYouMean(name, names)}`;
    return columnsProblem(input, columns, schema, config.shapes?.[name]);
  });
  return [...stateProblems(contract, states), ...unbound, ...bound.filter(problem => problem !== null)];
}

function stateProblems(contract: ModelContract, states: NonNullable<PredictNode['config']['state']>): string[] {
  const problems: string[] = [];
  for (const [name, { output, shape }] of Object.entries(states)) {
    const [input, next] = [contract.inputs.find(each => each.name === name), contract.outputs.find(each => each.name === output)];
    if (input === undefined || next === undefined) {
      const known = (input === undefined ? contract.inputs : contract.outputs).map(each => each.name);
      problems.push(`the model has no state ${input === undefined ? `input "${name}"` : `output "${output}"`}; it has ${quotedNames(known)}.${didYouMean(input === undefined ? name : output, known)}`);
    } else if (!matches(input.shape, shape) || input.type.includes('int') || input.type.includes('string')) {
      problems.push(`the model's state input "${name}" is ${input.type} [${shapeText(input.shape)}]; expected floats of the shape [${shape.join(', ')}]. Correct the shape in state.`);
    }
  }
  return problems;
}

function matches(shape: ModelTensor['shape'], given: readonly (number | null)[]): boolean {
  return shape.length === given.length && shape.every((size, index) => typeof size !== 'number' || given[index] === null || size === given[index]);
}

function shapeText(shape: ModelTensor['shape']): string {
  return shape.map(size => size ?? '?').join(', ');
}

function columnsProblem(input: ModelTensor, columns: readonly string[], schema: Schema, form: readonly (number | null)[] | undefined): string | null {
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
  const misfit = fields.find(field => (field.type === 'utf8') !== (type === 'string'));
  if (misfit !== undefined) return `the model's input "${input.name}" takes ${type === 'string' ? 'texts' : 'numbers'}; column "${misfit.name}" is ${typeName(misfit.type)}.`;
  const fraction = type.startsWith('int') ? fields.find(field => !/int/.test(typeName(field.type))) : undefined;
  if (fraction !== undefined) return `the model's input "${input.name}" takes integers; column "${fraction.name}" is ${typeName(fraction.type)}.`;
  const width = fields.reduce((sum, { type: own }) => sum + (isList(own) ? (own.size ?? NaN) : 1), 0);
  if (form !== undefined) return matches(input.shape, form) ? null : `the model's input "${input.name}" has shape [${shapeText(input.shape)}]; shapes says [${shapeText(form)}]. Bring them in line.`;
  if (Number.isNaN(width) || fills(input.shape, width)) return null;
  return `the model's input "${input.name}" has shape [${shapeText(input.shape)}] (the first size counts rows) and gets ${width} values per row from ${quotedNames(columns)}.`;
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
  for (const [name, { column, type: own }] of Object.entries(config.outputs)) {
    const type = typeof own === 'string' ? own : own.list;
    const output = contract.outputs.find(candidate => candidate.name === name);
    const given = output === undefined ? undefined : TENSOR_TYPES.get(output.type);
    if (output === undefined) problems.push(`the model has no output "${name}"; it has ${quotedNames(names)}.${didYouMean(name, names)}`);
    else if (given === undefined || given === 'string') problems.push(`the model's output "${name}" is ${output.type}, which no column can be; expected tensors of numbers.`);
    else if (type.startsWith('int') && !given.startsWith('int')) problems.push(`the model's output "${name}" is ${output.type}; column "${column}" is ${type}. Declare it float32 or float64.`);
    else if (type === 'int32' && given === 'int64') problems.push(`the model's output "${name}" is ${output.type}; column "${column}" is int32. Declare it int64.`);
  }
  return problems;
}
