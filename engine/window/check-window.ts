import { PlanError } from '../error';
import type { AlignedWindowSpec, WindowNode } from '../plan/nodes/window';
import { windowsPerRow } from './assigner';
import { WINDOWS_PER_ROW_MAX } from './limits';
import { checkCounting } from './counting-check';
import { checkSession } from './session-check';
import { checkSliding } from './sliding-check';

type WindowConfig = WindowNode['config'];

/** Throws a PlanError of code `WINDOW`: what is wrong, and what to do. */
export type FailWindow = (problem: string, next: string) => never;

/** Throws a PlanError for windows that Flink refuses too, and for times that are not whole milliseconds. */
export function checkWindow(config: WindowConfig, path: string): void {
  const { window } = config;
  const fail: FailWindow = (problem, next) => {
    throw new PlanError('WINDOW', `window ${window.kind} at ${path}: ${problem}. ${next}`, { details: { path } });
  };
  switch (window.kind) {
    case 'tumbling':
    case 'hopping':
    case 'cumulating':
      checkAligned(window, fail);
      if (config.emit === 'onArrival') fail("emit is 'onArrival', which only sliding windows have", "Use 'onUpdate' for a result after every record, or 'onClose'.");
      break;
    case 'session':
      checkSession(window, config, fail);
      break;
    case 'counting':
      checkCounting(window, config, fail);
      break;
    case 'sliding':
      checkSliding(window, config, fail);
  }
  const { allowedLatenessMs } = config;
  if (!Number.isSafeInteger(allowedLatenessMs) || allowedLatenessMs < 0) {
    fail(`allowedLatenessMs is ${allowedLatenessMs}, expected a whole number of milliseconds from 0`, 'Use 0 to fire every window once.');
  }
}

/** Refuses a length of time that is not a whole number of milliseconds above 0. */
export function checkLengthMs(name: string, lengthMs: number, fail: FailWindow): void {
  if (!Number.isSafeInteger(lengthMs) || lengthMs <= 0) fail(`${name} is ${lengthMs}, expected a whole number of milliseconds above 0`, 'Give the window a length, e.g. 1000.');
}

function checkAligned(window: AlignedWindowSpec, fail: FailWindow): void {
  switch (window.kind) {
    case 'tumbling':
      checkLengthMs('sizeMs', window.sizeMs, fail);
      checkOffset(window.offsetMs, 'sizeMs', window.sizeMs, fail);
      break;
    case 'hopping':
      checkLengthMs('sizeMs', window.sizeMs, fail);
      checkLengthMs('hopMs', window.hopMs, fail);
      checkOffset(window.offsetMs, 'hopMs', window.hopMs, fail);
      checkWindowsPerRow(window, `sizeMs ${window.sizeMs} with hopMs ${window.hopMs}`, 'hopMs', fail);
      break;
    case 'cumulating':
      checkLengthMs('maxSizeMs', window.maxSizeMs, fail);
      checkLengthMs('stepMs', window.stepMs, fail);
      checkOffset(window.offsetMs, 'maxSizeMs', window.maxSizeMs, fail);
      if (window.maxSizeMs % window.stepMs !== 0) fail(`maxSizeMs ${window.maxSizeMs} is not a multiple of stepMs ${window.stepMs}`, `Use maxSizeMs ${Math.ceil(window.maxSizeMs / window.stepMs) * window.stepMs}, or a step that divides it.`);
      checkWindowsPerRow(window, `maxSizeMs ${window.maxSizeMs} with stepMs ${window.stepMs}`, 'stepMs', fail);
  }
}

function checkWindowsPerRow(window: AlignedWindowSpec, sizes: string, step: string, fail: FailWindow): void {
  const count = windowsPerRow(window);
  if (count > WINDOWS_PER_ROW_MAX) fail(`${sizes} puts each row into ${count} windows, at most ${WINDOWS_PER_ROW_MAX} are possible`, `Use a larger ${step}.`);
}

function checkOffset(offsetMs: number, name: string, gridMs: number, fail: FailWindow): void {
  if (!Number.isSafeInteger(offsetMs)) fail(`offsetMs is ${offsetMs}, expected a whole number of milliseconds`, 'Use 0 for windows that start at the epoch.');
  if (Math.abs(offsetMs) >= gridMs) fail(`offsetMs ${offsetMs} is not smaller than ${name} ${gridMs}`, `Use ${offsetMs % gridMs}, which gives the same windows.`);
}
