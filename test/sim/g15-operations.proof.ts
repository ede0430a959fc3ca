import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alertRules } from '../../engine/bundle/observability/alert-rules';
import { DASHBOARD_PATH, RULES_PATH } from '../../engine/bundle/observability/observability-files';
import { prometheusRules } from '../../engine/bundle/observability/prometheus-rules';
import { planFacts } from '../../engine/bundle/observability/plan-facts';
import type { Plan } from '../../engine/plan/plan';
import { loadPipeline } from '../../edge/host/load-pipeline';
import { countingPlan } from '../edge/bundles';
import { promtoolTests } from './operations/alert-scenarios';
import { runAsRendered } from './operations/as-rendered';
import { dashboardProblems } from './operations/dashboard';
import { checkDeployment, writeDeployment } from './operations/deployments';
import { imageContents } from './operations/image-contents';
import { liveMetrics } from './operations/live-metrics';
import { complaintsOf, findTools } from './operations/tools';
import type { Tools } from './operations/tools';
import type { Proof, ProofOptions, ProofResult } from './proof';

const ROOT = join(import.meta.dirname, '..', '..');
const SAMPLES = ['notebooks/01-first-window.ipynb#first-window', 'notebooks/bearing-watch.pipeline.ts', 'test/edge/cli/fixtures/pumps.pipeline.ts'];

