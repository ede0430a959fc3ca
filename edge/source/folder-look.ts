import { LittoralError } from '../../engine/error';
import type { Log } from '../log/log';

export interface FolderLook {
  readonly source: string;
  readonly root: string;
  readonly log: Log;
  /** What was wrong at the last look, or null. */
  readonly problem: string | null;
  /** Looks at the folder; false: it holds more files than can be watched. */
  look(): Promise<boolean>;
}

/** Looks at a watched folder once; gives what is wrong now, or null. A failure is said when it is another one than before. */
export async function lookAtFolder({ source, root, log, problem, look }: FolderLook): Promise<string | null> {
  try {
    return (await look()) ? null : `file source "${source}": more files than can be watched below ${root}; expected fewer. Narrow the topic, or archive old files.`;
  } catch (error) {
    if (error instanceof LittoralError && error.code === 'STORE_CLOSED') return problem;
    const words = `file source "${source}": ${error instanceof Error ? error.message : String(error)}; tried again.`;
    if (words !== problem) log(words, { event: 'source.failed', severity: 'warn' });
    return words;
  }
}
