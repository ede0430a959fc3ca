import type { Progress } from '../operator/operator';
import { firstStepFrom } from './progress-search';

/** `progress` in two: what holds before the rows of input `at`, and from then on. */
export function splitProgress(progress: Progress, at: number): readonly [Progress, Progress] {
  const cut = firstStepFrom(progress, at);
  return [
    { ...part(progress, 0, cut), ...idleMarks(progress, mark => mark.at < at) },
    { ...part(progress, cut, progress.count), ...idleMarks(progress, mark => mark.at >= at) }
  ];
}

function part(progress: Progress, from: number, to: number): Progress {
  return { count: to - from, at: progress.at.subarray(from, to), watermarkMs: progress.watermarkMs.subarray(from, to) };
}

function idleMarks({ idle }: Progress, keep: (mark: NonNullable<Progress['idle']>[number]) => boolean): Pick<Progress, 'idle'> {
  const kept = idle?.filter(keep) ?? [];
  return kept.length === 0 ? {} : { idle: kept };
}
