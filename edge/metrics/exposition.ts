export type MetricType = 'counter' | 'gauge' | 'summary';
export type Labels = Readonly<Record<string, string>>;

/** Metrics as Prometheus text (exposition format 0.0.4): each name once with help and type, then its samples. */
export class Exposition {
  private readonly families = new Map<string, { readonly head: string; readonly samples: string[] }>();

  /** Adds a sample; a value that is null or not finite is left out. */
  add(metric: { readonly name: string; readonly type: MetricType; readonly help: string }, value: number | null, labels: Labels = {}): void {
    this.sample(metric, metric.name, value, labels);
  }

  /** Adds count and sum of a summary without quantiles. */
  addSummary(metric: { readonly name: string; readonly help: string }, count: number, sum: number, labels: Labels = {}): void {
    const summary = { ...metric, type: 'summary' as const };
    this.sample(summary, `${metric.name}_sum`, sum, labels);
    this.sample(summary, `${metric.name}_count`, count, labels);
  }

  text(): string {
    return [...this.families.values()].map(({ head, samples }) => head + samples.join('')).join('');
  }

  private sample(metric: { readonly name: string; readonly type: MetricType; readonly help: string }, sampleName: string, value: number | null, labels: Labels): void {
    let family = this.families.get(metric.name);
    if (family === undefined) {
      family = { head: `# HELP ${metric.name} ${metric.help.replace(/[\\\n]/g, ' ')}\n# TYPE ${metric.name} ${metric.type}\n`, samples: [] };
      this.families.set(metric.name, family);
    }
    if (value === null || !Number.isFinite(value)) return;
    const pairs = Object.entries(labels).map(([name, text]) => `${name}="${escaped(text)}"`);
    family.samples.push(`${sampleName}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`);
  }
}

function escaped(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
