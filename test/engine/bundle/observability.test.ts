import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DASHBOARD_PATH, observabilityFiles, RULES_PATH } from '../../../engine/bundle/observability/observability-files';
import type { Plan, Slo } from '../../../engine/plan/plan';
import { plan } from './make-bundle';

interface Rules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}
interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
interface Dashboard {
  readonly title: string;
  readonly panels: readonly { readonly title: string; readonly description: string; readonly gridPos: { readonly x: number; readonly y: number }; readonly targets: readonly { readonly expr: string }[] }[];
}

/** The metrics of an agent; rules and dashboards may use no other. */
const METRICS = new Set(
  `records_in_total records_out_total records_filtered_total records_in_gap_total late_records_dropped_total decode_errors_total dead_letter_records_total dropped_records_total
  source_gap_total duplicates_suppressed_total slow_records_total conservation_error_records inbox_rows inbox_bytes inbox_oldest_age_seconds outbox_rows outbox_oldest_age_seconds
  commit_duration_seconds_sum commit_duration_seconds_count last_commit_timestamp_seconds fsync_errors_total checkpoint_age_seconds watermark_lag_seconds operator_busy_ratio
  inference_duration_seconds_sum inference_duration_seconds_count bundle_info bundle_rejected_total rollbacks_total`.split(/\s+/)
);

function filesOf(slo?: Slo): { readonly rules: Rules; readonly dashboard: Dashboard } {
  const of: Plan = slo === undefined ? plan : { ...plan, slo };
  const files = new Map(observabilityFiles(of).map(({ path, bytes }) => [path, new TextDecoder().decode(bytes)]));
  return { rules: parse(files.get(RULES_PATH) ?? '') as Rules, dashboard: JSON.parse(files.get(DASHBOARD_PATH) ?? '') as Dashboard };
}

const rulesOf = (slo?: Slo): readonly Rule[] => filesOf(slo).rules.groups.flatMap(group => group.rules);
const alert = (name: string, slo?: Slo): Rule | undefined => rulesOf(slo).find(rule => rule.alert === name);

describe('the alerts of a plan', () => {
  it('burn the budget of 99.9 % within a minute when the plan declares nothing, at 14.4, 6 and 1 times', () => {
    expect(alert('LittoralLatencyBudgetFast')?.expr).toBe(
      'pipeline_instance:littoral_slow_records:ratio_rate1h{pipeline="bearing-watch"} > 14.4 * 0.001\nand\npipeline_instance:littoral_slow_records:ratio_rate5m{pipeline="bearing-watch"} > 14.4 * 0.001'
    );
    expect(alert('LittoralLatencyBudgetMedium')?.expr).toMatch(/rate6h.* > 6 \* 0.001\nand\n.*rate30m/);
    expect(alert('LittoralLatencyBudgetSlow')?.expr).toMatch(/rate3d.* > 1 \* 0.001\nand\n.*rate6h/);
  });

  it('take latency, late share and dead letter share from the service levels of the plan', () => {
    const slo = { p99LatencyMs: 500, lateShareMax: 0.02, deadLetterShareMax: 0.005 };
    expect(alert('LittoralLatencyBudgetFast', slo)?.expr).toContain('> 14.4 * 0.01');
    expect(alert('LittoralLatencyBudgetFast', slo)?.annotations?.['summary']).toContain('99 % within 0.5 s');
    expect(alert('LittoralLateShare', slo)?.expr).toContain('> 0.02');
    expect(alert('LittoralDeadLetterShare', slo)?.expr).toContain('> 0.005');
    expect(alert('LittoralLateShare')).toBeUndefined();
  });

  it('cover a stop, lost records, a lagging watermark, gaps, each sink, refused bundles and the disk', () => {
    const names = rulesOf().map(rule => rule.alert);
    expect(names).toEqual(expect.arrayContaining(['LittoralAgentAbsent', 'LittoralStalled', 'LittoralConservationError', 'LittoralWatermarkLag', 'LittoralSourceGap', 'LittoralSinkBacklog', 'LittoralBundleRejected', 'LittoralRolledBack', 'LittoralDiskRefuses', 'LittoralCheckpointOld', 'LittoralDeadLetterShare']));
    expect(alert('LittoralStalled')?.expr).toContain('littoral_inbox_oldest_age_seconds > 120 or (time() - littoral_last_commit_timestamp_seconds) > 120');
    expect(alert('LittoralConservationError')?.expr).toBe('littoral_conservation_error_records{pipeline="bearing-watch"} != 0');
  });

  it('say how urgent they are, about what, and what to do', () => {
    for (const rule of rulesOf({ lateShareMax: 0.1 }).filter(rule => rule.alert !== undefined)) {
      expect(['page', 'ticket']).toContain(rule.labels?.['severity']);
      expect(rule.labels?.['pipeline']).toBe('bearing-watch');
      expect(rule.annotations?.['summary']?.length).toBeGreaterThan(20);
      expect(rule.annotations?.['action']?.length).toBeGreaterThan(20);
    }
  });

  it('use recorded shares that are recorded, and metrics that the agent has', () => {
    const rules = rulesOf({ lateShareMax: 0.1 });
    const recorded = rules.map(rule => rule.record).filter(name => name !== undefined);
    for (const { expr } of rules) {
      for (const [name] of expr.matchAll(/pipeline_instance:\w+:\w+/g)) expect(recorded).toContain(name);
      for (const [, name] of expr.matchAll(/(?<![:\w])littoral_(\w+)/g)) expect(METRICS).toContain(name);
    }
  });
});

describe('the dashboard of a plan', () => {
  it('names sources and sinks, has a place for every panel, and asks for metrics that the agent has', () => {
    const { dashboard } = filesOf();
    expect(dashboard.title).toBe('Littoral: bearing-watch');
    const words = dashboard.panels.map(panel => panel.description).join(' ');
    expect(words).toContain('source (plant/+/vibration)');
    expect(words).toContain('lake (lake)');
    expect(words).toContain('bearing.onnx');
    expect(new Set(dashboard.panels.map(({ gridPos }) => `${gridPos.x},${gridPos.y}`)).size).toBe(dashboard.panels.length);
    for (const { expr } of dashboard.panels.flatMap(panel => panel.targets)) {
      expect(expr).toContain('job=~"$job", instance=~"$instance"');
      for (const [, name] of expr.matchAll(/littoral_(\w+)/g)) expect(METRICS).toContain(name);
    }
  });
});
