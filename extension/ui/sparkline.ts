import { el, svg } from './dom';
import { formatNumber } from './format';

const HEIGHT = 100;
const WIDTH = 300;

/** The path of `values` in a box, gaps where a value is not finite. Pure; `M…L…` text. */
export function linePath(values: readonly number[], box: { readonly width: number; readonly height: number; readonly min: number; readonly max: number }): string {
  const span = box.max - box.min || 1;
  const step = values.length > 1 ? box.width / (values.length - 1) : 0;
  let pen = 'M';
  let path = '';
  values.forEach((value, index) => {
    if (!Number.isFinite(value)) {
      pen = 'M';
      return;
    }
    const x = Number((index * step).toFixed(2));
    const y = Number((box.height - ((value - box.min) / span) * box.height).toFixed(2));
    path += `${pen}${x} ${y}`;
    pen = 'L';
  });
  return path;
}

/** A small line chart for a drawer, with its smallest and largest value in words beside it. */
export function sparkline(values: readonly number[], options: { readonly label: string; readonly fromZero?: boolean; readonly unit?: string }): HTMLElement {
  const finite = values.filter(Number.isFinite);
  const lowest = finite.reduce((a, b) => Math.min(a, b), Infinity);
  const max = finite.reduce((a, b) => Math.max(a, b), -Infinity);
  if (finite.length === 0) return el('p', { class: 'lt-hint' }, 'No numbers yet.');
  const min = options.fromZero ? Math.min(0, lowest) : lowest;
  const unit = options.unit ? `\u202f${options.unit}` : '';
  return el(
    'figure',
    { class: 'lt-spark' },
    svg(
      'svg',
      { viewBox: `0 -2 ${WIDTH} ${HEIGHT + 4}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `${options.label}: from ${formatNumber(lowest)} to ${formatNumber(max)}${unit}` },
      svg('path', { d: linePath(values, { width: WIDTH, height: HEIGHT, min, max }), 'vector-effect': 'non-scaling-stroke' })
    ),
    el('figcaption', {}, el('span', {}, `${formatNumber(max)}${unit}`), el('span', {}, options.label), el('span', {}, `${formatNumber(min)}${unit}`))
  );
}
