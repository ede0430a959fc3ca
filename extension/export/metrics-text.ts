/** One sample of Prometheus' text format. */
export interface Metric {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SAMPLES_MAX = 5_000;
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Samples of a `/metrics` page; comments and lines of another form are left out. */
export function parseMetrics(text: string): readonly Metric[] {
  const metrics: Metric[] = [];
  for (const line of text.split('\n')) {
    if (metrics.length >= SAMPLES_MAX) break;
    const match = line.startsWith('#') ? null : SAMPLE.exec(line);
    if (!match) continue;
    const value = match[3] === '+Inf' ? Infinity : match[3] === '-Inf' ? -Infinity : Number(match[3]);
    const labels = Object.fromEntries([...(match[2] ?? '').matchAll(LABEL)].map(([, key, quoted]) => [key, (quoted ?? '').replace(/\\(.)/g, (_all, character: string) => (character === 'n' ? '\n' : character))]));
    metrics.push({ name: match[1] ?? '', labels, value });
  }
  return metrics;
}

/** Sum of all samples called `name` whose labels contain `labels`; null when there is none. */
export function sumMetric(metrics: readonly Metric[], name: string, labels: Readonly<Record<string, string>> = {}): number | null {
  const found = metrics.filter(metric => metric.name === name && Object.entries(labels).every(([key, value]) => metric.labels[key] === value));
  return found.length === 0 ? null : found.reduce((sum, metric) => sum + metric.value, 0);
}
