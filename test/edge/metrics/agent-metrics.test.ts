import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { agentMetrics, metricFamilies } from '../../../edge/metrics/agent-metrics';
import { METRICS } from '../../../edge/metrics/catalogue';
import { MetricSet, SERIES_MAX } from '../../../edge/metrics/metric-set';
import { openMetricsText, prometheusText, wantsOpenMetrics } from '../../../edge/metrics/prometheus-text';
import { figures } from './figures';

interface ParsedFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly metrics: readonly { readonly value?: string; readonly labels?: Readonly<Record<string, string>>; readonly buckets?: Readonly<Record<string, string>>; readonly count?: string; readonly sum?: string }[];
}
const parse = createRequire(import.meta.url)('parse-prometheus-text-format') as (text: string) => ParsedFamily[];

/** The names by which operators, alerts and dashboards know the agent. */
const NAMES = `records_in_total records_out_total records_filtered_total records_in_gap_total late_records_dropped_total decode_errors_total dead_letter_records_total
  dropped_records_total source_gap_total duplicates_suppressed_total slow_records_total conservation_error_records inbox_rows inbox_bytes inbox_oldest_age_seconds outbox_rows
  outbox_oldest_age_seconds commit_duration_seconds last_commit_timestamp_seconds fsync_errors_total checkpoint_age_seconds watermark_lag_seconds operator_busy_ratio
  inference_duration_seconds bundle_info bundle_rejected_total`.split(/\s+/);

/** A strict reader of the lines: throws on anything that the format does not allow. */
function strictLines(text: string): string[] {
  const seen = new Set<string>();
  let family = '';
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(0, -1)
    .split('\n')
    .filter(line => {
      const head = /^# (HELP [a-z_]+ [^\\]+\.|TYPE ([a-z_]+) (?:counter|gauge|histogram))$/.exec(line);
      if (head !== null) {
        family = head[2] ?? family;
        return false;
      }
      const sample = /^([a-z_]+)(\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+\})? (-?[0-9.e+-]+)$/.exec(line);
      expect(sample, line).not.toBeNull();
      expect(sample?.[1]).toMatch(new RegExp(`^${family}(_bucket|_sum|_count)?$`));
      expect(seen.has(`${sample?.[1] ?? ''}${sample?.[2] ?? ''}`), `${line} stands twice`).toBe(false);
      seen.add(`${sample?.[1] ?? ''}${sample?.[2] ?? ''}`);
      return true;
    });
}

