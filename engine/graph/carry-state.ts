import type { Plan } from '../plan/plan';
import { rowsSent } from './conservation';
import { planHash } from './plan-hash';
import type { RunningNode } from './running-node';
import { startNodes, typesOf } from './running-node';
import type { GraphTotals } from './snapshot';
import { readSnapshot, writeSnapshot } from './snapshot';
import { SnapshotBytesReader, SnapshotBytesWriter } from './snapshot-bytes';
import { compareState } from './state-compatibility';
import type { StateCompatibility } from './state-compatibility';

export interface CarriedState {
  /** Snapshot of `to` with what it takes over; null: it takes over nothing and begins anew. */
  readonly snapshot: Uint8Array | null;
  readonly compatibility: StateCompatibility;
}

type Nodes = ReadonlyMap<string, RunningNode>;

/**
 * The state of `from` as a state of `to`: a new release goes on where the former one stood, as far as the two are compatible
 * (`compareState`). Counters of nodes that both have go on. Throws SNAPSHOT_PLAN when `snapshot` is not one of `from`.
 */
export function carryState(snapshot: Uint8Array, from: Plan, to: Plan): CarriedState {
  const before = startNodes(from, typesOf(from));
  const after = startNodes(to, typesOf(to));
  const totals = readSnapshot(snapshot, planHash(from), before);
  const compatibility = compareState(from, to, new Map([...before].map(([id, { operator }]) => [id, operator.counters.rowsInState])));
  const verdicts = new Map(compatibility.nodes.map(({ id, verdict }) => [id, verdict]));
  if (![...verdicts.values()].includes('carried')) return { snapshot: null, compatibility };
  for (const [id, running] of after) {
    const old = before.get(id);
    const verdict = verdicts.get(id);
    if (old === undefined || (verdict !== 'carried' && verdict !== 'replaced')) continue;
    takeOver(old, running);
    if (verdict === 'carried') running.operator.restore(stateOf(old));
  }
  balance(before, after);
  return { snapshot: writeSnapshot(planHash(to), keptTotals(totals, after, verdicts), after), compatibility };
}

function stateOf({ operator }: RunningNode): SnapshotBytesReader {
  const writer = new SnapshotBytesWriter();
  operator.snapshot(writer);
  return new SnapshotBytesReader(writer.finish());
}

function takeOver(old: RunningNode, running: RunningNode): void {
  Object.assign(running.operator.counters, old.operator.counters);
  running.watermarkMs = old.watermarkMs;
  for (const [name, side] of running.sides) side.rowsOut = old.sides.get(name)?.rowsOut ?? 0;
}

/** What was unaccounted for stays so; what one end of an edge counts and the other end does not know is settled. */
function balance(before: Nodes, after: Nodes): void {
  const sentBefore = rowsSent(before.values());
  for (const [running, rows] of rowsSent(after.values())) {
    const old = before.get(running.node.id);
    const missing = old === undefined ? 0 : (sentBefore.get(old) ?? 0) - old.operator.counters.rowsIn - old.rowsBefore;
    running.rowsBefore = rows - running.operator.counters.rowsIn - missing;
  }
}

/** Dead letters are counted against the rows of the sources, so they are forgotten with them. */
function keptTotals(totals: GraphTotals, after: Nodes, verdicts: ReadonlyMap<string, string>): GraphTotals {
  const goOn = [...after.values()].every(({ node }) => node.op !== 'source' || verdicts.get(node.id) === 'carried');
  return goOn ? totals : { ...totals, letters: new Map() };
}
