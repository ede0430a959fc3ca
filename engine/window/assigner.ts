import type { AlignedWindowSpec } from '../plan/nodes/window';
import { floorToGrid } from './tumbling';

/**
 * Windows that are the same for all keys. Time is cut into panes, `[offset + k * paneMs, … + paneMs)`; the windows of a
 * record follow from the pane it falls in:
 *
 *   hopping          ├─────── window 1 ───────┤
 *                             ├─────── window 0 ───────┤
 *                    ├──pane──┼──pane──┼──pane──┤
 *   cumulating       ├─w 2─┤                         pane: the longest window, which all share their start with
 *                    ├─── w 1 ───┤
 *                    ├────── w 0 ──────┤
 */
export interface Assigner {
  readonly paneMs: number;
  readonly offsetMs: number;
  /** The windows that records of a pane may be in, latest end first. A record is in those that end after it. */
  readonly windows: readonly PaneWindow[];
  /** All ends are `endOffsetMs + k * endGridMs`. */
  readonly endGridMs: number;
  readonly endOffsetMs: number;
}

/** Bounds against the start of the pane: `[pane + startMs, pane + endMs)`. */
export interface PaneWindow {
  readonly startMs: number;
  readonly endMs: number;
}

/** The assigner of `spec`. */
export function assignerOf(spec: AlignedWindowSpec): Assigner {
  const { offsetMs } = spec;
  switch (spec.kind) {
    case 'tumbling': {
      const { sizeMs } = spec;
      return { paneMs: sizeMs, offsetMs, windows: [{ startMs: 0, endMs: sizeMs }], endGridMs: sizeMs, endOffsetMs: offsetMs };
    }
    case 'hopping': {
      const { sizeMs, hopMs } = spec;
      const windows = Array.from({ length: windowsPerRow(spec) }, (_, index) => ({ startMs: -index * hopMs, endMs: sizeMs - index * hopMs }));
      return { paneMs: hopMs, offsetMs, windows, endGridMs: hopMs, endOffsetMs: offsetMs + (sizeMs % hopMs) };
    }
    case 'cumulating': {
      const { maxSizeMs, stepMs } = spec;
      const windows = Array.from({ length: windowsPerRow(spec) }, (_, index) => ({ startMs: 0, endMs: maxSizeMs - index * stepMs }));
      return { paneMs: maxSizeMs, offsetMs, windows, endGridMs: stepMs, endOffsetMs: offsetMs };
    }
  }
}

/** In how many windows a row can be. */
export function windowsPerRow(spec: AlignedWindowSpec): number {
  switch (spec.kind) {
    case 'tumbling':
      return 1;
    case 'hopping':
      return Math.ceil(spec.sizeMs / spec.hopMs);
    case 'cumulating':
      return spec.maxSizeMs / spec.stepMs;
  }
}

/** Start of the pane of a record. */
export function paneStartMs(assigner: Assigner, eventTimeMs: number): number {
  return floorToGrid(eventTimeMs, assigner.paneMs, assigner.offsetMs);
}

/** End of the last window with `end - 1 <= watermarkMs`: windows up to this end have been passed by the watermark. */
export function passedEndMs(assigner: Assigner, watermarkMs: number): number {
  return Number.isFinite(watermarkMs) ? floorToGrid(watermarkMs + 1, assigner.endGridMs, assigner.endOffsetMs) : watermarkMs;
}
