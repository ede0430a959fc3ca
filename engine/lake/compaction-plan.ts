import type { DeltaFile } from './delta-entry';

export interface CompactionOptions {
  /** Size that a file should have. Default 64 MB. */
  readonly targetBytes?: number;
  /** Files of one partition that must be too small before they are joined. Default 5. */
  readonly inputsMin?: number;
  /** Rows that a joined file may have. Default 1 000 000. */
  readonly rowsMax?: number;
}

/** Files of one partition that become one. */
export interface CompactionGroup {
  readonly partition: Readonly<Record<string, string | null>>;
  readonly inputs: readonly DeltaFile[];
  readonly bytes: number;
}

const TARGET_BYTES = 64_000_000;
const INPUTS_MIN = 5;
const ROWS_MAX = 1_000_000;
/** A file with at least this share of the target is large enough. */
const LARGE_SHARE = 0.75;

/** Which of `files` are to be joined, in the order in which they came into the table; no group exceeds the target size. */
export function planCompaction(files: Iterable<DeltaFile>, options: CompactionOptions = {}): CompactionGroup[] {
  const limits = { targetBytes: TARGET_BYTES, inputsMin: INPUTS_MIN, rowsMax: ROWS_MAX, ...options };
  const partitions = new Map<string, DeltaFile[]>();
  for (const file of files) {
    if (file.bytes >= limits.targetBytes * LARGE_SHARE) continue;
    const key = JSON.stringify(Object.entries(file.partition).sort(([a], [b]) => (a < b ? -1 : 1)));
    const known = partitions.get(key);
    if (known === undefined) partitions.set(key, [file]);
    else known.push(file);
  }
  return [...partitions.values()].flatMap(small => groupsOf(small, limits));
}

function groupsOf(files: readonly DeltaFile[], { targetBytes, inputsMin, rowsMax }: Required<CompactionOptions>): CompactionGroup[] {
  const groups: CompactionGroup[] = [];
  let inputs: DeltaFile[] = [];
  let bytes = 0;
  let rows = 0;
  const close = (): void => {
    const first = inputs[0];
    if (first !== undefined && inputs.length >= inputsMin) groups.push({ partition: first.partition, inputs, bytes });
    inputs = [];
    bytes = 0;
    rows = 0;
  };
  for (const file of files) {
    if (bytes + file.bytes > targetBytes || rows + (file.rows ?? 0) > rowsMax) close();
    inputs.push(file);
    bytes += file.bytes;
    rows += file.rows ?? 0;
  }
  close();
  return groups;
}
