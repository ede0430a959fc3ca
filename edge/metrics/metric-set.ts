import { METRICS, type MetricName, type MetricSpec } from './catalogue';
import type { HistogramValue } from './histogram';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number | HistogramValue;
}

export interface MetricFamily extends MetricSpec {
  readonly name: MetricName;
  readonly samples: readonly Sample[];
}

/** Series of one metric; more are counted in `littoral_series_dropped_total` and left out. */
export const SERIES_MAX = 400;
const LABEL_LENGTH_MAX = 256;

/** The metrics of one moment: each name once, each series once, their number bounded. */
export class MetricSet {
  private readonly byName = new Map<MetricName, Map<string, Sample>>();
  private dropped = 0;

  /** Adds a sample; a value that is null or not finite is left out, the same series again adds to the first. */
  add(name: MetricName, value: number | null, labels: Labels = {}): void {
    const series = this.seriesOf(name);
    if (value === null || !Number.isFinite(value)) return;
    this.put(series, shortened(labels), before => value + (typeof before === 'number' ? before : 0));
  }

  addHistogram(name: MetricName, value: HistogramValue, labels: Labels = {}): void {
    this.put(this.seriesOf(name), shortened(labels), () => value);
  }

  /** All metrics in the order in which they came first. */
  families(): readonly MetricFamily[] {
    if (this.dropped > 0) this.seriesOf('littoral_series_dropped_total').set('', { labels: {}, value: this.dropped });
    return [...this.byName].map(([name, series]) => ({ name, ...METRICS[name], samples: [...series.values()] }));
  }

  private seriesOf(name: MetricName): Map<string, Sample> {
    let series = this.byName.get(name);
    if (series === undefined) this.byName.set(name, (series = new Map()));
    return series;
  }

  private put(series: Map<string, Sample>, labels: Labels, value: (before: Sample['value'] | undefined) => Sample['value']): void {
    const key = JSON.stringify(labels);
    const before = series.get(key);
    if (before === undefined && series.size >= SERIES_MAX) {
      this.dropped++;
      return;
    }
    series.set(key, { labels, value: value(before?.value) });
  }
}

function shortened(labels: Labels): Labels {
  if (Object.values(labels).every(text => text.length <= LABEL_LENGTH_MAX)) return labels;
  return Object.fromEntries(Object.entries(labels).map(([name, text]) => [name, text.length > LABEL_LENGTH_MAX ? `${text.slice(0, LABEL_LENGTH_MAX - 1)}…` : text]));
}
