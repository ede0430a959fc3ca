import { append, featureStore, files, float64, http, replace, schema, timestampMs, utf8 } from '../../../engine/api/littoral';
import { bindLittoral } from '../../../engine/api/bind';
import type { FilesOptions } from '../../../engine/api/source';
import type { AppendOptions, Sink } from '../../../engine/api/sinks';
import type { Plan } from '../../../engine/plan/plan';
import { FakeHost } from '../../engine/api/fake-host';

const { pipeline } = bindLittoral(new FakeHost());
const logLine = schema({ file: utf8(), line: utf8(), arrivedMs: timestampMs() });
type LogLine = typeof logLine.columns;

/** Lines of files below the connection `logs`, with a word replaced, appended to `lines.txt` below the connection `out`. */
export function linesPlan(topic: string, source: Partial<FilesOptions<LogLine>> = {}, sink: Partial<AppendOptions> = {}): Plan {
  return pipeline('lines')
    .from(files(topic, { connection: 'logs', schema: logLine, eventTime: 'arrivedMs', arrivalTimeColumn: 'arrivedMs', topicColumns: { file: 0 }, decoder: { format: 'text', column: 'line' }, maxOutOfOrdernessMs: 0, ...source }))
    .select({ line: r => replace(r.line, 'ERR', 'error') })
    .to(append('lines.txt', { connection: 'out', encoder: { format: 'text', column: 'line' }, ...sink }))
    .toPlan();
}

/** A recording line that such a plan reads. */
export const logRecording = (line: string): string => JSON.stringify({ arrivalTimeMs: 1_700_000_000_000, topic: 'app.log', payloadBase64: Buffer.from(line).toString('base64') });

const reading = schema({ device: utf8(), tMs: timestampMs(), value: float64() });

/** Posted readings, straight to `sink`. */
export function postedPlan(sink: Sink<'device' | 'value'>, options: { readonly keyed?: boolean } = {}): Plan {
  const rows = pipeline('posted').from(http('readings/+', { connection: 'intake', schema: reading, eventTime: 'tMs', topicColumns: { device: 1 }, maxOutOfOrdernessMs: 0, maxFutureSkewMs: null }));
  return options.keyed === true ? rows.featureView({ keys: ['device'] }).to(featureStore('last')).toPlan() : rows.to(sink).toPlan();
}

/** A recording line that such a plan reads. */
export const readingRecording = (value: number): string => JSON.stringify({ arrivalTimeMs: 1_700_000_000_000, topic: 'readings/a', payload: { tMs: 1_700_000_000_000, value } });
