import { readdirSync, readFileSync, statSync } from 'node:fs';

/** What a process takes at one moment. */
export interface ProcessSample {
  readonly atMs: number;
  readonly residentBytes: number;
  readonly handles: number;
  readonly logBytes: number;
}

/** Reads `/proc` of a process and the size of its write-ahead log. */
export function sampleProcess(pid: number, logFile: string): ProcessSample {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    atMs: performance.now(),
    residentBytes: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1_024,
    handles: readdirSync(`/proc/${pid}/fd`).length,
    logBytes: statSync(logFile, { throwIfNoEntry: false })?.size ?? 0
  };
}

/** Slope through the smallest value of each of `parts` parts of the time, per hour, by Theil and Sen: what garbage collection leaves. */
export function floorSlopePerHour(samples: readonly ProcessSample[], valueOf: (sample: ProcessSample) => number, parts: number): number {
  const points = partsOf(samples, parts).map(part => part.reduce((least, sample) => (valueOf(sample) < valueOf(least) ? sample : least)));
  const slopes = points.flatMap((point, index) => points.slice(index + 1).map(later => (valueOf(later) - valueOf(point)) / (later.atMs - point.atMs)));
  return median(slopes) * 3_600_000;
}

/** The samples in `parts` groups of equal number. */
export function partsOf(samples: readonly ProcessSample[], parts: number): ProcessSample[][] {
  const size = Math.max(1, Math.floor(samples.length / parts));
  return Array.from({ length: parts }, (_none, index) => samples.slice(index * size, (index + 1) * size)).filter(part => part.length > 0);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
