import type { RowOut, ValidationReport } from '../../engine/api/host';
import { validationReport } from '../../engine/graph/validate';
import type { Slo } from '../../engine/plan/plan';
import { replayHere } from './replay';
import type { Runnable } from './replay';

export interface ValidateHereOptions {
  /** Absent: determinism, conservation and the SLO alone are checked. */
  readonly expect?: readonly RowOut[];
  /** Absent: the Plan's own. */
  readonly slo?: Slo;
  readonly progress?: (replay: 1 | 2) => void;
  /** Takes the rows-out text of the first replay piece by piece. */
  readonly onRows?: (text: string) => void;
}

/** Rows kept beyond the expected ones: enough to show what is too many, whatever the length of the recording. */
const ROWS_BEYOND_MAX = 1_000;

/** Replays a recording twice and checks the rows, the accounting and the service level. */
export async function validateHere(runnable: Runnable, recording: () => AsyncIterable<Uint8Array>, options: ValidateHereOptions = {}): Promise<ValidationReport> {
  const rowsMax = (options.expect?.length ?? 0) + ROWS_BEYOND_MAX;
  options.progress?.(1);
  const first = await replayHere(runnable, recording(), { rowsMax, onRows: options.onRows });
  options.progress?.(2);
  const second = await replayHere(runnable, recording(), { rowsMax });
  return validationReport({
    first,
    second,
    expect: options.expect,
    slo: options.slo ?? runnable.plan.slo,
    p99LatencyMs: first.latency.summary()?.p99 ?? null
  });
}
