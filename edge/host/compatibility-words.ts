import type { NodeCompatibility, StateCompatibility, StateVerdict } from '../../engine/graph/state-compatibility';

const MEANING: Readonly<Record<StateVerdict, string>> = {
  carried: 'goes on with its state',
  replaced: 'works anew, it has no state to lose',
  fresh: 'begins anew, its state is given up',
  added: 'is new',
  removed: 'is gone, with its state'
};

/** What becomes of the state of each node, one line each; nodes that go on as they are in one line together. */
export function compatibilityWords({ nodes, rowsLost }: StateCompatibility): string[] {
  const silent = nodes.filter(({ verdict, reason }) => verdict === 'carried' && reason === null);
  const told = nodes.filter(node => !silent.includes(node));
  const goOn = silent.length === 0 ? 'no state is carried over' : `${silent.length} of ${nodes.length} operators go on with their state`;
  const lost = rowsLost === null ? '' : `; ${rowsLost} rows that were waiting in a state are given up`;
  return [`state: ${goOn}${lost}.`, ...told.map(line)];
}

function line({ id, op, verdict, reason, rowsLost }: NodeCompatibility): string {
  const lost = rowsLost === null || rowsLost === 0 ? '' : `, ${rowsLost} rows are lost`;
  return `state: ${op} "${id}" ${MEANING[verdict]}${reason === null ? '' : `: ${reason}`}${lost}.`;
}
