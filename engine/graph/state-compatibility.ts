import { canonicalJson } from '../plan/canonical-json';
import { inputsOf, producerOf } from '../plan/inputs-of';
import type { Plan, PlanNode, SourceConfig } from '../plan/plan';
import { quotedNames } from '../did-you-mean';
import type { StreamType } from '../operator/operator';
import { typesOf } from './running-node';

/**
 * What becomes of a node when one Plan takes over from another:
 * `carried` its state goes on · `replaced` it works anew but keeps no state, so nothing is lost · `fresh` its state is
 * given up · `added` only the new Plan has it · `removed` only the old one has it.
 */
export type StateVerdict = 'carried' | 'replaced' | 'fresh' | 'added' | 'removed';

export interface NodeCompatibility {
  readonly id: string;
  readonly op: string;
  readonly verdict: StateVerdict;
  /** Why the state is given up, or what else to know; null: nothing to say. */
  readonly reason: string | null;
  /** Rows in the state that is given up; null when no state was looked at. */
  readonly rowsLost: number | null;
}

export interface StateCompatibility {
  /** Every node of the new Plan in its order, then the removed ones. */
  readonly nodes: readonly NodeCompatibility[];
  /** Sum over the nodes; null when no state was looked at. */
  readonly rowsLost: number | null;
}

/** Operators that pass every row and the progress on at once and remember nothing. */
const MEMORYLESS: ReadonlySet<PlanNode['op']> = new Set(['filter', 'select', 'keyBy', 'derive', 'drop', 'rename', 'cast', 'explode', 'tag', 'encrypt', 'sink']);
/** Operators that remember something about rows but hold back neither rows nor progress. */
const PASSING: ReadonlySet<PlanNode['op']> = new Set(['validate', 'sample', 'predict']);

/**
 * Which nodes of `to` can take over the state of their namesakes in `from`. A state is carried when id, operator, what its
 * state depends on in the configuration, and the columns and keys of its inputs are the same, and when the time that
 * reaches it goes on: every source above it, and every operator above it that may hold rows back, is carried as well.
 * `rowsInState`: rows that each node of `from` holds. Both Plans must be valid (PlanError otherwise).
 */
export function compareState(from: Plan, to: Plan, rowsInState: ReadonlyMap<string, number> | null = null): StateCompatibility {
  const comparison = new Comparison(from, to);
  const lost = (id: string): number | null => (rowsInState === null ? null : (rowsInState.get(id) ?? 0));
  const nodes = to.nodes.map((node): NodeCompatibility => {
    const { verdict, reason } = comparison.verdictOf(node);
    return { id: node.id, op: node.op, verdict, reason, rowsLost: verdict === 'fresh' ? lost(node.id) : rowsInState === null ? null : 0 };
  });
  const removed = from.nodes
    .filter(({ id }) => !to.nodes.some(node => node.id === id))
    .map((node): NodeCompatibility => ({ id: node.id, op: node.op, verdict: 'removed', reason: null, rowsLost: MEMORYLESS.has(node.op) ? 0 : lost(node.id) }));
  const all = [...nodes, ...removed];
  return { nodes: all, rowsLost: rowsInState === null ? null : all.reduce((sum, { rowsLost }) => sum + (rowsLost ?? 0), 0) };
}

interface Verdict {
  readonly verdict: Exclude<StateVerdict, 'removed'>;
  readonly reason: string | null;
}

class Comparison {
  private readonly fromTypes: ReadonlyMap<string, StreamType>;
  private readonly toTypes: ReadonlyMap<string, StreamType>;
  private readonly fromNodes: ReadonlyMap<string, PlanNode>;
  private readonly toNodes: ReadonlyMap<string, PlanNode>;
  private readonly verdicts = new Map<string, Verdict>();

  constructor(from: Plan, to: Plan) {
    this.fromTypes = typesOf(from);
    this.toTypes = typesOf(to);
    this.fromNodes = new Map(from.nodes.map(node => [node.id, node]));
    this.toNodes = new Map(to.nodes.map(node => [node.id, node]));
    this.judgeAll(to, new Set());
  }

  verdictOf(node: PlanNode): Verdict {
    return this.verdicts.get(node.id) ?? { verdict: 'added', reason: null };
  }

  /** `anew`: sources that must begin anew, because an operator that combines streams would not know which of them are idle. */
  private judgeAll(to: Plan, anew: ReadonlySet<string>): void {
    this.verdicts.clear();
    for (const node of to.nodes) this.verdicts.set(node.id, this.judge(node, anew));
    const further = new Set(anew);
    for (const node of to.nodes) {
      if (inputsOf(node).length < 2 || this.verdictOf(node).verdict === 'carried') continue;
      for (const source of this.sourcesAbove(node, this.toNodes)) if (mayBeIdle(this.toNodes.get(source))) further.add(source);
    }
    if (further.size > anew.size) this.judgeAll(to, further);
  }

