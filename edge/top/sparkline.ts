const UNICODE = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII = ['_', '.', '-', '=', '+', '*', '%', '#'];

/** The last `width` values as a row of bars, from nothing to the largest of them. */
export function sparkline(values: readonly number[], width: number, unicode: boolean): string {
  const levels = unicode ? UNICODE : ASCII;
  const shown = values.slice(-width);
  const max = Math.max(0, ...shown);
  const bars = shown.map(value => levels[max === 0 ? 0 : Math.min(levels.length - 1, Math.floor((value / max) * levels.length))] ?? '');
  return bars.join('').padStart(width);
}

/** A share from 0 to 1 as a bar. */
export function bar(share: number, width: number, unicode: boolean): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return (unicode ? '█' : '#').repeat(full).padEnd(width, unicode ? '·' : '.');
}
