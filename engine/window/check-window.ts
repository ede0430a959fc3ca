import { PlanError } from '../error';
import type { WindowNode } from '../plan/nodes/window';

/** Throws a PlanError for windows that Flink refuses too, and for times that are not whole milliseconds. */
export function checkWindow(config: WindowNode['config'], path: string): void {
  const fail = (problem: string, next: string): never => {
    throw new PlanError('WINDOW', `window ${config.window.kind} at ${path}: ${problem}. ${next}`, { details: { path } });
  };
  if (config.window.kind !== 'tumbling') return fail('it is not supported', 'Use tumbling.');
  const { sizeMs, offsetMs } = config.window;
  if (!Number.isSafeInteger(sizeMs) || sizeMs <= 0) fail(`sizeMs is ${sizeMs}, expected a whole number of milliseconds above 0`, 'Give the window a size, e.g. 1000.');
  if (!Number.isSafeInteger(offsetMs)) fail(`offsetMs is ${offsetMs}, expected a whole number of milliseconds`, 'Use 0 for windows that start at the epoch.');
  if (Math.abs(offsetMs) >= sizeMs) fail(`offsetMs ${offsetMs} is not smaller than sizeMs ${sizeMs}`, `Use ${offsetMs % sizeMs}, which gives the same windows.`);
  const { allowedLatenessMs } = config;
  if (!Number.isSafeInteger(allowedLatenessMs) || allowedLatenessMs < 0) {
    fail(`allowedLatenessMs is ${allowedLatenessMs}, expected a whole number of milliseconds from 0`, 'Use 0 to fire every window once.');
  }
}
