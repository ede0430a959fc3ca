import { alertRules } from './alert-rules';
import type { PlanFacts } from './plan-facts';
import { RATIO_COUNTERS, RATIO_WINDOWS, ratioExpression, ratioName } from './promql';

/** The rules file of a pipeline for Prometheus: recorded shares, then the alerts on them. */
export function prometheusRules(facts: PlanFacts): string {
  const { pipeline } = facts;
  const recorded = RATIO_COUNTERS.flatMap(counter => RATIO_WINDOWS.map(window => recordRule(ratioName(counter, window), ratioExpression(counter, window, pipeline))));
  const alerts = alertRules(facts).map(
    ({ alert, expression, holds, severity, labels = {}, summary, action }) => `      - alert: ${alert}
        expr: |-
${indented(expression)}
        for: ${holds}
        labels:
          severity: ${severity}
          pipeline: ${JSON.stringify(pipeline)}${Object.entries(labels).map(([name, text]) => `\n          ${name}: ${JSON.stringify(text)}`).join('')}
        annotations:
          summary: ${JSON.stringify(summary)}
          action: ${JSON.stringify(action)}
`
  );
  return `# Prometheus rules of pipeline ${pipeline}, made from its plan. In prometheus.yml: rule_files: [prometheus-rules.yaml]
# Labels "job" and "instance" are those of the scrape; "severity" is "page" or "ticket".
groups:
  - name: ${JSON.stringify(`littoral ${pipeline} shares`)}
    interval: 30s
    rules:
${recorded.join('')}  - name: ${JSON.stringify(`littoral ${pipeline} alerts`)}
    interval: 30s
    rules:
${alerts.join('')}`;
}

function recordRule(name: string, expression: string): string {
  return `      - record: ${name}\n        expr: |-\n${indented(expression)}\n`;
}

function indented(expression: string): string {
  return expression.split('\n').map(line => `          ${line}`).join('\n');
}
