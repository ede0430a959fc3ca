import type { AlignedWindowSpec } from '../plan/nodes/window';
import { floorToGrid } from './tumbling';

/**
 * Windows that are the same for all keys. Time is cut into panes, `[offset + k * paneMs, … + paneMs)`; all records of a
 * pane fall into the same window, and windows end where panes end.
 */
export interface Assigner {
  readonly paneMs: number;
  readonly offsetMs: number;
  /** The window of the pane that starts at `paneStartMs`. */
  windowStartMs(paneStartMs: number): number;
  windowEndMs(paneStartMs: number): number;
}

/** The assigner of `spec`. */
export function assignerOf(spec: Extract<AlignedWindowSpec, { kind: 'tumbling' }>): Assigner {
  return {
    paneMs: spec.sizeMs,
    offsetMs: spec.offsetMs,
    windowStartMs: paneStartMs => paneStartMs,
    windowEndMs: paneStartMs => paneStartMs + spec.sizeMs
  };
}

/** Start of the pane of a record. */
export function paneStartMs(assigner: Assigner, eventTimeMs: number): number {
  return floorToGrid(eventTimeMs, assigner.paneMs, assigner.offsetMs);
}

/** End of the last window with `end - 1 <= watermarkMs`: records before it belong to windows that the watermark has passed. */
export function passedEndMs(assigner: Assigner, watermarkMs: number): number {
  return Number.isFinite(watermarkMs) ? floorToGrid(watermarkMs + 1, assigner.paneMs, assigner.offsetMs) : watermarkMs;
}
