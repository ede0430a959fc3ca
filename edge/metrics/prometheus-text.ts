import type { Labels, MetricFamily } from './metric-set';

/** Content types of the two text formats. */
export const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8';
export const OPENMETRICS_TEXT = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** Prometheus text (exposition format 0.0.4): each name once with help and type, then its samples. */
export function prometheusText(families: readonly MetricFamily[]): string {
  return families.map(family => `# HELP ${family.name} ${helpText(family.help)}\n# TYPE ${family.name} ${family.type}\n${samplesText(family)}`).join('');
}

/** OpenMetrics 1.0: counters are named without `_total`, units are said, the end is marked. */
export function openMetricsText(families: readonly MetricFamily[]): string {
  const texts = families.map(family => {
    const name = family.name.replace(/_total$/, '');
    const unit = /_(seconds|bytes|ratio)$/.exec(name)?.[1];
    const head = `# HELP ${name} ${helpText(family.help)}\n# TYPE ${name} ${family.type}\n`;
    return `${head}${unit === undefined ? '' : `# UNIT ${name} ${unit}\n`}${samplesText(family)}`;
  });
  return `${texts.join('')}# EOF\n`;
}

/** Whether the reader of an `Accept` header wants OpenMetrics. */
export function wantsOpenMetrics(accept: string | undefined): boolean {
  return accept !== undefined && /(^|,)\s*application\/openmetrics-text\s*(;(?!\s*q=0(\.0*)?\s*(,|$))|,|$)/.test(accept);
}

function samplesText({ name, samples }: MetricFamily): string {
  const lines: string[] = [];
  for (const { labels, value } of samples) {
    if (typeof value === 'number') {
      lines.push(`${name}${labelsText(labels)} ${value}\n`);
      continue;
    }
    let cumulative = 0;
    for (const [bucket, count] of value.counts.entries()) {
      cumulative += count;
      lines.push(`${name}_bucket${labelsText({ ...labels, le: boundText(value.bounds[bucket]) })} ${cumulative}\n`);
    }
    lines.push(`${name}_sum${labelsText(labels)} ${value.sum}\n`, `${name}_count${labelsText(labels)} ${value.count}\n`);
  }
  return lines.join('');
}

/** OpenMetrics wants bounds as floats; Prometheus takes them so too. */
function boundText(bound: number | undefined): string {
  if (bound === undefined) return '+Inf';
  return Number.isInteger(bound) ? bound.toFixed(1) : String(bound);
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, text]) => `${name}="${escaped(text)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function helpText(text: string): string {
  return text.replace(/[\\\n]/g, ' ');
}

function escaped(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
