import type { ModelLimits, ModelRefusalReason, ModelTensor } from './model-contract';
import { ELEMENT_TYPES, tensorFacts, tensorsOfSparse } from './onnx-tensor';
import type { Message, ProtobufField } from './protobuf';
import { fieldsOf, messageOf, textOf } from './protobuf';

/** A value in a graph's signature: a tensor, or the name of what it is instead. */
export type GraphValue = ModelTensor | { readonly name: string; readonly other: string };

export interface GraphFacts {
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
}

const CONTROL_FLOW: ReadonlySet<string> = new Set(['If', 'Loop', 'Scan', 'SequenceMap']);

/** Walks a GraphProto and the graphs in its attributes; collects operators and what is not allowed. */
export class GraphWalker {
  readonly problems = new Map<ModelRefusalReason, string>();
  readonly ops = new Map<string, number>();
  readonly domains = new Set<string>();
  nodeCount = 0;

  constructor(private readonly limits: ModelLimits) {}

  /** `outer`: names that the graphs around this one define. */
  walk(graph: Message, depth: number, outer: ReadonlySet<string>): GraphFacts {
    if (depth > this.limits.depthMax) {
      this.problem('tooDeep', `graphs are nested deeper than ${this.limits.depthMax}`);
      return { inputs: [], outputs: [] };
    }
    const fields = [...fieldsOf(graph)];
    const initializers = new Set<string>();
    for (const field of fields) {
      if (field.number === 5) initializers.add(this.tensor(messageOf(graph, field)));
      else if (field.number === 15) for (const name of this.sparse(messageOf(graph, field))) initializers.add(name);
    }
    const values = (number: number): GraphValue[] => fields.filter(field => field.number === number).map(field => graphValue(messageOf(graph, field)));
    const inputs = values(11).filter(value => !initializers.has(value.name));
    const outputs = values(12);
    const defined = new Set([...outer, ...initializers, ...inputs.map(input => input.name)]);
    for (const field of fields) if (field.number === 1) this.node(messageOf(graph, field), depth, defined);
    const missing = outputs.find(output => !defined.has(output.name));
    if (missing !== undefined) this.problem('badGraph', `no node gives output "${missing.name}"`);
    return { inputs, outputs };
  }

  private problem(reason: ModelRefusalReason, detail: string): void {
    if (!this.problems.has(reason)) this.problems.set(reason, detail);
  }

  private node(node: Message, depth: number, defined: Set<string>): void {
    const fields = [...fieldsOf(node)];
    const text = (number: number): string => {
      const field = fields.find(candidate => candidate.number === number);
      return field === undefined ? '' : textOf(node, field);
    };
    const names = (number: number): string[] => fields.filter(field => field.number === number).map(field => textOf(node, field));
    const domain = text(7) === '' ? 'ai.onnx' : text(7);
    const op = text(4);
    this.nodeCount += 1;
    this.domains.add(domain);
    const label = domain === 'ai.onnx' ? op : `${domain}:${op}`;
    this.ops.set(label, (this.ops.get(label) ?? 0) + 1);
    if (this.nodeCount > this.limits.nodesMax) this.problem('tooManyNodes', `it has more than ${this.limits.nodesMax} nodes`);
    if (domain === 'ai.onnx' && CONTROL_FLOW.has(op)) this.problem('controlFlow', `node "${text(3)}" is ${op}; control flow is not allowed`);
    const undefinedInput = names(1).find(name => name !== '' && !defined.has(name));
    if (undefinedInput !== undefined) this.problem('badGraph', `${op} reads "${undefinedInput}", which nothing before it gives`);
    for (const field of fields) if (field.number === 5) this.attribute(messageOf(node, field), depth, defined);
    for (const name of names(2)) {
      if (name === '') continue;
      if (defined.has(name)) this.problem('badGraph', `"${name}" is given twice`);
      defined.add(name);
    }
  }

  private attribute(attribute: Message, depth: number, defined: ReadonlySet<string>): void {
    for (const field of fieldsOf(attribute)) {
      if (field.number === 5 || field.number === 10) this.tensor(messageOf(attribute, field));
      else if (field.number === 22 || field.number === 23) this.sparse(messageOf(attribute, field));
      else if (field.number === 6 || field.number === 11) {
        this.walk(messageOf(attribute, field), depth + 1, defined);
        this.problem('controlFlow', 'a node holds a graph of its own; control flow is not allowed');
      }
    }
  }

  /** Checks a tensor and returns its name. */
  private tensor(tensor: Message): string {
    const name = nameOf(tensor, 8);
    const { external, problem } = tensorFacts(tensor);
    if (external) this.problem('externalData', `tensor "${name}" lies in another file; save the model with its data inside`);
    else if (problem !== null) this.problem('badTensor', `tensor "${name}": ${problem}`);
    return name;
  }

  private sparse(sparse: Message): string[] {
    return [...tensorsOfSparse(sparse)].map(tensor => this.tensor(tensor));
  }
}

function nameOf(message: Message, number: number): string {
  for (const field of fieldsOf(message)) if (field.number === number) return textOf(message, field);
  return '';
}

const OTHER_KINDS: ReadonlyMap<number, string> = new Map([
  [4, 'a sequence'],
  [5, 'a map'],
  [7, 'an opaque value'],
  [8, 'a sparse tensor'],
  [9, 'an optional value']
]);

function graphValue(value: Message): GraphValue {
  const name = nameOf(value, 1);
  const type = find(value, 2);
  if (type === null) return { name, other: 'a value without a type' };
  const tensor = find(type, 1);
  if (tensor === null) {
    const kinds = [...fieldsOf(type)].map(field => OTHER_KINDS.get(field.number)).filter(kind => kind !== undefined);
    return { name, other: kinds[0] ?? 'a value of unknown type' };
  }
  let element = 0;
  for (const field of fieldsOf(tensor)) if (field.number === 1) element = field.value;
  const known = ELEMENT_TYPES.get(element);
  if (known === undefined) return { name, other: `a tensor of element type ${element}` };
  const shape = find(tensor, 2);
  return { name, type: `tensor(${known.name})`, shape: shape === null ? [] : dimensions(shape) };
}

function dimensions(shape: Message): (number | string | null)[] {
  const sizes: (number | string | null)[] = [];
  for (const field of fieldsOf(shape)) {
    if (field.number !== 1) continue;
    const dimension = messageOf(shape, field);
    let size: number | string | null = null;
    for (const part of fieldsOf(dimension)) {
      if (part.number === 1 && part.wire === 0) size = part.value >= 0 ? part.value : null;
      else if (part.number === 2) size = textOf(dimension, part) || null;
    }
    sizes.push(size);
  }
  return sizes;
}

function find(message: Message, number: number): Message | null {
  let found: ProtobufField | null = null;
  for (const field of fieldsOf(message)) if (field.number === number) found = field;
  return found === null ? null : messageOf(message, found);
}
