/** A timer that can be taken back. */
export interface Timer {
  cancel(): void;
}

/** Time as the browser host sees it; tests pass their own. */
export interface Clock {
  /** Wall clock, whole milliseconds since the epoch, never falling. */
  nowMs(): number;
  /** Monotonic milliseconds with fractions, for durations. */
  preciseMs(): number;
  after(delayMs: number, action: () => void): Timer;
  every(periodMs: number, action: () => void): Timer;
}

/** The clock of the worker or page this runs in. */
export function systemClock(): Clock {
  let last = 0;
  return {
    nowMs: () => (last = Math.max(last, Date.now())),
    preciseMs: () => performance.now(),
    after(delayMs, action) {
      const id = setTimeout(action, delayMs);
      return { cancel: () => clearTimeout(id) };
    },
    every(periodMs, action) {
      const id = setInterval(action, periodMs);
      return { cancel: () => clearInterval(id) };
    }
  };
}
