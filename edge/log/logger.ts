import { withoutCredentials } from '../secrets/url-secrets';
import { formatEntry, type LogFormat } from './format';
import { SEVERITY_RANK, toEntry, type Log, type LogEntry, type Severity } from './log';
import { RepeatFilter } from './repeat-filter';

export interface LoggerOptions {
  readonly format: LogFormat;
  /** Lines below it are left out; default `info`. */
  readonly level?: Severity;
  readonly nowMs: () => number;
  /** Takes one line without its end. */
  readonly write: (line: string) => void;
}

export interface Logger {
  readonly log: Log;
  /** Tells what was held back as repeated. */
  close(): void;
}

/** A log of one line per event: below the level nothing, repeats held back and counted, credentials in addresses taken out. */
export function makeLogger(options: LoggerOptions): Logger {
  const { format, level = 'info', nowMs, write } = options;
  const repeats = new RepeatFilter();
  const put = (entry: LogEntry): void => write(formatEntry(entry, format));
  return {
    log(text, facts) {
      const entry = toEntry(nowMs(), withoutCredentials(text), facts);
      if (SEVERITY_RANK[entry.severity] < SEVERITY_RANK[level]) return;
      for (const late of repeats.due(entry.timeMs)) put(late);
      if (repeats.passes(entry)) put(entry);
    },
    close() {
      for (const late of repeats.due(Infinity)) put(late);
    }
  };
}

/**
 * `auto`: text with levels when stderr goes to the journal, else text; people and scripts read the same words. A process
 * inherits JOURNAL_STREAM also where its stderr goes elsewhere, so the variable counts only when it names `stderr`.
 */
export function logFormatOf(text: 'auto' | LogFormat, journalStream: string | undefined, stderr: { readonly dev: number; readonly ino: number }): LogFormat {
  if (text !== 'auto') return text;
  return journalStream === `${stderr.dev}:${stderr.ino}` ? 'journal' : 'text';
}
