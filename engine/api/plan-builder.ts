import { PlanError } from '../error';
import type { StreamType } from '../operator/operator';
import { nameForm } from '../plan/forms';
import { planInvalid } from '../plan/json-reader';
import { PLAN_LIMITS } from '../plan/limits';
import type { Plan, PlanNode } from '../plan/plan';
import { parsePlan } from '../plan/parse-plan';
import { producerOf, SIDE_MARK } from '../plan/inputs-of';
import { resolveNode, resolveSides } from '../plan/resolve-types';
import type { PipelineOptions } from './stages';

type WithoutId<Node> = Node extends PlanNode ? Omit<Node, 'id' | 'input' | 'inputs'> : never;

/** Copies of nodes of other builders, under ids that are free here. */
type Adopted = ReadonlyMap<PlanNode, PlanNode>;

/** A Plan under construction: immutable, so that every step of a pipeline can be kept and continued in several ways. */
export class PlanBuilder {
  private constructor(
    readonly name: string,
    private readonly options: PipelineOptions,
    private readonly nodes: readonly PlanNode[],
    /** Id of the node whose rows come next. */
    private readonly current: string,
    readonly type: StreamType,
    /** Types of the side outputs of that node. */
    private readonly sides: Readonly<Record<string, StreamType>> = {},
    private readonly adopted: Adopted = new Map()
  ) {}

  static start(name: string, options: PipelineOptions): PlanBuilder {
    if (typeof name !== 'string' || name.length > PLAN_LIMITS.nameLengthMax || !nameForm.pattern.test(name)) throw planInvalid('pipeline', `got the name "${String(name).slice(0, PLAN_LIMITS.nameLengthMax)}"`, `1 to ${PLAN_LIMITS.nameLengthMax} ${nameForm.expected}`);
    return new PlanBuilder(name, options, [], '', { schema: { fields: [] }, keys: [] });
  }

  /** This Plan with one more node, checked against the rows it gets; `id` is made from `wish` and stays the same from build to build. */
  add(node: WithoutId<PlanNode>, wish: string, subject: string): PlanBuilder {
    const given = node.op === 'source' ? {} : { input: this.current };
    return this.place({ ...node, ...given, id: this.freeId(wish) } as PlanNode, node.op === 'source' ? [] : [this.type], subject);
  }

  /** This Plan with one more node on the rows here and those of `others`, whose nodes come along. */
  addOnto(others: readonly PlanBuilder[], node: WithoutId<PlanNode>, wish: string, subject: string): PlanBuilder {
    const inputs = [this.current];
    let merged: PlanBuilder = this;
    for (const other of others) {
      merged = merged.adopt(other);
      inputs.push(merged.adoptedInput(other));
    }
    return merged.place({ ...node, inputs, id: merged.freeId(wish) } as PlanNode, [this.type, ...others.map(({ type }) => type)], subject);
  }

  /** The rows of the side output `name` of the node here. */
  side(name: string): PlanBuilder {
    const type = this.sides[name];
    if (type === undefined) {
      const known = Object.keys(this.sides);
      throw new PlanError('PLAN_INPUT', `"${this.current}": it has no side output "${name}"; ${known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`}. Take it from the step that makes it.`, { details: { path: this.current } });
    }
    return new PlanBuilder(this.name, this.options, this.nodes, `${this.current}${SIDE_MARK}${name}`, type, {}, this.adopted);
  }

  /** The connection of the first source. */
  get connection(): string | undefined {
    const source = this.nodes.find(node => node.op === 'source');
    return source?.op === 'source' ? source.config.connection : undefined;
  }

  /** The nodes of `branch`, which began here, before what follows here. */
  join(branch: Plan): PlanBuilder {
    const [first] = branch.nodes;
    if (first !== this.nodes[0] || this.nodes.some((node, index) => branch.nodes[index] !== node)) {
      throw new PlanError('PLAN_BRANCH', `branch of "${this.name}": the function gave back a pipeline that did not begin with its rows; expected one made from them. Write .branch(rows => rows.to(…)).`, { details: { path: 'branch' } });
    }
    return new PlanBuilder(this.name, this.options, branch.nodes, this.current, this.type, this.sides, this.adopted);
  }

  /** Refuses a sink name that is taken, with what to write instead. */
  refuseTakenSink(name: string): void {
    if (!this.nodes.some(node => node.op === 'sink' && node.config.name === name)) return;
    throw new PlanError('DUPLICATE_SINK', `sink "${name}": the pipeline already has a sink of that name; expected another, because results and metrics are told apart by it. Add { name: '${name}-2' } to its options.`, { details: { path: 'to', sink: name } });
  }

  build(): Plan {
    const { delivery, slo } = this.options;
    const plan: Plan = { littoralPlan: 1, name: this.name, nodes: this.nodes, ...(delivery === undefined ? {} : { delivery }), ...(slo === undefined ? {} : { slo }) };
    parsePlan(plan);
    return plan;
  }

  private place(node: PlanNode, inputs: readonly StreamType[], subject: string): PlanBuilder {
    const type = resolveNode(node, inputs, subject);
    const next = node.op === 'sink' ? this.current : node.id;
    return new PlanBuilder(this.name, this.options, [...this.nodes, node], next, type, resolveSides(node, inputs, subject), this.adopted);
  }

  /** This Plan with the nodes of `other` that it does not have; ids that are taken are replaced. */
  private adopt(other: PlanBuilder): PlanBuilder {
    const nodes = [...this.nodes];
    const adopted = new Map(this.adopted);
    const ids = new Map<string, string>();
    for (const node of other.nodes) {
      const known = nodes.includes(node) ? node : adopted.get(node);
      const kept = known ?? renamed(node, freeIdAmong(nodes, node.id), ids);
      if (known === undefined) nodes.push(kept);
      adopted.set(node, kept);
      ids.set(node.id, kept.id);
    }
    return new PlanBuilder(this.name, this.options, nodes, this.current, this.type, this.sides, adopted);
  }

  private adoptedInput(other: PlanBuilder): string {
    const { id, side } = producerOf(other.current);
    const node = other.nodes.find(each => each.id === id);
    const here = node === undefined ? undefined : this.adopted.get(node);
    if (here === undefined) throw new PlanError('PLAN_INPUT', `"${this.name}": the other stream has no rows yet; expected one that begins with from(…).`, { details: { path: 'inputs' } });
    return side === null ? here.id : `${here.id}${SIDE_MARK}${side}`;
  }

  private freeId(wish: string): string {
    return freeIdAmong(this.nodes, wish);
  }
}

function freeIdAmong(nodes: readonly PlanNode[], wish: string): string {
  const taken = new Set(nodes.map(node => node.id));
  if (!taken.has(wish)) return wish;
  for (let count = 2; ; count++) if (!taken.has(`${wish}-${count}`)) return `${wish}-${count}`;
}

function renamed(node: PlanNode, id: string, ids: ReadonlyMap<string, string>): PlanNode {
  const rename = (input: string): string => {
    const { id: producer, side } = producerOf(input);
    const now = ids.get(producer) ?? producer;
    return side === null ? now : `${now}${SIDE_MARK}${side}`;
  };
  if ('inputs' in node) return { ...node, id, inputs: node.inputs.map(rename) } as PlanNode;
  return 'input' in node ? ({ ...node, id, input: rename(node.input) } as PlanNode) : { ...node, id };
}
