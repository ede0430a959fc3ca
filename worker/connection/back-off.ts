/** Delay before attempt `attempt` (2 = first retry): doubling from 1 s to 30 s, jittered down to half of it. */
export function backOffMs(attempt: number, random: () => number): number {
  const full = Math.min(30_000, 1_000 * 2 ** Math.max(0, attempt - 2));
  return Math.round(full * (0.5 + random() / 2));
}
