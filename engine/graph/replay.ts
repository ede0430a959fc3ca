import type { Report, RowOut } from '../api/host';
import { Sha256 } from '../codec/sha256';
import { encodeUtf8 } from '../codec/utf8';
import { RecordingReader } from '../recording/recording-reader';
import { rowsOut, rowsOutText } from '../rows/rows-out';
import { ENGINE_VERSION } from '../version';
import { drive } from './drive';
import type { Infer } from './drive';
import type { Graph, GraphInput, StepResult } from './graph-api';

const STEP_INPUTS_MAX = 512;

export interface ReplayOptions {
  readonly infer: Infer;
  /** Rows kept in the result. Default 1 000; the report counts all. */
  readonly rowsMax?: number;
  /** Takes the rows-out text piece by piece, in order. */
  readonly onRows?: (text: string) => void;
  /** Takes each step: its inputs and what came of them. */
  readonly onStep?: (step: { readonly inputs: readonly GraphInput[]; readonly result: StepResult }) => void | Promise<void>;
}

export interface Replayed {
  readonly report: Report;
  readonly rows: readonly RowOut[];
}

/**
 * Feeds a whole recording (its bytes in pieces of any size) and the end of input to a fresh graph. Used by the browser
 * and by the command line, so both give the same rows, text and report.
 */
export async function replay(graph: Graph, recording: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, options: ReplayOptions): Promise<Replayed> {
  const collector = new RowCollector(options.rowsMax ?? 1_000, options.onRows);
  const feed = async (inputs: readonly GraphInput[]): Promise<void> => {
    for (let from = 0; from < inputs.length; from += STEP_INPUTS_MAX) {
      const slice = inputs.slice(from, from + STEP_INPUTS_MAX);
      const result = await drive(graph, slice, options.infer);
      collector.take(result);
      await options.onStep?.({ inputs: slice, result });
    }
  };
  const reader = new RecordingReader();
  for await (const piece of recording) await feed(reader.push(piece));
  await feed(reader.end());
  await feed([{ kind: 'end' }]);
  return { report: collector.report(graph), rows: collector.rows };
}

/** Collects the rows of a run: their text's digest, and the first ones themselves. */
export class RowCollector {
  readonly rows: RowOut[] = [];
  private readonly digest = new Sha256();

  constructor(
    private readonly rowsMax: number,
    private readonly onRows?: (text: string) => void
  ) {}

  take(result: StepResult): void {
    const text = rowsOutText(result.emissions);
    if (text === '') return;
    this.digest.update(encodeUtf8(text));
    this.onRows?.(text);
    for (const emission of result.emissions) {
      if (this.rows.length >= this.rowsMax) return;
      this.rows.push(...rowsOut(emission).slice(0, this.rowsMax - this.rows.length));
    }
  }

  /** The report over everything taken. Ends the collection. */
  report(graph: Graph): Report {
    return { ...graph.metrics().totals, outputSha256: this.digest.hex(), engineVersion: ENGINE_VERSION };
  }
}
