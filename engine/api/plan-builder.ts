import { PlanError } from '../error';
import { LETTER_TYPE, LETTERS } from '../operator/letter-rows';
import type { StreamType } from '../operator/operator';
import { nameForm } from '../plan/forms';
import { planInvalid } from '../plan/json-reader';
import { PLAN_LIMITS } from '../plan/limits';
import type { Plan, PlanNode } from '../plan/plan';
import { parsePlan } from '../plan/parse-plan';
import { inputsOf, producerOf, SIDE_MARK } from '../plan/inputs-of';
import { resolveNode, resolveSides } from '../plan/resolve-types';
import type { PipelineOptions } from './stages';

type WithoutId<Node> = Node extends PlanNode ? Omit<Node, 'id' | 'input' | 'inputs'> : never;

/** Of copies of nodes under other ids: the node they were copied from. One for all builders of a pipeline. */
type Origins = WeakMap<PlanNode, PlanNode>;

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
    private readonly sides: Readonly<Record<string, StreamType>>,
    private readonly origins: Origins
  ) {}

  static start(name: string, options: PipelineOptions): PlanBuilder {
    if (typeof name !== 'string' || name.length > PLAN_LIMITS.nameLengthMax || !nameForm.pattern.test(name)) throw planInvalid('pipeline', `got the name "${String(name).slice(0, PLAN_LIMITS.nameLengthMax)}"`, `1 to ${PLAN_LIMITS.nameLengthMax} ${nameForm.expected}`);
    return new PlanBuilder(name, options, [], '', { schema: { fields: [] }, keys: [] }, {}, new WeakMap());
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
      inputs.push(merged.inputOf(other));
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
    return new PlanBuilder(this.name, this.options, this.nodes, `${this.current}${SIDE_MARK}${name}`, type, {}, this.origins);
  }

  /** The dead letters of this node and of all those before it, in the order in which they were written. */
  letters(): PlanBuilder {
    const inputs = this.ancestors().map(id => `${id}${SIDE_MARK}${LETTERS}`);
    const [first] = inputs;
    if (first === undefined) throw new PlanError('PLAN_INPUT', `"${this.name}": there is no step whose dead letters could be read; expected one before, e.g. from(…).`, { details: { path: LETTERS } });
    if (inputs.length === 1) return new PlanBuilder(this.name, this.options, this.nodes, first, LETTER_TYPE, {}, this.origins);
    return this.place({ op: 'union', config: {}, inputs, id: this.freeId(LETTERS) }, inputs.map(() => LETTER_TYPE), LETTERS);
  }

  /** The connection of the first source that is a broker. */
  get connection(): string | undefined {
    const source = this.nodes.find(node => node.op === 'source' && node.config.connector === 'mqtt');
    return source?.op === 'source' ? source.config.connection : undefined;
  }

  /** The nodes of `branch`, which began here, before what follows here. */
  join(branch: Plan): PlanBuilder {
    const [first] = branch.nodes;
    if (first !== this.nodes[0] || this.nodes.some((node, index) => branch.nodes[index] !== node)) {
      throw new PlanError('PLAN_BRANCH', `branch of "${this.name}": the function gave back a pipeline that did not begin with its rows; expected one made from them. Write .branch(rows => rows.to(…)).`, { details: { path: 'branch' } });
    }
    return new PlanBuilder(this.name, this.options, branch.nodes, this.current, this.type, this.sides, this.origins);
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
    return new PlanBuilder(this.name, this.options, [...this.nodes, node], next, type, resolveSides(node, inputs, subject), this.origins);
  }

  /** This Plan with the nodes of `other` that it does not have; ids that are taken are replaced. */
  private adopt(other: PlanBuilder): PlanBuilder {
    const nodes = [...this.nodes];
    const ids = new Map<string, string>();
    for (const node of other.nodes) {
      const known = nodes.find(each => this.originOf(each) === this.originOf(node));
      const kept = known ?? renamed(node, freeIdAmong(nodes, node.id), ids);
      if (known === undefined) nodes.push(kept);
      if (kept !== node) this.origins.set(kept, this.originOf(node));
      ids.set(node.id, kept.id);
    }
    return new PlanBuilder(this.name, this.options, nodes, this.current, this.type, this.sides, this.origins);
  }

  /** What the rows of `other`, whose nodes are here, are called here. */
  private inputOf(other: PlanBuilder): string {
    const { id, side } = producerOf(other.current);
    const node = other.nodes.find(each => each.id === id);
    const here = node === undefined ? undefined : this.nodes.find(each => this.originOf(each) === this.originOf(node));
    if (here === undefined) throw new PlanError('PLAN_INPUT', `"${this.name}": the other stream has no rows yet; expected one that begins with from(…).`, { details: { path: 'inputs' } });
    return side === null ? here.id : `${here.id}${SIDE_MARK}${side}`;
  }

  private originOf(node: PlanNode): PlanNode {
    return this.origins.get(node) ?? node;
  }

  /** The node here and those it has rows from, in the order of the Plan. */
  private ancestors(): string[] {
    const wanted = new Set([producerOf(this.current).id]);
    for (const node of [...this.nodes].reverse()) if (wanted.has(node.id)) for (const input of inputsOf(node)) wanted.add(producerOf(input).id);
    return this.nodes.flatMap(({ id }) => (wanted.has(id) ? [id] : []));
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

/** A copy of `node` under `id`, with its inputs by their ids there; the node itself when nothing changes. */
function renamed(node: PlanNode, id: string, ids: ReadonlyMap<string, string>): PlanNode {
  if (id === node.id && inputsOf(node).every(input => isSame(producerOf(input).id, ids))) return node;
  const rename = (input: string): string => {
    const { id: producer, side } = producerOf(input);
    const now = ids.get(producer) ?? producer;
    return side === null ? now : `${now}${SIDE_MARK}${side}`;
  };
  if ('inputs' in node) return { ...node, id, inputs: node.inputs.map(rename) } as PlanNode;
  return 'input' in node ? ({ ...node, id, input: rename(node.input) } as PlanNode) : { ...node, id };
}

function isSame(id: string, ids: ReadonlyMap<string, string>): boolean {
  return (ids.get(id) ?? id) === id;
}
