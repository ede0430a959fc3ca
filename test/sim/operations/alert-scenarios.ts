import { canonicalJson } from '../../../engine/bundle/canonical-json';
import { alertRules } from '../../../engine/bundle/observability/alert-rules';
import type { PlanFacts } from '../../../engine/bundle/observability/plan-facts';

/** Values of a series per minute, in the notation of promtool. */
type Series = Readonly<Record<string, string>>;

interface Scenario {
  readonly alert: string;
  /** Series that are not as in a healthy plant. */
  readonly series: Series;
  readonly firesAtMinute: number;
  readonly clearsAtMinute: number;
  readonly minutes: number;
}

const SICK = 240;

/**
 * A test file for `promtool test rules`: a healthy plant in which nothing fires, and for each alert of the plan a trouble in
 * which it fires and after whose end it clears. Every alert of `facts` must have one; throws when a rule has none.
 */
export function promtoolTests(facts: PlanFacts, rulesFile: string): string {
  const scenarios = scenariosOf(facts);
  const untested = alertRules(facts).find(rule => !scenarios.some(scenario => scenario.alert === rule.alert));
  if (untested !== undefined) throw new Error(`alert ${untested.alert} has no scenario`);
  const healthy = { name: 'a healthy plant', interval: '1m', input_series: inputSeries({}, facts, SICK), promql_expr_test: [30, 120, SICK - 1].map(minute => firing('', minute, false)) };
  const tests = scenarios.map(({ alert, series, firesAtMinute, clearsAtMinute, minutes }) => ({
    name: alert,
    interval: '1m',
    input_series: inputSeries(series, facts, minutes),
    promql_expr_test: [firing(alert, firesAtMinute, true), firing(alert, clearsAtMinute, false)]
  }));
  return canonicalJson({ rule_files: [rulesFile], evaluation_interval: '1m', tests: [healthy, ...tests] });
}

function firing(alert: string, minute: number, is: boolean): unknown {
  const matcher = alert === '' ? 'alertstate="firing"' : `alertname="${alert}", alertstate="firing"`;
  return { expr: `count(ALERTS{${matcher}}) > bool 0`, eval_time: `${minute}m`, exp_samples: is ? [{ labels: '{}', value: 1 }] : [] };
}

const agent = 'instance="edge-1:9464", job="littoral"';

function inputSeries(changes: Series, facts: PlanFacts, minutes: number): unknown[] {
  const all = { ...healthySeries(facts, minutes), ...changes };
  return Object.entries(all).map(([series, values]) => ({ series, values }));
}

/** 600 records a minute, a commit each minute, nothing waits. */
function healthySeries(facts: PlanFacts, minutes: number): Series {
  const names = namesOf(facts);
  const still = `0+0x${minutes}`;
  return {
    [names.info]: `1+0x${minutes}`,
    [names.recordsIn]: `0+600x${minutes}`,
    [names.slow]: still,
    [names.late]: still,
    [names.deadLetters]: still,
    [names.inboxAge]: still,
    [names.lastCommit]: `0+60x${minutes}`,
    [names.conservation]: still,
    [names.lag]: `2+0x${minutes}`,
    [names.gaps]: still,
    [names.fsync]: still,
    [names.checkpoint]: `5+0x${minutes}`,
    ...Object.fromEntries(facts.sinks.map(sink => [names.outboxAge(sink.name), still]))
  };
}

