import { describe, expect, it } from 'vitest';
import { agentMetrics, type AgentFigures } from '../../../edge/metrics/agent-metrics';

const figures: AgentFigures = {
  nowMs: 1_700_000_100_000,
  startedMs: 1_700_000_000_000,
  agentVersion: '0.1.0',
  active: { pipeline: 'bearing-watch', release: 3, sha256: 'ab'.repeat(32) },
  counters: { rowsIn: 100, rowsOut: { alerts: 5, 'odd "name"\\\n': 6 }, late: 1, inGap: 2, filtered: 3, deadLetters: { JSON_SYNTAX: 4, FUTURE_TIME: 5 }, duplicates: 0, dropped: 0, conservationError: 0, watermarkMs: 1_700_000_098_500 },
  violations: [{ node: 'validate', rule: 'load "high"', count: 7 }],
  drift: [{ node: 'in', kind: 'unknown', field: 'odd "name"', count: 3 }],
  duplicates: 7,
  packetIdViolations: 0,
  slowRecords: 8,
  dropped: { replaced: 9 },
  inbox: { rows: 10, bytes: 1_000, oldestMs: 1_700_000_099_000, unprocessed: 2 },
  outbox: [{ sink: 'bearing-watch/3/alerts', rows: 11, oldestMs: 1_700_000_090_000 }],
  commits: { count: 12, seconds: 0.5, lastMs: 1_700_000_099_500, failures: 0 },
  checkpointAgeMs: 250,
  inference: { count: 13, seconds: 0.25 },
  rejected: new Map([['DIGEST_MISMATCH', 1]]),
  residentBytes: 60e6,
  cpuSeconds: 1.5
};

interface Family {
  readonly type: string;
  readonly samples: string[];
}

/** A strict reader of the text format: throws on anything that Prometheus would not take. */
function lint(text: string): Map<string, Family> {
  const families = new Map<string, Family>();
  let current: { name: string; family: Family } | null = null;
  expect(text.endsWith('\n')).toBe(true);
  const seen = new Set<string>();
  for (const line of text.slice(0, -1).split('\n')) {
    const help = /^# HELP ([a-z_]+) [^\\]+\.$/.exec(line);
    const type = /^# TYPE ([a-z_]+) (counter|gauge|summary)$/.exec(line);
    const sample = /^([a-z_]+)(\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+\})? (-?[0-9.e+-]+)$/.exec(line);
    if (help !== null) {
      const name = help[1] ?? '';
      expect(families.has(name), `${name} stands twice`).toBe(false);
      current = { name, family: { type: '', samples: [] } };
    } else if (type !== null) {
      expect(type[1]).toBe(current?.name);
      families.set(type[1] ?? '', (current = { name: type[1] ?? '', family: { type: type[2] ?? '', samples: [] } }).family);
    } else {
      expect(sample, line).not.toBeNull();
      const series = `${sample?.[1] ?? ''}${sample?.[2] ?? ''}`;
      expect(seen.has(series), `${series} stands twice`).toBe(false);
      seen.add(series);
      const suffix = current?.family.type === 'summary' ? '(_sum|_count)' : '';
      expect(sample?.[1]).toMatch(new RegExp(`^${current?.name ?? ''}${suffix}$`));
      current?.family.samples.push(line);
    }
  }
  return families;
}

describe('agentMetrics', () => {
  const families = lint(agentMetrics(figures));

  it('is text that Prometheus takes, with names by its rules', () => {
    for (const [name, { type }] of families) {
      expect(name).toMatch(/^(littoral|process)_[a-z_]+$/);
      if (type === 'counter') expect(name).toMatch(/_total$/);
      else expect(name).not.toMatch(/_total$/);
      if (/_(duration|age|lag|timestamp)(_|$)/.test(name)) expect(name).toMatch(/_seconds$/);
    }
  });

  it('has every name that operators rely on', () => {
    const names = `records_in_total records_out_total records_filtered_total records_in_gap_total late_records_dropped_total decode_errors_total dead_letter_records_total
      dropped_records_total duplicates_suppressed_total slow_records_total conservation_error_records inbox_rows inbox_bytes inbox_oldest_age_seconds outbox_rows outbox_oldest_age_seconds
      commit_duration_seconds last_commit_timestamp_seconds fsync_errors_total checkpoint_age_seconds watermark_lag_seconds inference_duration_seconds bundle_info bundle_rejected_total`;
    for (const name of names.split(/\s+/)) expect([...families.keys()]).toContain(`littoral_${name}`);
  });

  it('counts in base units and escapes what users choose', () => {
    const lines = [...families.values()].flatMap(family => family.samples);
    expect(lines).toContain('littoral_records_out_total{pipeline="bearing-watch",sink="odd \\"name\\"\\\\\\n"} 6');
    expect(lines).toContain('littoral_watermark_lag_seconds{pipeline="bearing-watch"} 1.5');
    expect(lines).toContain('littoral_outbox_oldest_age_seconds{sink="bearing-watch/3/alerts"} 10');
    expect(lines).toContain('littoral_decode_errors_total{pipeline="bearing-watch",code="JSON_SYNTAX"} 4');
    expect(lines).toContain('littoral_schema_drift_total{pipeline="bearing-watch",node="in",kind="unknown",field="odd \\"name\\""} 3');
    expect(lines).toContain('littoral_rule_violations_total{pipeline="bearing-watch",node="validate",rule="load \\"high\\""} 7');
    expect(lines).toContain('littoral_commit_duration_seconds_sum 0.5');
  });

  it('leaves out what is not known yet', () => {
    const waiting = lint(agentMetrics({ ...figures, active: null, counters: null, outbox: [], rejected: new Map(), dropped: {} }));
    expect(waiting.get('littoral_bundle_info')).toBeUndefined();
    expect(waiting.get('littoral_records_in_total')).toBeUndefined();
    expect(waiting.get('littoral_inbox_rows')?.samples).toHaveLength(1);
  });
});