  private judge(node: PlanNode, anew: ReadonlySet<string>): Verdict {
    const before = this.fromNodes.get(node.id);
    if (before === undefined) return { verdict: 'added', reason: null };
    const forgets = MEMORYLESS.has(node.op) || (node.op === 'predict' && node.config.state === undefined);
    const unlike: Verdict['verdict'] = forgets && before.op === node.op ? 'replaced' : 'fresh';
    if (before.op !== node.op) return { verdict: unlike, reason: `it was ${before.op}, it is ${node.op}` };
    if (anew.has(node.id)) return { verdict: 'fresh', reason: 'streams are combined in another way, and a silent source could not be told from a slow one' };
    const change = this.changeOf(before, node);
    if (change !== null) return { verdict: unlike, reason: change };
    const upstream = this.brokenAbove(node);
    if (upstream !== null) return { verdict: unlike, reason: upstream };
    return { verdict: 'carried', reason: this.mixtureIn(node) };
  }

  private changeOf(before: PlanNode, node: PlanNode): string | null {
    const config = differingFields(stateConfig(before), stateConfig(node));
    if (config.length > 0) return `its ${config.join(', ')} changed`;
    const types = (each: PlanNode, all: ReadonlyMap<string, StreamType>): string => canonicalJson(inputsOf(each).map(input => typeSignature(each, all.get(input))));
    return types(before, this.fromTypes) === types(node, this.toTypes) ? null : 'the columns or keys that it reads changed';
  }

  /** Why the time that reaches `node` does not go on where it was, or null. */
  private brokenAbove(node: PlanNode): string | null {
    const before = this.fromNodes.get(node.id);
    const sources = [...this.sourcesAbove(node, this.toNodes)].sort();
    const sourcesBefore = before === undefined ? [] : [...this.sourcesAbove(before, this.fromNodes)].sort();
    if (sources.join('\n') !== sourcesBefore.join('\n')) return `it reads ${quotedNames(sources)} instead of ${quotedNames(sourcesBefore)}`;
    for (const above of this.above(node, this.toNodes)) {
      if (MEMORYLESS.has(above.op) || PASSING.has(above.op)) continue;
      const { verdict } = this.verdictOf(above);
      if (verdict !== 'carried') return `"${above.id}" before it begins anew`;
    }
    return null;
  }

  /** Words about rows in a carried state that came through something else than what comes from now on. */
  private mixtureIn(node: PlanNode): string | null {
    if (MEMORYLESS.has(node.op) || node.op === 'source') return null;
    const changed = [...this.above(node, this.toNodes)].filter(above => this.verdictOf(above).verdict !== 'carried').map(({ id }) => id);
    return changed.length === 0 ? null : `it goes on with what came before ${quotedNames(changed)} changed`;
  }

  private *above(node: PlanNode, nodes: ReadonlyMap<string, PlanNode>, seen = new Set<string>()): Generator<PlanNode> {
    for (const input of inputsOf(node)) {
      const above = nodes.get(producerOf(input).id);
      if (above === undefined || seen.has(above.id)) continue;
      seen.add(above.id);
      yield above;
      yield* this.above(above, nodes, seen);
    }
  }

  private sourcesAbove(node: PlanNode, nodes: ReadonlyMap<string, PlanNode>): ReadonlySet<string> {
    return new Set([...this.above(node, nodes)].filter(({ op }) => op === 'source').map(({ id }) => id));
  }
}

/** Settings of a source that say how messages come, or which of them are refused. */
const NOT_OF_STATE: ReadonlySet<string> = new Set(['connection', 'sharedGroup', 'acknowledge', 'suffix', 'from', 'maxFutureSkewMs', 'topicColumns', 'arrivalTimeColumn']);

/** What the state of `node` depends on in its configuration. */
function stateConfig(node: PlanNode): object {
  if (node.op === 'source') return sourceState(node.config);
  return node.op === 'sink' ? {} : node.config;
}

/** Where messages come from and which of them are refused does not change what is remembered of time. */
function sourceState(config: SourceConfig): object {
  const { topic, schema, decoder, ...others } = config;
  const rest = Object.fromEntries(Object.entries(others).filter(([name]) => !NOT_OF_STATE.has(name)));
  const remembers = decoder.format === 'sparkplug';
  return { ...rest, decoder: remembers ? decoder : decoder.format, ...(config.watermarkPer === 'topic' ? { topic } : {}), ...(remembers ? { schema } : {}) };
}

function differingFields(before: object, after: object): string[] {
  const [a, b] = [Object.entries(before), Object.entries(after)].map(entries => new Map(entries.map(([name, value]) => [name, canonicalJson(value ?? null)]))) as [Map<string, string>, Map<string, string>];
  return [...new Set([...a.keys(), ...b.keys()])].filter(name => (a.get(name) ?? 'null') !== (b.get(name) ?? 'null'));
}

/** Windows hold values of the columns that they name, other operators may hold whole rows. */
function typeSignature(node: PlanNode, type: StreamType | undefined): object | null {
  if (type === undefined) return null;
  const named = node.op === 'window' ? new Set([...type.keys, ...textsIn(node.config)]) : null;
  const fields = type.schema.fields.filter(({ name }) => named?.has(name) ?? true).map(({ name, type: own, nullable }) => ({ name, type: own, nullable }));
  return { keys: type.keys, fields: named === null ? fields : fields.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function mayBeIdle(node: PlanNode | undefined): boolean {
  return node?.op === 'source' && node.config.idleTimeoutMs !== null;
}
