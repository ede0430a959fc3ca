import type { ReportCounters } from '../../engine/graph/graph-api';
import type { ActiveRelease, Checkpoint, Store } from '../store/store';

/** A release that has to prove itself, and the one that comes back if it does not. */
export interface ProbationRecord {
  readonly former: ActiveRelease;
  /** The former release had seen the inputs up to this one; those after it are kept. */
  readonly seq: number;
  /** What the engine had counted when the release began. */
  readonly baseline: Baseline;
  /** Times that the process ended without having been stopped. */
  readonly crashes: number;
  readonly stopped: boolean;
}
export type Baseline = Pick<ReportCounters, 'rowsIn' | 'late' | 'deadLetters'>;

/** A release that was given up. */
export interface Rollback {
  readonly pipeline: string;
  readonly release: number;
  readonly sha256: string;
  readonly reason: string;
  readonly detail: string;
  readonly atMs: number;
  /** The release that came back. */
  readonly to: number;
}

export interface Takeover {
  readonly next: ActiveRelease;
  /** Last input that the former release has seen. */
  readonly seq: number;
  /** State with which the next one goes on; null: it begins anew. */
  readonly carried: Uint8Array | null;
  /** Names of the sinks of the next one. */
  readonly sinks: readonly string[];
  /** null: no probation, the former release does not come back. */
  readonly baseline: Baseline | null;
}

const PROBATION = 'probation';
const FORMER_GRAPH = 'former:graph';
const FORMER_EMITTED = 'former:emitted';
const KEEP = 'keep';
const ROLLBACKS = 'rollbacks';
const LAST_ROLLBACK = 'lastRollback';
/** Counted like the rows of a sink. */
export const DEAD_LETTERS = '#deadLetters';

/** What a switch of releases does in the store; to be called inside its transaction, when the former release has written its last checkpoint. */
export function takeOver(store: Store, { next, seq, carried, sinks, baseline }: Takeover): void {
  const before = store.checkpoint();
  const former = store.active();
  if (baseline === null || former === null) forgetFormer(store);
  else beginProbation(store, { former, seq, before, baseline });
  if (carried === null) store.beginAfter(seq);
  else store.beginFrom({ seq, snapshot: carried, emitted: countsOf(before, [...sinks, DEAD_LETTERS]) });
  store.activate(next);
}

function beginProbation(store: Store, start: { readonly former: ActiveRelease; readonly seq: number; readonly before: Checkpoint | null; readonly baseline: Baseline }): void {
  const earlier = probationRecord(store);
  if (earlier !== null) {
    writeProbation(store, { ...earlier, baseline: start.baseline, crashes: 0, stopped: false });
    return;
  }
  writeProbation(store, { former: start.former, seq: start.seq, baseline: start.baseline, crashes: 0, stopped: false });
  store.setCursor(KEEP, start.seq);
  if (start.before === null) return;
  store.setState(FORMER_GRAPH, start.before.snapshot);
  store.setState(FORMER_EMITTED, Buffer.from(JSON.stringify(start.before.emitted)));
}

function countsOf(checkpoint: Checkpoint | null, names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map(name => [name, checkpoint?.emitted[name] ?? 0]));
}

/** The running probation, or null. */
export function probationRecord(store: Store): ProbationRecord | null {
  const bytes = store.state(PROBATION);
  return bytes === null ? null : (JSON.parse(Buffer.from(bytes).toString('utf8')) as ProbationRecord);
}

/** Whether the active release may still give way to the former one. */
export function isOnProbation(store: Store): boolean {
  return store.cursor(KEEP) !== null;
}

export function writeProbation(store: Store, record: ProbationRecord): void {
  store.setState(PROBATION, Buffer.from(JSON.stringify(record)));
}

/** The release has proven itself: what was kept of the former one goes. Inside a transaction. */
export function forgetFormer(store: Store): void {
  for (const name of [PROBATION, FORMER_GRAPH, FORMER_EMITTED]) store.deleteState(name);
  store.deleteCursor(KEEP);
  const seq = store.cursor('graph');
  if (seq !== null) store.trimInbox(seq);
}

/** The former release comes back with its state and gets the inputs since then again. Inside a transaction. */
export function returnToFormer(store: Store, record: ProbationRecord, rollback: Rollback): void {
  const snapshot = store.state(FORMER_GRAPH);
  const emitted = store.state(FORMER_EMITTED);
  if (snapshot === null || emitted === null) store.beginAfter(record.seq);
  else store.beginFrom({ seq: record.seq, snapshot, emitted: JSON.parse(Buffer.from(emitted).toString('utf8')) as Record<string, number> });
  store.activate({ ...record.former, sinceMs: rollback.atMs }, { raise: false });
  forgetFormer(store);
  const counts = rollbackCounts(store);
  store.setMeta(ROLLBACKS, JSON.stringify({ ...counts, [rollback.reason]: (counts[rollback.reason] ?? 0) + 1 }));
  store.setMeta(LAST_ROLLBACK, JSON.stringify(rollback));
}

/** How many releases were given up here, by reason. */
export function rollbackCounts(store: Store): Readonly<Record<string, number>> {
  return JSON.parse(store.meta(ROLLBACKS) ?? '{}') as Record<string, number>;
}

export function lastRollback(store: Store): Rollback | null {
  const text = store.meta(LAST_ROLLBACK);
  return text === null ? null : (JSON.parse(text) as Rollback);
}
