import { letterRows } from '../operator/letter-rows';
import type { Chunk, DeadLetter, Progress } from '../operator/operator';
import { NO_PROGRESS, saysNothing } from '../time/progress-search';

/** The dead letters of one node on their way to those that read them, with the node's own progress. */
export class LetterStream {
  private letters: DeadLetter[] = [];
  private progress: Progress[] = [];

  add(letter: DeadLetter): void {
    this.letters.push(letter);
  }

  /** The node has told its progress. */
  follow(progress: Progress): void {
    if (!saysNothing(progress)) this.progress.push(progress);
  }

  /** What came since the last call, in order of `at`; null when that is nothing. */
  take(): Chunk | null {
    if (this.letters.length === 0 && this.progress.length === 0) return null;
    const chunk = { batch: letterRows(this.letters.sort((a, b) => a.at - b.at)), progress: joined(this.progress) };
    this.letters = [];
    this.progress = [];
    return chunk;
  }
}

/** Progress of several chunks, one after the other. */
function joined(parts: readonly Progress[]): Progress {
  const [first] = parts;
  if (first === undefined || parts.length === 1) return first ?? NO_PROGRESS;
  const idle = parts.flatMap(part => part.idle ?? []);
  return {
    count: parts.reduce((sum, { count }) => sum + count, 0),
    at: Float64Array.from(parts.flatMap(({ at }) => [...at])),
    watermarkMs: Float64Array.from(parts.flatMap(({ watermarkMs }) => [...watermarkMs])),
    ...(idle.length === 0 ? {} : { idle })
  };
}