function namesOf({ pipeline, sources }: PlanFacts): Readonly<Record<'info' | 'recordsIn' | 'slow' | 'late' | 'deadLetters' | 'inboxAge' | 'lastCommit' | 'conservation' | 'lag' | 'gaps' | 'fsync' | 'checkpoint' | 'rejected' | 'rollbacks', string>> & { outboxAge(sink: string): string } {
  const flow = (name: string, more = ''): string => `littoral_${name}{pipeline="${pipeline}", ${agent}${more}}`;
  const own = (name: string, more = ''): string => `littoral_${name}{${agent}${more}}`;
  return {
    info: flow('bundle_info', ', release="3", sha="0"'),
    recordsIn: flow('records_in_total'),
    slow: flow('slow_records_total'),
    late: flow('late_records_dropped_total'),
    deadLetters: flow('dead_letter_records_total', ', code="JSON_SYNTAX"'),
    inboxAge: own('inbox_oldest_age_seconds'),
    lastCommit: own('last_commit_timestamp_seconds'),
    conservation: flow('conservation_error_records'),
    lag: flow('watermark_lag_seconds'),
    gaps: own('source_gap_total', `, source="${sources[0]?.id ?? ''}"`),
    fsync: own('fsync_errors_total'),
    checkpoint: own('checkpoint_age_seconds'),
    rejected: own('bundle_rejected_total', ', reason="SIGNATURE_INVALID"'),
    rollbacks: own('rollbacks_total', ', reason="SLO"'),
    outboxAge: sink => own('outbox_oldest_age_seconds', `, sink="${pipeline}/3/${sink}"`)
  };
}

function scenariosOf(facts: PlanFacts): readonly Scenario[] {
  const names = namesOf(facts);
  /** A counter that stands, grows for an hour by `perMinute` from minute 60 on, and stands again. */
  const hour = (perMinute: number, after: number): string => `0+0x59 0+${perMinute}x60 ${perMinute * 60}+0x${after}`;
  /** A gauge that is `sick` from minute 60 to 120. */
  const spell = (well: number, sick: number, after: number): string => `${well}+0x59 ${sick}+0x60 ${well}+0x${after}`;
  const scenario = (alert: string, series: Series, firesAtMinute: number, clearsAtMinute: number, minutes = SICK): Scenario => ({ alert, series, firesAtMinute, clearsAtMinute, minutes });
  const all = 600;
  return [
    scenario('LittoralLatencyBudgetFast', { [names.slow]: hour(all, 120) }, 118, 150),
    scenario('LittoralLatencyBudgetMedium', { [names.slow]: hour(all, 480) }, 119, 180, 600),
    scenario('LittoralLatencyBudgetSlow', { [names.slow]: `0+0x59 0+${all}x120 ${all * 120}+0x720` }, 175, 720, 900),
    scenario('LittoralDeadLetterShare', { [names.deadLetters]: hour(all, 120) }, 118, 150),
    ...(facts.lateShareMax === null ? [] : [scenario('LittoralLateShare', { [names.late]: hour(all, 120) }, 118, 150)]),
    scenario('LittoralAgentAbsent', { [names.info]: '1+0x59 _x60 1+0x120' }, 110, 130),
    scenario('LittoralStalled', { [names.lastCommit]: '0+60x59 3540+0x60 7260+60x120', [names.inboxAge]: spell(0, 300, 120) }, 90, 130),
    scenario('LittoralConservationError', { [names.conservation]: spell(0, 3, 120) }, 90, 130),
    scenario('LittoralWatermarkLag', { [names.lag]: spell(2, facts.watermarkLagMaxSeconds + 100, 120) }, 90, 130),
    scenario('LittoralSourceGap', { [names.gaps]: hour(5, 120) }, 90, 150),
    scenario('LittoralSinkBacklog', Object.fromEntries(facts.sinks.map(sink => [names.outboxAge(sink.name), spell(0, 900, 120)])), 90, 130),
    scenario('LittoralBundleRejected', { [names.rejected]: '_x60 1+0x179' }, 62, 100),
    scenario('LittoralRolledBack', { [names.rollbacks]: '_x60 1+0x179' }, 62, 100),
    scenario('LittoralDiskRefuses', { [names.fsync]: hour(2, 120) }, 90, 135),
    scenario('LittoralCheckpointOld', { [names.checkpoint]: spell(5, 1_200, 120) }, 90, 130)
  ];
}
