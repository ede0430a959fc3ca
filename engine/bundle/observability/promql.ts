/** Windows that error budgets are looked at through. */
export const RATIO_WINDOWS = ['5m', '30m', '1h', '6h', '3d'] as const;
export type RatioWindow = (typeof RATIO_WINDOWS)[number];

/** Counters whose share of all records is recorded, without `littoral_` and `_total`. */
export const RATIO_COUNTERS = ['slow_records', 'late_records_dropped', 'dead_letter_records'] as const;
export type RatioCounter = (typeof RATIO_COUNTERS)[number];

/** `{pipeline="line7"}` */
export function ofPipeline(pipeline: string): string {
  return `{pipeline="${pipeline}"}`;
}

/** Keeps the samples of the agents that run `pipeline`; for metrics that are about the agent. */
export function whereRunning(expression: string, pipeline: string): string {
  return `(${expression}) and on (instance) littoral_bundle_info${ofPipeline(pipeline)}`;
}

/** Matches a sink of any release of the pipeline, by its name. */
export function ofSink(name: string): string {
  return `{sink=~"(.+/)?${name.replace(/\./g, '\\\\.')}"}`;
}

/** Matches sources by their ids. */
export function ofSources(ids: readonly string[]): string {
  return `{source=~"${ids.map(id => id.replace(/\./g, '\\\\.')).join('|')}"}`;
}

/** Whether a counter has grown within `window`; a counter that was not there before has grown too, which `increase` does not see. */
export function appeared(counter: string, window: string): string {
  return `increase(${counter}[${window}]) > 0\nor\n(${counter} unless ${counter} offset ${window}) > 0`;
}

/** Name of the recorded share. */
export function ratioName(counter: RatioCounter, window: RatioWindow): string {
  return `pipeline_instance:littoral_${counter}:ratio_rate${window}`;
}

/** The share of records that `counter` counts, over `window`. */
export function ratioExpression(counter: RatioCounter, window: RatioWindow, pipeline: string): string {
  const rate = (name: string): string => `sum by (pipeline, instance) (rate(littoral_${name}_total${ofPipeline(pipeline)}[${window}]))`;
  return `${rate(counter)}\n/\n${rate('records_in')}`;
}

/** Whether the recorded share is above `limit` in both windows: the long one says that it matters, the short one that it still happens. */
export function ratioAbove(counter: RatioCounter, windows: readonly [RatioWindow, RatioWindow], limit: string, pipeline: string): string {
  return windows.map(window => `${ratioName(counter, window)}${ofPipeline(pipeline)} > ${limit}`).join('\nand\n');
}