describe('the metrics of an agent', () => {
  const text = agentMetrics(figures);
  const families = new Map(parse(text).map(family => [family.name, family]));

  it('are text that another reader of the format takes, each with help and type', () => {
    expect([...families.keys()].sort()).toEqual(metricFamilies(figures).map(({ name }) => name).sort());
    for (const [name, { help, type, metrics }] of families) {
      expect(METRICS[name as keyof typeof METRICS]).toMatchObject({ help, type: type.toLowerCase() });
      expect(metrics.length).toBeGreaterThan(0);
    }
  });

  it('have every name that operators rely on, and no other than the catalogue has', () => {
    for (const name of NAMES) expect([...families.keys()]).toContain(`littoral_${name}`);
    expect(Object.keys(METRICS)).toEqual(expect.arrayContaining([...families.keys()]));
  });

  it('follow the rules of names that promtool checks', () => {
    for (const [name, { type, help }] of Object.entries(METRICS)) {
      expect(name).toMatch(/^(littoral|process)_[a-z][a-z_]*[a-z]$/);
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      expect(name).not.toMatch(/_(count|sum|bucket|histogram|gauge|counter|ms|milliseconds|minutes|kb|mb|megabytes|percent)(_|$)/);
      expect(help).toMatch(/^[A-Z].*\.$/);
      if (/_(duration|age|lag|latency|timestamp|freshness)(_|$)/.test(name)) expect(name).toMatch(/_seconds$/);
    }
  });

  it('count in base units and escape what users choose', () => {
    const lines = strictLines(text);
    expect(lines).toContain('littoral_records_out_total{pipeline="bearing-watch",sink="odd \\"name\\"\\\\\\n"} 6');
    expect(lines).toContain('littoral_watermark_lag_seconds{pipeline="bearing-watch"} 1.5');
    expect(lines).toContain('littoral_outbox_oldest_age_seconds{sink="bearing-watch/3/alerts"} 10');
    expect(lines).toContain('littoral_decode_errors_total{pipeline="bearing-watch",code="JSON_SYNTAX"} 4');
    expect(lines).toContain('littoral_schema_drift_total{pipeline="bearing-watch",node="in",kind="unknown",field="odd \\"name\\""} 3');
    expect(lines).toContain('littoral_rule_violations_total{pipeline="bearing-watch",node="validate",rule="load \\"high\\""} 7');
    expect(lines).toContain('littoral_commit_duration_seconds_sum 0.5');
    expect(lines).toContain('littoral_source_gap_total{source="in"} 12');
    expect(lines).toContain('littoral_source_up{source="in",topic="plant/+/vibration"} 1');
    expect(lines).toContain('littoral_freshness_seconds{source="in"} 1');
    expect(lines).toContain('littoral_rollbacks_total{reason="late_share"} 2');
    expect(lines).toContain('littoral_shadow_rows_total{node="scored",model="next.onnx",verdict="differed"} 2');
    expect(lines).toContain('littoral_slo_burn_rate{pipeline="bearing-watch",objective="late_share"} 2.5');
  });

  it('give durations as histograms whose buckets add up', () => {
    const [commit] = families.get('littoral_commit_duration_seconds')?.metrics ?? [];
    expect(commit).toMatchObject({ count: '2', sum: '0.5' });
    expect(commit?.buckets).toMatchObject({ '0.1': '0', '0.25': '1', '0.5': '2', '+Inf': '2' });
  });

  it('leave out what is not known yet', () => {
    const waiting = agentMetrics({ ...figures, active: null, counters: null, sinks: [], sources: [], nodes: [], slo: [], rejected: new Map(), dropped: {}, openFiles: null });
    expect(waiting).not.toMatch(/littoral_bundle_info|littoral_records_in_total|littoral_outbox_rows/);
    expect(waiting).not.toMatch(/^process_open_fds /m);
    expect(waiting).toContain('\nlittoral_inbox_rows 10\n');
  });

  it('stay few however many names there are, and the others are counted', () => {
    const many = { ...figures, drift: Array.from({ length: SERIES_MAX + 50 }, (_none, index) => ({ node: 'in', kind: 'unknown', field: `f${index}`, count: 1 })) };
    const lines = strictLines(agentMetrics(many));
    expect(lines.filter(line => line.startsWith('littoral_schema_drift_total{'))).toHaveLength(SERIES_MAX);
    expect(lines).toContain('littoral_series_dropped_total 50');
  });

  it('cut label values that are too long', () => {
    const set = new MetricSet();
    set.add('littoral_schema_drift_total', 1, { field: 'x'.repeat(10_000) });
    expect(prometheusText(set.families()).length).toBeLessThan(600);
  });
});

describe('OpenMetrics', () => {
  it('is given to readers that ask for it and to no other', () => {
    const prometheus3 = 'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
    expect(wantsOpenMetrics(prometheus3)).toBe(true);
    expect(wantsOpenMetrics('application/openmetrics-text')).toBe(true);
    for (const accept of [undefined, '*/*', 'text/plain', 'application/openmetrics-text;q=0, text/plain', 'x-application/openmetrics-text']) expect(wantsOpenMetrics(accept), String(accept)).toBe(false);
  });

  it('names counters without _total in their heads, says units and marks its end', () => {
    const text = openMetricsText(metricFamilies(figures));
    expect(text).toContain('# TYPE littoral_records_in counter\nlittoral_records_in_total{pipeline="bearing-watch"} 100\n');
    expect(text).toContain('# TYPE process_cpu_seconds counter\n# UNIT process_cpu_seconds seconds\nprocess_cpu_seconds_total 1.5\n');
    expect(text.endsWith('\n# EOF\n')).toBe(true);
    expect(text.match(/# EOF/g)).toHaveLength(1);
  });
});
