import { choice } from '../ui/controls';
import { el, fill } from '../ui/dom';
import { LineChart } from '../ui/line-chart';
import type { ChartData } from '../ui/line-chart';
import type { ResultRows } from './arrow-rows';

export interface ChartColumns {
  readonly x: number;
  readonly y: number;
  /** Column that makes one line per value, or null. */
  readonly by: number | null;
}

const LINES_MAX = 16;
const SAMPLE_ROWS = 2_000;
const naturally = new Intl.Collator('en', { numeric: true }).compare;

/** Columns that probably make a sensible chart: x is a time or else the first number, y a further number, lines by a text with few values. */
export function suggestColumns(rows: ResultRows): ChartColumns | null {
  const numeric = rows.columns.flatMap((column, index) => (column.numeric || rows.isTime(index) ? [index] : []));
  const x = numeric.find(index => rows.isTime(index) || /time|start|end|Ms$|day|hour|minute/i.test(rows.columns[index]?.name ?? '')) ?? numeric[0];
  const y = numeric.filter(index => index !== x && !rows.isTime(index) && !/Ms$|^at$/.test(rows.columns[index]?.name ?? '')).at(0);
  if (x === undefined || y === undefined) return null;
  const by = rows.columns.findIndex((column, index) => !column.numeric && !rows.isTime(index) && distinct(rows, index) > 1 && distinct(rows, index) <= LINES_MAX);
  return { x, y, by: by < 0 ? null : by };
}

function distinct(rows: ResultRows, column: number): number {
  const seen = new Set<string>();
  for (let row = 0; row < Math.min(SAMPLE_ROWS, rows.rowCount) && seen.size <= LINES_MAX; row += 1) seen.add(rows.cell(row, column));
  return seen.size;
}

/** Lines from rows: sorted by x, one value per x and line (the last one wins), at most 16 lines. */
export function chartData(rows: ResultRows, columns: ChartColumns): ChartData {
  const lines = new Map<string, Map<number, number>>();
  for (let row = 0; row < rows.rowCount; row += 1) {
    const x = rows.number(row, columns.x);
    if (!Number.isFinite(x)) continue;
    const key = columns.by === null ? (rows.columns[columns.y]?.name ?? 'value') : rows.cell(row, columns.by);
    let line = lines.get(key);
    if (!line) {
      if (lines.size >= LINES_MAX) continue;
      line = new Map();
      lines.set(key, line);
    }
    line.set(x, rows.number(row, columns.y));
  }
  const keys = [...lines.keys()].sort(naturally);
  const x = [...new Set([...lines.values()].flatMap(line => [...line.keys()]))].sort((a, b) => a - b);
  const values = keys.map(key =>
    x.map(at => {
      const value = lines.get(key)?.get(at);
      return value === undefined ? undefined : Number.isFinite(value) ? value : null;
    })
  );
  return { keys, x, values };
}

/** The chart beside the grid; its three choices start with a guess. */
export class ResultChart {
  readonly node = el('div', { class: 'lt-result-chart' });
  private chart: LineChart | null = null;

  show(rows: ResultRows): void {
    this.chart?.dispose();
    this.chart = null;
    const suggested = suggestColumns(rows);
    if (!suggested) {
      fill(this.node, el('p', { class: 'lt-hint' }, 'A chart needs two columns of numbers or times.'));
      return;
    }
    const place = el('div');
    const options = rows.columns.map((column, index) => ({ value: String(index), label: column.name }));
    const numeric = options.filter((_option, index) => rows.columns[index]?.numeric || rows.isTime(index));
    const x = choice({ label: 'x', name: 'x', choices: numeric, value: String(suggested.x) });
    const y = choice({ label: 'y', name: 'y', choices: numeric, value: String(suggested.y) });
    const by = choice({ label: 'line per', name: 'by', choices: [{ value: '', label: '–' }, ...options], value: suggested.by === null ? '' : String(suggested.by) });
    const draw = (): void => this.draw(rows, { x: Number(x.select.value), y: Number(y.select.value), by: by.select.value === '' ? null : Number(by.select.value) }, place);
    for (const { select } of [x, y, by]) select.addEventListener('change', draw);
    fill(this.node, el('div', { class: 'lt-chart-choices' }, x.row, y.row, by.row), place);
    draw();
  }

  rebuild(): void {
    this.chart?.rebuild();
  }

  dispose(): void {
    this.chart?.dispose();
  }

  private draw(rows: ResultRows, columns: ChartColumns, place: HTMLElement): void {
    this.chart?.dispose();
    const data = chartData(rows, columns);
    const name = rows.columns[columns.x]?.name ?? '';
    const isTime = rows.isTime(columns.x) || /TimeMs$|StartMs$|EndMs$/.test(name);
    this.chart = new LineChart({ label: `${rows.columns[columns.y]?.name ?? ''} over ${name}`, x: isTime ? 'time' : 'number', heightPx: 240, points: data.x.length <= 60 });
    fill(place, this.chart.node);
    this.chart.set(data);
    this.chart.setActive(true);
  }
}
