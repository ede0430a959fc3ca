import type { LogEntry, Severity } from '../log/log';
import { attributesOf, nanoseconds, type Resource } from './otlp-values';

const SEVERITY_NUMBER: Readonly<Record<Severity, number>> = { debug: 5, info: 9, warn: 13, error: 17 };

/** The body of `POST /v1/logs`. */
export function logsRequest(entries: readonly LogEntry[], from: { readonly resource: Resource; readonly version: string }): object {
  const logRecords = entries.map(({ timeMs, severity, event, text, traceId, fields }) => ({
    timeUnixNano: nanoseconds(timeMs),
    observedTimeUnixNano: nanoseconds(timeMs),
    severityNumber: SEVERITY_NUMBER[severity],
    severityText: severity.toUpperCase(),
    eventName: event,
    body: { stringValue: text },
    attributes: attributesOf({ 'event.name': event, ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [`littoral.${name}`, value])) }),
    ...(traceId === null ? {} : { traceId })
  }));
  return { resourceLogs: [{ resource: { attributes: attributesOf(from.resource) }, scopeLogs: [{ scope: { name: 'littoral', version: from.version }, logRecords }] }] };
}
