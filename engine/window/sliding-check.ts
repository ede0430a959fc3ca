import type { SlidingSpec, WindowNode } from '../plan/nodes/window';
import type { FailWindow } from './check-window';
import { checkLengthMs } from './check-window';
import { SLIDING_ROWS_MAX } from './limits';

/** Refuses windows that could hold no row, and what has no meaning for windows of which each row has its own. */
export function checkSliding(window: SlidingSpec, { allowedLatenessMs, emit }: WindowNode['config'], fail: FailWindow): void {
  if ('sizeMs' in window) checkLengthMs('sizeMs', window.sizeMs, fail);
  else if (!Number.isSafeInteger(window.rows) || window.rows < 1 || window.rows > SLIDING_ROWS_MAX) fail(`rows is ${window.rows}, expected a whole number from 1 to ${SLIDING_ROWS_MAX}`, 'Say over how many rows, e.g. sliding({ rows: 100 }).');
  if (allowedLatenessMs !== 0) fail(`allowedLatenessMs is ${allowedLatenessMs}, but the result of a row leaves once, when its time has come`, 'Raise maxOutOfOrdernessMs of the source to wait longer for late rows.');
  if (emit === 'onUpdate' || typeof emit === 'object') fail(`emit is ${typeof emit === 'string' ? `'${emit}'` : `{ everyMs: ${emit.everyMs} }`}, expected 'onClose' or 'onArrival': every row has one result of its own`, "Use 'onArrival' for a preview as soon as a row arrives.");
}
