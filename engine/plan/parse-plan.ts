import { didYouMean, quotedNames } from '../did-you-mean';
import type { OperatorSpec } from '../operator/operator';
import { operatorSpecs } from '../operator/registry';
import { inputForm, nameForm } from './forms';
import { inputsOf, producerOf } from './inputs-of';
import { ObjectReader, planInvalid, refuseDuplicates } from './json-reader';
import { PLAN_LIMITS } from './limits';
import { configParsers } from './parse-config';
import type { Delivery, Plan, PlanNode, Slo } from './plan';
import { resolveTypes } from './resolve-types';

const ops = Object.keys(operatorSpecs) as PlanNode['op'][];
/** An id, the mark and the name of a side output. */
const INPUT_LENGTH_MAX = 2 * PLAN_LIMITS.nameLengthMax + 1;
const deliveries: readonly Delivery[] = ['atMostOnce', 'atLeastOnce', 'exactlyOnceEffects'];

/**
 * The Plan that untrusted JSON holds, rebuilt field by field: the only way in. Unknown fields are refused, nothing is
 * defaulted. Throws PlanError with `details.path` (`nodes[2].config.window.sizeMs`): `PLAN_INVALID` for the shape,
 * the operators' own codes for what does not fit together (columns, types, windows).
 */
export function parsePlan(json: unknown): Plan {
  const plan = parsePlanShape(json);
  resolveTypes(plan);
  return plan;
}

/** `parsePlan` of a text of at most `PLAN_LIMITS.textLengthMax` characters. */
export function parsePlanText(text: string): Plan {
  if (text.length > PLAN_LIMITS.textLengthMax) throw planInvalid('plan', `the text has ${text.length} characters`, `at most ${PLAN_LIMITS.textLengthMax}`);
  return parsePlan(parseJson(text));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw planInvalid('plan', `the text is not JSON (${error.message})`, 'a Plan as JSON');
    throw error;
  }
}

function parsePlanShape(json: unknown): Plan {
  const reader = new ObjectReader(json, 'plan');
  if (reader.raw('littoralPlan') !== 1) throw planInvalid('plan.littoralPlan', `got ${JSON.stringify(reader.raw('littoralPlan'))?.slice(0, 64) ?? 'nothing'}`, '1; this is not a Plan, or one of a newer Littoral');
  const plan: Plan = {
    littoralPlan: 1,
    name: reader.text('name', PLAN_LIMITS.nameLengthMax, nameForm),
    nodes: reader.list('nodes', 1, PLAN_LIMITS.nodesMax, (item, _path, index) => parseNode(item, `nodes[${index}]`)),
    ...(reader.has('delivery') ? { delivery: reader.oneOf('delivery', deliveries) } : {}),
    ...(reader.has('slo') ? { slo: parseSlo(reader.object('slo')) } : {})
  };
  reader.end();
  checkWiring(plan.nodes);
  return plan;
}

function parseSlo(reader: ObjectReader): Slo {
  const slo: Slo = {
    ...(reader.has('p99LatencyMs') ? { p99LatencyMs: reader.number('p99LatencyMs', 0, Number.MAX_SAFE_INTEGER) } : {}),
    ...(reader.has('lateShareMax') ? { lateShareMax: reader.number('lateShareMax', 0, 1) } : {}),
    ...(reader.has('deadLetterShareMax') ? { deadLetterShareMax: reader.number('deadLetterShareMax', 0, 1) } : {})
  };
  reader.end();
  return slo;
}

function parseNode(json: unknown, path: string): PlanNode {
  const reader = new ObjectReader(json, path);
  const id = reader.text('id', PLAN_LIMITS.nameLengthMax, nameForm);
  const op = reader.oneOf('op', ops);
  const node = { id, op, ...parseInputs(reader, op), config: configParsers[op](reader.raw('config'), reader.at('config')) };
  reader.end();
  return node as PlanNode;
}

function parseInputs(reader: ObjectReader, op: PlanNode['op']): { readonly input?: string; readonly inputs?: readonly string[] } {
  const { ports }: Pick<OperatorSpec<never>, 'ports'> = operatorSpecs[op];
  if (ports === undefined) return { input: reader.text('input', INPUT_LENGTH_MAX, inputForm) };
  if (ports.max === 0) return {};
  const names = reader.list('inputs', ports.min, ports.max, (item, path) => new ObjectReader({ input: item }, path).text('input', INPUT_LENGTH_MAX, inputForm));
  return { inputs: names };
}

/** Ids and sink names are unique, inputs stand before their node, every node's rows go somewhere. */
function checkWiring(nodes: readonly PlanNode[]): void {
  refuseDuplicates(nodes.map(node => node.id), 'nodes', 'id');
  refuseDuplicates(nodes.flatMap(node => (node.op === 'sink' ? [node.config.name] : [])), 'nodes', 'sink name');
  const before: string[] = [];
  const unread = new Map<string, number>();
  nodes.forEach((node, index) => {
    inputsOf(node).forEach((input, port) => {
      const { id } = producerOf(input);
      const place = 'inputs' in node ? `nodes[${index}].inputs[${port}]` : `nodes[${index}].input`;
      if (!before.includes(id)) throw planInvalid(place, `got "${input}"`, `the id of a node before it that has rows: ${quotedNames(before)}`, didYouMean(id, before));
      unread.delete(id);
    });
    if (node.op === 'sink') return;
    before.push(node.id);
    unread.set(node.id, index);
  });
  for (const [id, index] of unread) throw planInvalid(`nodes[${index}]`, `nothing reads the rows of "${id}"`, 'a node or a sink with it as input');
}
