/**
 * The jobs for comparison, the same load for every system: 66-byte readings of 100 devices in turn, one in ten negative.
 *
 *   J1  QoS 0: value > 0, one second per device, count, mean, min, max, sd out
 *   J2  QoS 0: value > 0, f = value * 1.8 + 32, message to message, `n` kept
 *   J3  as J2 with QoS 1 in (persistent session) and out, with the strongest durability on offer
 */
export type JobName = 'J1' | 'J2' | 'J3';

export interface Job {
  readonly name: JobName;
  readonly qos: 0 | 1;
  readonly ratesHz: readonly number[];
}

export const JOBS: Readonly<Record<JobName, Job>> = {
  J1: { name: 'J1', qos: 0, ratesHz: [1_000, 5_000, 20_000] },
  J2: { name: 'J2', qos: 0, ratesHz: [1_000, 5_000, 20_000] },
  J3: { name: 'J3', qos: 1, ratesHz: [500, 1_000, 5_000] }
};

export const IN_FILTER = 'plant/+/vib';
export const OUT_TOPIC = 'out';
const DEVICES = 100;
const FRACTION_DIGITS = 9;

export function topicOf(n: number): string {
  return `plant/d${n % DEVICES}/vib`;
}

/** The value of reading `n` as it stands in its payload. */
export function valueText(n: number): string {
  const mixed = Math.imul(n + 1, 0x9e3779b1) >>> 0;
  const digits = String(1 + (mixed % 999_999_999)).padStart(FRACTION_DIGITS, '0');
  return isNegative(n) ? `-0.${digits}` : `0.${digits}`;
}

/** One in ten, another device in every round. */
export function isNegative(n: number): boolean {
  return (n + Math.floor(n / DEVICES)) % 10 === 0;
}

export function payloadOf(n: number, timeMs: number, value = valueText(n)): string {
  return `{"device":"d${n % DEVICES}","t":${timeMs},"n":${n},"value":${value}}`;
}

/** What J2 and J3 make of reading `n`. */
export function fahrenheitOf(n: number): number {
  return Number(valueText(n)) * 1.8 + 32;
}
