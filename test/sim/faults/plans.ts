import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plan, PlanNode } from '../../../engine/plan/plan';
import { countingPlan } from '../../edge/bundles';

const MODEL = 'mlp.onnx';
const ROOT = resolve(import.meta.dirname, '..', '..', '..');

/** A Plan with the bytes of its models. */
export interface FaultPlan {
  readonly plan: Plan;
  readonly models: Readonly<Record<string, Uint8Array>>;
}

export interface FaultPlanOptions {
  readonly delivery: NonNullable<Plan['delivery']>;
  /** Windows are scored by a model before they leave. */
  readonly model?: boolean;
  /** Rows of a device with an equal time are one row: what a publisher or a broker has sent twice counts once. */
  readonly deduplicate?: boolean;
  readonly sizeMs?: number;
}

/** Windows of each device, scored if wanted, to MQTT and to the lake. */
export function windowsPlan(options: FaultPlanOptions): FaultPlan {
  const { delivery, model = false, deduplicate = false, sizeMs = 250 } = options;
  const base = countingPlan({ sizeMs, delivery });
  let nodes: readonly PlanNode[] = base.nodes;
  if (deduplicate) nodes = insertBefore(nodes, 'second', { id: 'once', op: 'deduplicate', input: 'byDevice', config: { by: ['tMs'], keep: 'first', withinMs: 60_000, identitiesMax: 100_000 } });
  if (model) nodes = insertAfterWindow(nodes);
  return { plan: { ...base, nodes }, models: model ? { [MODEL]: readFileSync(join(ROOT, 'test/golden/reference/onnx/mlp-regressor.onnx')) } : {} };
}

/** Every message is an effect of its own. */
export function echoPlan(options: { readonly delivery: NonNullable<Plan['delivery']>; readonly deduplicate?: boolean; readonly sinkConnection?: string; readonly qos?: 0 | 1 | 2 }): FaultPlan {
  const { delivery, deduplicate = false, sinkConnection = 'plant', qos = 1 } = options;
  const base = countingPlan({ delivery, lake: false, sinkConnection, qos });
  const nodes: PlanNode[] = [];
  for (const node of base.nodes) {
    if (node.op === 'window') {
      if (deduplicate) nodes.push({ id: 'once', op: 'deduplicate', input: 'byDevice', config: { by: ['tMs'], keep: 'last', withinMs: null, identitiesMax: 1_000_000 } });
    } else if (node.op === 'sink') nodes.push({ ...node, input: deduplicate ? 'once' : 'byDevice' });
    else nodes.push(node);
  }
  return { plan: { ...base, nodes }, models: {} };
}

/** Every record with the number that its device gave it, to the lake; numbers that never come are counted. */
export function numberedPlan(): FaultPlan {
  const base = countingPlan({ name: 'numbered', delivery: 'atLeastOnce' });
  const nodes = base.nodes.flatMap((node): PlanNode[] => {
    if (node.op === 'source') {
      const fields = [...node.config.schema.fields, { name: 'n', type: 'int64', nullable: true } as const];
      return [{ ...node, config: { ...node.config, schema: { fields }, sequence: { column: 'n' } } }];
    }
    if (node.op === 'window' || (node.op === 'sink' && node.config.connector !== 'lake')) return [];
    return [node.op === 'sink' && node.config.connector === 'lake' ? { ...node, input: 'byDevice', config: { ...node.config, table: 'numbered' } } : node];
  });
  return { plan: { ...base, nodes }, models: {} };
}

function insertBefore(nodes: readonly PlanNode[], id: string, added: PlanNode): PlanNode[] {
  return nodes.flatMap(node => (node.id === id && 'input' in node ? [added, { ...node, input: added.id } as PlanNode] : [node]));
}

function insertAfterWindow(nodes: readonly PlanNode[]): PlanNode[] {
  const score: PlanNode = {
    id: 'score',
    op: 'predict',
    input: 'second',
    config: { model: MODEL, inputs: { x: ['mean', 'min', 'max', 'n'] }, outputs: { variable: { column: 'score', type: 'float32' } }, onError: 'deadLetter' }
  };
  return nodes.flatMap((node): PlanNode[] => (node.op === 'window' ? [node, score] : [node.op === 'sink' ? { ...node, input: 'score' } : node]));
}
