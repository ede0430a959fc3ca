import { encodeUtf8 } from '../../codec/utf8';
import type { Plan } from '../../plan/plan';
import { canonicalJson } from '../canonical-json';
import type { ZipEntry } from '../write-zip';
import { grafanaDashboard } from './grafana-dashboard';
import { planFacts } from './plan-facts';
import { prometheusRules } from './prometheus-rules';

export const RULES_PATH = 'observability/prometheus-rules.yaml';
export const DASHBOARD_PATH = 'observability/grafana-dashboard.json';

/** Alerts and dashboard of a pipeline, from its sources, windows, sinks and service levels. */
export function observabilityFiles(plan: Plan): readonly ZipEntry[] {
  const facts = planFacts(plan);
  return [
    { path: RULES_PATH, bytes: encodeUtf8(prometheusRules(facts)) },
    { path: DASHBOARD_PATH, bytes: encodeUtf8(canonicalJson(grafanaDashboard(facts))) }
  ];
}
