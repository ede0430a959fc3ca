import type { ModelContract, ModelLimits, ModelRefusal, ModelRefusalReason, ModelTensor } from './model-contract';
import { DEFAULT_MODEL_LIMITS } from './model-contract';
import type { GraphFacts, GraphValue } from './onnx-graph';
import { GraphWalker } from './onnx-graph';
import type { Message } from './protobuf';
import { fieldsOf, messageOf, ProtobufProblem, textOf } from './protobuf';

const IR_VERSIONS = { min: 3, max: 13 };
const OPSETS: ReadonlyMap<string, number> = new Map([
  ['ai.onnx', 26],
  ['ai.onnx.ml', 6]
]);

/** Which of several reasons is told: the most dangerous first. */
const PRECEDENCE: readonly ModelRefusalReason[] = ['tooDeep', 'externalData', 'customDomain', 'badTensor', 'tooManyNodes', 'controlFlow', 'badGraph'];

/**
 * The contract of an ONNX file (protobuf of onnx.proto3), or why the file is refused: data in other files, custom
 * domains and functions, control flow, outputs that are no tensors, more nodes or bytes than allowed, or a damaged graph.
 * Never throws and never runs anything. Operator names and types within the graph are left to ONNX Runtime.
 */
export function readModel(bytes: Uint8Array, limits: Partial<ModelLimits> = {}): { readonly ok: true; readonly contract: ModelContract } | ModelRefusal {
  const bounds = { ...DEFAULT_MODEL_LIMITS, ...limits };
  if (bytes.length > bounds.bytesMax) return refuse('tooLarge', `it has ${bytes.length} bytes, at most ${bounds.bytesMax} are allowed`);
  if (bytes.length === 0) return refuse('notOnnx', 'it is empty');
  try {
    return readModelProto({ bytes, start: 0, end: bytes.length }, bounds);
  } catch (error) {
    if (error instanceof ProtobufProblem) return refuse('notOnnx', `it is no protocol buffer: ${error.message}`);
    throw error;
  }
}

interface ModelParts {
  readonly irVersion: number;
  readonly producer: string;
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: Message | null;
  readonly hasFunctions: boolean;
}

function readModelProto(model: Message, limits: ModelLimits): { readonly ok: true; readonly contract: ModelContract } | ModelRefusal {
  const { irVersion, producer, opsets, graph, hasFunctions } = partsOf(model);
  if (graph === null && opsets.size === 0 && irVersion === 0) return refuse('notOnnx', 'it holds neither a graph nor an operator set');
  if (irVersion < IR_VERSIONS.min || irVersion > IR_VERSIONS.max) {
    return refuse('unknownIrVersion', `its IR version is ${irVersion}, ${IR_VERSIONS.min} to ${IR_VERSIONS.max} are known`);
  }
  if (graph === null) return refuse('badGraph', 'it has no graph');
  const walker = new GraphWalker(limits);
  const facts = walker.walk(graph, 0, new Set());
  const problems = new Map(walker.problems);
  const foreign = hasFunctions ? 'a function of its own' : foreignDomain(walker.domains, opsets);
  if (foreign !== null && !problems.has('customDomain')) problems.set('customDomain', `it uses ${foreign}; only operators of ai.onnx and ai.onnx.ml are allowed`);
  for (const reason of PRECEDENCE) if (problems.has(reason)) return refuse(reason, problems.get(reason) ?? '');
  const opsetRefusal = checkOpsets(opsets, walker.domains);
  if (opsetRefusal !== null) return opsetRefusal;
  const signature = readSignature(facts, limits);
  if ('ok' in signature) return signature;
  const ops = new Map([...walker.ops].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ok: true, contract: { irVersion, producer, opsets, ...signature, nodeCount: walker.nodeCount, ops } };
}

function partsOf(model: Message): ModelParts {
  let irVersion = 0;
  let producer = '';
  let graph: Message | null = null;
  let hasFunctions = false;
  const opsets = new Map<string, number>();
  for (const field of fieldsOf(model)) {
    if (field.number === 1 && field.wire === 0) irVersion = field.value;
    else if (field.number === 2) producer = textOf(model, field);
    else if (field.number === 7) graph = messageOf(model, field);
    else if (field.number === 8) addOpset(opsets, messageOf(model, field));
    else if (field.number === 25) hasFunctions = true;
  }
  return { irVersion, producer, opsets, graph, hasFunctions };
}

function addOpset(opsets: Map<string, number>, opset: Message): void {
  let domain = '';
  let version = 0;
  for (const field of fieldsOf(opset)) {
    if (field.number === 1) domain = textOf(opset, field);
    else if (field.number === 2 && field.wire === 0) version = field.value;
  }
  opsets.set(domain === '' ? 'ai.onnx' : domain, version);
}

function foreignDomain(domains: ReadonlySet<string>, opsets: ReadonlyMap<string, number>): string | null {
  const used = [...domains].find(domain => !OPSETS.has(domain));
  const declared = [...opsets.keys()].find(domain => !OPSETS.has(domain) && domains.has(domain));
  const foreign = used ?? declared;
  return foreign === undefined ? null : `operators of domain "${foreign}"`;
}

function checkOpsets(opsets: ReadonlyMap<string, number>, domains: ReadonlySet<string>): ModelRefusal | null {
  if (opsets.size === 0) return refuse('noOpset', 'it declares no operator set');
  for (const domain of domains) {
    const version = opsets.get(domain);
    if (version === undefined) return refuse('noOpset', `it uses operators of ${domain} without declaring the operator set`);
  }
  for (const [domain, version] of opsets) {
    const newest = OPSETS.get(domain);
    if (newest !== undefined && (version < 1 || version > newest)) return refuse('unknownOpset', `it needs operator set ${version} of ${domain}, 1 to ${newest} are known`);
  }
  return null;
}

function readSignature(facts: GraphFacts, limits: ModelLimits): { inputs: readonly ModelTensor[]; outputs: readonly ModelTensor[] } | ModelRefusal {
  if (facts.outputs.length === 0) return refuse('badGraph', 'it has no outputs');
  const isTensor = (value: GraphValue): value is ModelTensor => 'type' in value;
  const badInput = facts.inputs.find(value => !isTensor(value));
  if (badInput !== undefined && !isTensor(badInput)) return refuse('nonTensorInput', `input "${badInput.name}" is ${badInput.other}; only tensors are allowed`);
  const badOutput = facts.outputs.find(value => !isTensor(value));
  if (badOutput !== undefined && !isTensor(badOutput)) {
    return refuse('nonTensorOutput', `output "${badOutput.name}" is ${badOutput.other}; only tensors are allowed (scikit-learn: convert with zipmap=False)`);
  }
  const inputs = facts.inputs.filter(isTensor);
  const huge = inputs.find(({ shape }) => shape.reduce<number>((product, size) => product * (typeof size === 'number' ? size : 1), 1) > limits.elementsMax);
  if (huge !== undefined) return refuse('tooLarge', `input "${huge.name}" of shape [${huge.shape.join(', ')}] has more than ${limits.elementsMax} elements`);
  return { inputs, outputs: facts.outputs.filter(isTensor) };
}

function refuse(reason: ModelRefusalReason, detail: string): ModelRefusal {
  return { ok: false, reason, detail };
}
