import type { MetricFamily, Sample } from '../metrics/metric-set';
import { attributesOf, labelAttributes, nanoseconds, type KeyValue, type Resource } from './otlp-values';

const CUMULATIVE = 2;

interface Times {
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
}

/** The body of `POST /v1/metrics`: every family under its OpenTelemetry name, cumulative since `startedMs`. */
export function metricsRequest(families: readonly MetricFamily[], from: { readonly resource: Resource; readonly version: string; readonly startedMs: number; readonly nowMs: number }): object {
  const times = { startTimeUnixNano: nanoseconds(from.startedMs), timeUnixNano: nanoseconds(from.nowMs) };
  const metrics = families.filter(family => family.samples.length > 0).map(family => ({ name: family.otel, description: family.help, unit: family.unit, ...dataOf(family, times) }));
  return { resourceMetrics: [{ resource: { attributes: attributesOf(from.resource) }, scopeMetrics: [{ scope: { name: 'littoral', version: from.version }, metrics }] }] };
}

function dataOf({ type, samples }: MetricFamily, times: Times): object {
  switch (type) {
    case 'counter':
      return { sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints: samples.map(sample => numberPoint(sample, times)) } };
    case 'gauge':
      return { gauge: { dataPoints: samples.map(sample => numberPoint(sample, { timeUnixNano: times.timeUnixNano })) } };
    case 'histogram':
      return { histogram: { aggregationTemporality: CUMULATIVE, dataPoints: samples.flatMap(sample => histogramPoint(sample, times)) } };
  }
}

function numberPoint({ labels, value }: Sample, times: Partial<Times>): { attributes: KeyValue[]; asDouble: number } {
  return { attributes: labelAttributes(labels), ...times, asDouble: typeof value === 'number' ? value : value.sum };
}

function histogramPoint({ labels, value }: Sample, times: Times): object[] {
  if (typeof value === 'number') return [];
  return [{ attributes: labelAttributes(labels), ...times, count: String(value.count), sum: value.sum, bucketCounts: value.counts.map(String), explicitBounds: [...value.bounds] }];
}
