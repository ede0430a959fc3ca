/** `1 234 567` with thin spaces. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, '\u2009');
}

/** `3.1 MB`; powers of 1000. */
export function bytesWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1_000;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit] ?? ''}`;
}

/** `3 min 12 s`, `60.0 s`. */
export function durationWords(durationMs: number): string {
  const seconds = durationMs / 1_000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** An instant in UTC; infinities of watermarks in words. */
export function instantWords(timeMs: number): string {
  if (timeMs === Infinity) return 'end of input';
  if (timeMs === -Infinity) return 'none yet';
  return Number.isFinite(timeMs) && Math.abs(timeMs) <= 8.64e15 ? new Date(timeMs).toISOString() : String(timeMs);
}

/** Rows of cells as aligned columns, two spaces apart; numbers to the right. */
export function tableWords(rows: readonly (readonly (string | number)[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cellText(cell).length)));
  return rows.map(row =>
    row
      .map((cell, column) => (typeof cell === 'number' ? cellText(cell).padStart(widths[column] ?? 0) : cellText(cell).padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  );
}

function cellText(cell: string | number): string {
  return typeof cell === 'number' ? grouped(cell) : cell;
}
