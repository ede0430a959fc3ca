import type { LogEntry, Severity } from './log';

export type LogFormat = 'text' | 'json' | 'journal';

/** syslog's levels, as sd-daemon(3) takes them before a line. */
const JOURNAL_LEVEL: Readonly<Record<Severity, number>> = { debug: 7, info: 6, warn: 4, error: 3 };

const FORMATS: Readonly<Record<LogFormat, (entry: LogEntry) => string>> = {
  text: entry => oneLine(entry.text),
  json: jsonLine,
  journal: entry => `<${JOURNAL_LEVEL[entry.severity]}>${oneLine(entry.text)}`
};

/** `entry` as one line without its end. */
export function formatEntry(entry: LogEntry, format: LogFormat): string {
  return FORMATS[format](entry);
}

function jsonLine({ timeMs, severity, event, text, traceId, fields }: LogEntry): string {
  return JSON.stringify({ time: new Date(timeMs).toISOString(), severity, event, message: text, ...(traceId === null ? {} : { trace_id: traceId }), ...fields });
}

/** One event is one line, whatever a broker or a file put into its words; control characters would steer the terminal. */
function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '?');
}
