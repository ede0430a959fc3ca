import type { CountingSpec, WindowNode } from '../plan/nodes/window';
import type { FailWindow } from './check-window';

/** Rows of one window, and from one window to the next. */
const COUNTING_ROWS_MAX = 1_000_000_000;

/** Refuses windows without rows, and what has no meaning for windows that know no time. */
export function checkCounting({ rows, hopRows }: CountingSpec, { allowedLatenessMs, latePolicy, emit }: WindowNode['config'], fail: FailWindow): void {
  for (const [name, count] of Object.entries({ rows, hopRows })) {
    if (!Number.isSafeInteger(count) || count < 1 || count > COUNTING_ROWS_MAX) fail(`${name} is ${count}, expected a whole number from 1 to ${COUNTING_ROWS_MAX}`, 'Say how many rows, e.g. counting({ rows: 100 }).');
  }
  if (allowedLatenessMs !== 0) fail(`allowedLatenessMs is ${allowedLatenessMs}, but rows are counted as they arrive and none is late`, 'Leave it out.');
  if (latePolicy !== 'drop') fail(`latePolicy is '${latePolicy}', but rows are counted as they arrive and none is late`, 'Leave it out.');
  if (emit !== 'onClose') fail(`emit is ${typeof emit === 'string' ? `'${emit}'` : `{ everyMs: ${emit.everyMs} }`}, expected 'onClose': a window of rows leaves when its last row arrives`, 'Leave it out; for windows that are not full at the end of a bounded input use emitPartial.');
}
