import type { CellContext, ContextTracker } from './context';

type Callback = (...args: unknown[]) => void;
type Handle = ReturnType<typeof setTimeout>;

export interface TimersOptions {
  readonly tracker: ContextTracker;
  readonly globals: Pick<typeof globalThis, 'setTimeout' | 'clearTimeout' | 'setInterval' | 'clearInterval' | 'queueMicrotask'>;
  /** Told of an error that a callback threw. */
  readonly onError: (context: CellContext | null, error: unknown) => void;
}

export interface CellTimers {
  setTimeout(callback: Callback, delayMs?: number, ...args: unknown[]): Handle;
  clearTimeout(handle?: Handle): void;
  setInterval(callback: Callback, delayMs?: number, ...args: unknown[]): Handle;
  clearInterval(handle?: Handle): void;
  queueMicrotask(callback: () => void): void;
}

/** Timers whose callbacks speak for the cell that set them, and which end when that cell is interrupted. */
export function createTimers({ tracker, globals, onError }: TimersOptions): CellTimers {
  const guarded = (callback: Callback): Callback => {
    const context = tracker.current;
    return (...args) => {
      tracker.enter(context);
      try {
        callback(...args);
      } catch (error) {
        onError(context, error);
      }
    };
  };
  const onAbort = (stop: () => void): (() => void) => {
    const signal = tracker.current?.abort.signal;
    signal?.addEventListener('abort', stop, { once: true });
    return () => signal?.removeEventListener('abort', stop);
  };
  const forgets = new Map<Handle, () => void>();
  const clear = (handle?: Handle): void => {
    if (handle === undefined) return;
    forgets.get(handle)?.();
    forgets.delete(handle);
    globals.clearTimeout(handle);
  };
  return {
    setTimeout(callback, delayMs, ...args) {
      const run = guarded(callback);
      const handle: Handle = globals.setTimeout(() => {
        forget();
        forgets.delete(handle);
        run(...args);
      }, delayMs);
      const forget = onAbort(() => globals.clearTimeout(handle));
      forgets.set(handle, forget);
      return handle;
    },
    clearTimeout: clear,
    setInterval(callback, delayMs, ...args) {
      const handle: Handle = globals.setInterval(guarded(callback), delayMs, ...args);
      forgets.set(handle, onAbort(() => globals.clearInterval(handle)));
      return handle;
    },
    clearInterval: clear,
    queueMicrotask(callback) {
      globals.queueMicrotask(guarded(callback));
    }
  };
}
