/** What an ONNX file asks for and gives, read without running it. */
export interface ModelContract {
  readonly irVersion: number;
  readonly producer: string;
  /** Operator sets by domain; the default domain is called `ai.onnx`. */
  readonly opsets: ReadonlyMap<string, number>;
  /** Without those that have an initializer. */
  readonly inputs: readonly ModelTensor[];
  readonly outputs: readonly ModelTensor[];
  readonly nodeCount: number;
  /** Operator (`Add`, `ai.onnx.ml:Scaler`) → number of nodes, sorted by name. */
  readonly ops: ReadonlyMap<string, number>;
}

export interface ModelTensor {
  readonly name: string;
  /** As ONNX Runtime writes it: `tensor(float)`, `tensor(int64)` … */
  readonly type: string;
  /** A name or null: any size. */
  readonly shape: readonly (number | string | null)[];
}

export type ModelRefusalReason =
  | 'notOnnx'
  | 'tooLarge'
  | 'tooDeep'
  | 'externalData'
  | 'customDomain'
  | 'badTensor'
  | 'tooManyNodes'
  | 'controlFlow'
  | 'unknownIrVersion'
  | 'noOpset'
  | 'unknownOpset'
  | 'badGraph'
  | 'nonTensorInput'
  | 'nonTensorOutput';

export interface ModelRefusal {
  readonly ok: false;
  readonly reason: ModelRefusalReason;
  /** One sentence. */
  readonly detail: string;
}

export interface ModelLimits {
  readonly bytesMax: number;
  readonly nodesMax: number;
  /** Graphs within graphs. */
  readonly depthMax: number;
  /** Elements of an input whose shape is fixed. */
  readonly elementsMax: number;
}

export const DEFAULT_MODEL_LIMITS: ModelLimits = {
  bytesMax: 256 * 1024 * 1024,
  nodesMax: 50_000,
  depthMax: 20,
  elementsMax: 16 * 1024 * 1024
};