/** Metrics, alerts, dashboards and deployment files are what the tools of operations take them for. */
export const proof: Proof = {
  id: 'G15',
  title: 'metrics, alerts, dashboards and deployment files',
  passLine: 'Metric names pass the lint of Prometheus and the conservation error is 0; rules, dashboard and deployment files of every sample pipeline pass the tools that read them; each alert fires and clears; the commands of Dockerfile and systemd unit become ready; the image holds at most 60 MB beside Node.',
  async run({ scale, log }: ProofOptions): Promise<ProofResult> {
    const folder = mkdtempSync(join(tmpdir(), 'littoral-operations-'));
    try {
      const tools = await findTools(ROOT, scale === 'full', log);
      const plans = await samplePlans();
      const findings: string[] = [];
      let checks = 0;
      let exposure = Number.NaN;
      for (const [index, plan] of plans.entries()) {
        const place = join(folder, String(index));
        writeDeployment(plan, index % 2 === 0 ? ['*'] : ['site-a/*'], place);
        const deployment = checkDeployment(place, tools);
        const rules = checkRules(plan, place, tools, plan.slo !== undefined || index === 0);
        checks += deployment.checks + rules.checks;
        exposure = deployment.exposure;
        findings.push(...[...deployment.findings, ...rules.findings].map(words => `${plan.name}, ${words}`));
        log(`${plan.name}: ${deployment.checks + rules.checks} checks`);
      }
      const metrics = await checkMetrics(tools);
      const rendered = await runAsRendered();
      const image = scale === 'full' ? await imageContents(ROOT, join(folder, '1', 'deploy', 'Dockerfile')) : { megabytes: 'measured at full scale', findings: [] };
      findings.push(...metrics.findings, ...rendered.findings, ...image.findings);
      const alerts = new Set(plans.flatMap(plan => alertRules(planFacts(plan)).map(rule => rule.alert)));
      const tested = tools.promtool === null ? 0 : alerts.size;
      return {
        ok: findings.length === 0,
        figures: { pipelines: plans.length, checksByTools: checks, alerts: alerts.size, alertsFiredAndCleared: tested, commandsRun: rendered.run.join(', '), imageContentsMb: image.megabytes, systemdExposure: Number.isNaN(exposure) ? 'not rated' : exposure, metricFamilies: metrics.families, metricsLinted: tools.promtool === null ? 'no' : 'yes', conservationErrorRecords: metrics.conservationError },
        findings,
        limits: [...tools.limits, 'No container was built: the commands of the Dockerfile were run in a folder.', 'No cluster, Greengrass core or IoT Edge device ran the files: their types, schemas and reference documents were followed.', 'Dashboards were not opened in Grafana.']
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
};

async function samplePlans(): Promise<readonly Plan[]> {
  const loaded: Plan[] = [];
  for (const sample of SAMPLES) loaded.push((await loadPipeline(join(ROOT, sample))).plan);
  return [...loaded, { ...countingPlan({ name: 'with-service-levels' }), slo: { p99LatencyMs: 500, lateShareMax: 0.02, deadLetterShareMax: 0.005 } }, withoutBroker()];
}

/** Lines of files, forwarded to a server: nothing of it at a broker. */
function withoutBroker(): Plan {
  const plan = countingPlan({ name: 'without-broker', lake: false });
  const nodes = plan.nodes.map((node): Plan['nodes'][number] => {
    if (node.op === 'source') {
      const { topic, decoder, schema, eventTime, maxOutOfOrdernessMs, maxFutureSkewMs, idleTimeoutMs, watermarkPer } = node.config;
      return { ...node, config: { connector: 'file', framing: 'lines', from: 'start', connection: 'logs', topic, decoder, schema, eventTime, maxOutOfOrdernessMs, maxFutureSkewMs, idleTimeoutMs, watermarkPer } };
    }
    return node.op === 'sink' ? { ...node, config: { connector: 'http', name: 'up', path: 'rows', connection: 'cloud', method: 'POST' } } : node;
  });
  return { ...plan, nodes };
}

function checkRules(plan: Plan, folder: string, { promtool }: Tools, fires: boolean): { readonly checks: number; readonly findings: readonly string[] } {
  const problems = dashboardProblems(join(folder, DASHBOARD_PATH), promtool);
  if (promtool === null) return { checks: 1, findings: problems };
  const rules = join(folder, RULES_PATH);
  const findings = [...problems];
  const complaints = complaintsOf(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', rules]);
  if (complaints !== '') findings.push(`${RULES_PATH}: ${complaints}`);
  if (!fires) return { checks: 2, findings };
  const tests = join(folder, 'alerts.test.json');
  writeFileSync(tests, promtoolTests(planFacts(plan), rules));
  const failed = complaintsOf(promtool, ['test', 'rules', tests]);
  if (failed !== '') findings.push(`alerts: ${failed}`);
  return { checks: 3, findings };
}

/** Selectors of `rules` that ask a metric of `exposition` for labels that none of its samples has. */
function unmatchedSelectors(rules: string, exposition: string): readonly string[] {
  const labelsOf = (text: string): string[] => [...text.matchAll(/(\w+)=~?"/g)].map(match => match[1] ?? '');
  const selectors = new Set([...rules.matchAll(/(?<![:\w])(littoral_\w+)\{([^}]*)\}/g)].map(match => match[0]));
  return [...selectors].flatMap(selector => {
    const name = selector.slice(0, selector.indexOf('{'));
    const samples = [...exposition.matchAll(new RegExp(`^${name}(?:\\{([^}]*)\\})? `, 'gm'))].map(match => labelsOf(match[1] ?? ''));
    const asked = labelsOf(selector);
    const met = samples.length === 0 || samples.some(labels => asked.every(label => labels.includes(label)));
    return met ? [] : [`/metrics: no sample of ${name} has the labels that the rules ask for (${asked.join(', ')}).`];
  });
}

async function checkMetrics({ promtool }: Tools): Promise<{ readonly families: number; readonly conservationError: number; readonly findings: readonly string[] }> {
  const text = await liveMetrics();
  const complaints = promtool === null ? '' : complaintsOf(promtool, ['check', 'metrics'], text);
  const conservationError = Number(/^littoral_conservation_error_records\{[^}]*\} (\S+)$/m.exec(text)?.[1] ?? 'NaN');
  const findings = complaints === '' ? [] : [`/metrics: ${complaints}`];
  findings.push(...unmatchedSelectors(prometheusRules(planFacts(countingPlan())), text));
  if (conservationError !== 0) findings.push(`/metrics: littoral_conservation_error_records is ${conservationError}, expected 0.`);
  return { families: text.match(/^# TYPE /gm)?.length ?? 0, conservationError, findings };
}
