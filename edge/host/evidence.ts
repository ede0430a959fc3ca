import { EVIDENCE_RECORDING_PATH, EVIDENCE_ROWS_PATH, MODELS_FOLDER } from '../../engine/bundle/bundle-contents';
import { PLAN_PATH } from '../../engine/bundle/manifest';
import { Sha256 } from '../../engine/codec/sha256';
import { LittoralError } from '../../engine/error';
import { parsePlanText } from '../../engine/plan/parse-plan';
import { compareRows } from '../../engine/rows/compare-rows';
import { parseRowsOut } from '../../engine/rows/parse-rows';
import { replayHere } from './replay';
import type { Runnable } from './replay';

/** What a repetition of a bundle's evidence showed. `detail` is one sentence. */
export type EvidenceVerdict = { readonly ok: true; readonly rows: number } | { readonly ok: false; readonly reason: 'EVIDENCE_MISSING' | 'EVIDENCE_DIFFERS'; readonly detail: string };

/** The plan and the models in the files of a verified bundle. Throws a PlanError when this engine cannot run the plan. */
export function runnableOf(files: ReadonlyMap<string, Uint8Array>): Runnable {
  const plan = files.get(PLAN_PATH);
  if (plan === undefined) throw new LittoralError('BUNDLE_INPUT', `bundle: "${PLAN_PATH}" is missing; expected a verified bundle. Build it again.`);
  const models = [...files].filter(([path]) => path.startsWith(MODELS_FOLDER)).map(([path, bytes]) => [path.slice(MODELS_FOLDER.length), bytes] as const);
  return { plan: parsePlanText(Buffer.from(plan).toString('utf8')), models: Object.fromEntries(models) };
}

const BUSY_MS_MAX = 15;

/**
 * Replays the recording of a verified bundle and compares with the rows that were validated, byte for byte. Leaves the event
 * loop free in between, so that a running pipeline goes on.
 */
export async function repeatEvidence(runnable: Runnable, files: ReadonlyMap<string, Uint8Array>): Promise<EvidenceVerdict> {
  const recording = files.get(EVIDENCE_RECORDING_PATH);
  const expected = files.get(EVIDENCE_ROWS_PATH);
  if (recording === undefined || expected === undefined) return { ok: false, reason: 'EVIDENCE_MISSING', detail: 'the bundle holds no recording with expected rows; export it again with evidence' };
  let freeMs = performance.now();
  const { report, rows } = await replayHere(runnable, pieces(recording), {
    rowsMax: Infinity,
    async onStep() {
      if (performance.now() - freeMs < BUSY_MS_MAX) return;
      await new Promise(done => setImmediate(done));
      freeMs = performance.now();
    }
  });
  if (report.conservationError !== 0) return { ok: false, reason: 'EVIDENCE_DIFFERS', detail: `the replay leaves ${report.conservationError} records unaccounted for, expected 0` };
  if (report.outputSha256 === new Sha256().update(expected).hex()) return { ok: true, rows: rows.length };
  const { differing, differences } = compareRows(parseRowsOut(expected), rows);
  const first = differences[0];
  const where = first === undefined ? 'only in their text' : `first at row ${first.index}: expected ${JSON.stringify(first.expected)}, seen ${JSON.stringify(first.seen)}`;
  return { ok: false, reason: 'EVIDENCE_DIFFERS', detail: `${differing} rows of the replay differ from the validated ones, ${where}`.slice(0, 600) };
}

const PIECE_BYTES = 1 << 16;

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) yield bytes.subarray(from, from + PIECE_BYTES);
}
