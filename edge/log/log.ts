/** How bad it is, as OpenTelemetry and syslog know it. */
export type Severity = 'debug' | 'info' | 'warn' | 'error';

export type LogValue = string | number | boolean | null;

/** What machines read of a log line. Values never hold a secret. */
export interface LogFacts {
  /** Stable name, dotted, subject first: `source.connected`, `bundle.refused`. */
  readonly event: string;
  /** Default `info`. */
  readonly severity?: Severity;
  /** W3C trace id where the line belongs to one, 32 hex digits. */
  readonly traceId?: string;
  /** Further fields in snake_case. */
  readonly fields?: Readonly<Record<string, LogValue>>;
}

/** Takes one line of words for people and the facts behind it for machines. Never throws, never waits. */
export type Log = (text: string, facts?: LogFacts) => void;

/** A line with its time, ready to be written. */
export interface LogEntry {
  readonly timeMs: number;
  readonly text: string;
  readonly severity: Severity;
  readonly event: string;
  readonly traceId: string | null;
  readonly fields: Readonly<Record<string, LogValue>>;
}

/** The order of severities. */
export const SEVERITY_RANK: Readonly<Record<Severity, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Event of a line that came without facts. */
const PLAIN_EVENT = 'agent.message';

export function toEntry(timeMs: number, text: string, facts: LogFacts | undefined): LogEntry {
  return { timeMs, text, severity: facts?.severity ?? 'info', event: facts?.event ?? PLAIN_EVENT, traceId: facts?.traceId ?? null, fields: facts?.fields ?? {} };
}
