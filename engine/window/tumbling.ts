/** Largest `offsetMs + k * sizeMs` that is <= `timeMs`, right below zero too. */
export function floorToGrid(timeMs: number, sizeMs: number, offsetMs: number): number {
  const shifted = timeMs - offsetMs;
  return timeMs - (shifted - Math.floor(shifted / sizeMs) * sizeMs);
}
