import type { JobName } from './job';

/** What the load process is told, as JSON in its first argument. */
export interface LoadOptions {
  readonly port: number;
  readonly job: JobName;
  readonly rateHz: number;
  readonly warmUpS: number;
  readonly runS: number;
}

/** What it says at its end, as JSON after `report `. */
export interface LoadReport {
  /** Readings sent; at QoS 1 those that the broker acknowledged. */
  readonly published: number;
  /** Those of them that have to come out: the positive ones. */
  readonly expected: number;
  readonly lost: number;
  /** Results that came again. */
  readonly duplicated: number;
  /** Those of them that carried the id of the first in `littoral-id`, so that an idempotent receiver leaves them out. */
  readonly repeatedUnderTheirId: number;
  /** Results that are not what the job asks for, one sentence each, at most 5. */
  readonly wrong: readonly string[];
  /** From the call that sends a reading to its result, over the measured part; null in J1. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}
