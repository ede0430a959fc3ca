import type { ModelContract, ModelTensor } from '../../model/model-contract';
import type { ManifestFile } from '../manifest';

/** What is known of a model of a bundle, and which nodes of the plan ask it. */
export interface ModelFacts {
  /** Or why the file gives none, in one sentence; an agent refuses such a bundle. */
  readonly contract: ModelContract | string;
  readonly nodes: readonly string[];
}

export const MODEL_REF = 'model:';

/** A model as CycloneDX has it: `machine-learning-model` with the card that its file gives. */
export function modelComponent({ path, size, sha256 }: ManifestFile, { contract, nodes }: ModelFacts): unknown {
  return {
    type: 'machine-learning-model',
    'bom-ref': `${MODEL_REF}${path}`,
    name: path,
    version: sha256.slice(0, 16),
    hashes: [{ alg: 'SHA-256', content: sha256 }],
    modelCard: { modelParameters: typeof contract === 'string' ? {} : parametersOf(contract) },
    properties: [
      property('format', 'onnx'),
      property('bytes', size),
      ...(typeof contract === 'string' ? [property('unreadable', contract)] : propertiesOf(contract)),
      ...nodes.map(node => property('usedBy', node))
    ]
  };
}

function parametersOf({ nodeCount, inputs, outputs }: ModelContract): unknown {
  return {
    modelArchitecture: `ONNX graph of ${nodeCount} nodes`,
    inputs: inputs.map(tensor => ({ format: formatOf(tensor) })),
    outputs: outputs.map(tensor => ({ format: formatOf(tensor) }))
  };
}

function propertiesOf({ irVersion, opsets, producer }: ModelContract): readonly unknown[] {
  return [
    property('irVersion', irVersion),
    ...[...opsets].map(([domain, version]) => property(`opset:${domain}`, version)),
    ...(producer === '' ? [] : [property('producer', producer)])
  ];
}

function property(name: string, value: number | string): unknown {
  return { name: `littoral:model:${name}`, value: String(value) };
}

/** `features: tensor(float) [any, 4]` */
function formatOf({ name, type, shape }: ModelTensor): string {
  return `${name}: ${type} [${shape.map(extent => extent ?? 'any').join(', ')}]`;
}
