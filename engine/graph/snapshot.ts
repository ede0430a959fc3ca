import { LittoralError } from '../error';
import { loadCounters, saveCounters } from '../operator/counters';
import type { RunningNode } from './running-node';
import { SnapshotBytesReader, SnapshotBytesWriter } from './snapshot-bytes';

const MAGIC = 0x4c545353;
const VERSION = 4;
/** Without `rowsBefore`, which was 0 then. */
const VERSION_BEFORE = 3;

/** State of a graph beside that of its nodes. */
export interface GraphTotals {
  inputCount: number;
  messagesIn: number;
  /** Arrival of the last input that has one. */
  lastArrivalMs: number;
  /** Dead letters by code. */
  readonly letters: Map<string, number>;
}

/** Snapshot of a graph at a step boundary; equal state gives equal bytes. */
export function writeSnapshot(hash: string, totals: GraphTotals, nodes: ReadonlyMap<string, RunningNode>): Uint8Array {
  const writer = new SnapshotBytesWriter();
  writer.u32(MAGIC);
  writer.u32(VERSION);
  writer.text(hash);
  writer.f64(totals.inputCount);
  writer.f64(totals.messagesIn);
  writer.f64(totals.lastArrivalMs);
  const letters = [...totals.letters].sort(([a], [b]) => (a < b ? -1 : 1));
  writer.u32(letters.length);
  for (const [code, count] of letters) {
    writer.text(code);
    writer.f64(count);
  }
  for (const { operator, watermarkMs, rowsBefore, sides } of nodes.values()) {
    writer.f64(watermarkMs);
    writer.f64(rowsBefore);
    for (const side of sides.values()) writer.f64(side.rowsOut);
    saveCounters(operator.counters, writer);
    operator.snapshot(writer);
  }
  return writer.finish();
}

/** Puts `snapshot` into fresh `nodes`; its totals. */
export function readSnapshot(snapshot: Uint8Array, hash: string, nodes: ReadonlyMap<string, RunningNode>): GraphTotals {
  const reader = new SnapshotBytesReader(snapshot);
  const version = readHeader(reader, hash);
  const totals: GraphTotals = { inputCount: reader.f64(), messagesIn: reader.f64(), lastArrivalMs: reader.f64(), letters: new Map() };
  const codes = reader.u32();
  for (let i = 0; i < codes; i++) totals.letters.set(reader.text(), reader.f64());
  for (const running of nodes.values()) {
    running.watermarkMs = reader.f64();
    running.rowsBefore = version === VERSION_BEFORE ? 0 : reader.f64();
    for (const side of running.sides.values()) side.rowsOut = reader.f64();
    loadCounters(running.operator.counters, reader);
    running.operator.restore(reader);
  }
  reader.end();
  return totals;
}

/** The version; throws when it is not a snapshot of the plan with `hash` that this engine reads. */
function readHeader(reader: SnapshotBytesReader, hash: string): number {
  if (reader.u32() !== MAGIC) throw new LittoralError('SNAPSHOT_CORRUPT', 'the snapshot does not start as a snapshot of a graph; it cannot be restored. Restore an older one or replay the inbox.');
  const version = reader.u32();
  if (version !== VERSION && version !== VERSION_BEFORE) throw new LittoralError('SNAPSHOT_VERSION', `the snapshot has version ${version}, this engine reads ${VERSION}. Restore it with the engine that wrote it.`, { details: { version } });
  const seen = reader.text();
  if (seen !== hash) throw new LittoralError('SNAPSHOT_PLAN', `the snapshot was taken of a plan with hash ${seen.slice(0, 12)}…, this plan has ${hash.slice(0, 12)}…. Restore it into the plan it was taken of, or start without it.`, { details: { seen, expected: hash } });
  return version;
}
