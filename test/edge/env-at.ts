import type { Env } from '../../edge/env/env';
import { systemEnv } from '../../edge/env/system-env';

/** The real world, except for its clocks. */
export function envAt(nowMs: () => number): Env {
  return { ...systemEnv(), nowMs, monotonicMs: nowMs };
}
