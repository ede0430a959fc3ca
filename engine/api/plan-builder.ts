import { PlanError } from '../error';
import type { StreamType } from '../operator/operator';
import { nameForm } from '../plan/forms';
import { planInvalid } from '../plan/json-reader';
import { PLAN_LIMITS } from '../plan/limits';
import type { Plan, PlanNode } from '../plan/plan';
import { parsePlan } from '../plan/parse-plan';
import { resolveNode } from '../plan/resolve-types';
import type { PipelineOptions } from './stages';

type WithoutId<Node> = Node extends PlanNode ? Omit<Node, 'id' | 'input'> : never;

/** A Plan under construction: immutable, so that every step of a pipeline can be kept and continued in several ways. */
export class PlanBuilder {
  private constructor(
    readonly name: string,
    private readonly options: PipelineOptions,
    private readonly nodes: readonly PlanNode[],
    /** Id of the node whose rows come next. */
    private readonly current: string,
    readonly type: StreamType
  ) {}

  static start(name: string, options: PipelineOptions): PlanBuilder {
    if (typeof name !== 'string' || name.length > PLAN_LIMITS.nameLengthMax || !nameForm.pattern.test(name)) throw planInvalid('pipeline', `got the name "${String(name).slice(0, PLAN_LIMITS.nameLengthMax)}"`, `1 to ${PLAN_LIMITS.nameLengthMax} ${nameForm.expected}`);
    return new PlanBuilder(name, options, [], '', { schema: { fields: [] }, keys: [] });
  }

  /** This Plan with one more node, checked against the rows it gets; `id` is made from `wish` and stays the same from build to build. */
  add(node: WithoutId<PlanNode>, wish: string, subject: string): PlanBuilder {
    const id = this.freeId(wish);
    const placed = node.op === 'source' ? { ...node, id } : { ...node, id, input: this.current };
    const type = resolveNode(placed, node.op === 'source' ? [] : [this.type], subject);
    return new PlanBuilder(this.name, this.options, [...this.nodes, placed], node.op === 'sink' ? this.current : id, type);
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
    return new PlanBuilder(this.name, this.options, branch.nodes, this.current, this.type);
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

  private freeId(wish: string): string {
    const taken = new Set(this.nodes.map(node => node.id));
    if (!taken.has(wish)) return wish;
    for (let count = 2; ; count++) if (!taken.has(`${wish}-${count}`)) return `${wish}-${count}`;
  }
}
