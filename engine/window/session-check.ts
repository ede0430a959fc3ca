import type { SessionSpec, WindowNode } from '../plan/nodes/window';
import type { FailWindow } from './check-window';
import { checkLengthMs } from './check-window';

/** Refuses sessions that could not hold one record, and times of emission that have no meaning for them. */
export function checkSession({ gapMs, maxDurationMs }: SessionSpec, { emit }: WindowNode['config'], fail: FailWindow): void {
  checkLengthMs('gapMs', gapMs, fail);
  if (maxDurationMs !== null) {
    checkLengthMs('maxDurationMs', maxDurationMs, fail);
    if (maxDurationMs < gapMs) fail(`maxDurationMs ${maxDurationMs} is smaller than gapMs ${gapMs}, so that not even one record fits a session`, `Use ${gapMs} or more, or null for no bound.`);
  }
  if (emit === 'onArrival') fail("emit is 'onArrival', which only sliding windows have", "Use 'onUpdate' for a result after every row, or 'onClose'.");
  if (typeof emit === 'object') checkLengthMs('everyMs', emit.everyMs, fail);
}
