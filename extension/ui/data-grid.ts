import { el, fill, setAttributes, uniqueId } from './dom';

export interface GridColumn {
  readonly name: string;
  readonly type: string;
  readonly numeric: boolean;
}
export interface GridData {
  readonly columns: readonly GridColumn[];
  readonly rowCount: number;
  /** Text of a cell; rows and columns are 0-based. */
  readonly cell: (row: number, column: number) => string;
}

const ROW_PX = 24;
const MARGIN_ROWS = 8;
const SAMPLE_ROWS = 100;
/** Browsers cut elements near 16 million pixels. */
const HEIGHT_MAX_PX = 12_000_000;

/** A table of any length: only the rows in view are elements. Arrow keys move a cell, Ctrl+C copies it. */
export class DataGrid {
  readonly node: HTMLElement;
  private readonly header = el('div', { class: 'lt-grid-header', role: 'row', 'aria-rowindex': '1' });
  private readonly canvas = el('div', { class: 'lt-grid-canvas', role: 'rowgroup' });
  private data: GridData = { columns: [], rowCount: 0, cell: () => '' };
  private widths: readonly number[] = [];
  private active = { row: 0, column: 0 };
  private drawn = { start: -1, end: -1 };
  private frame = 0;

  constructor(label: string) {
    this.node = el('div', { class: 'lt-grid', role: 'grid', tabindex: '0', 'aria-label': label }, el('div', { role: 'rowgroup', class: 'lt-grid-head' }, this.header), this.canvas);
    this.node.addEventListener('scroll', () => this.schedule());
    this.node.addEventListener('keydown', event => this.onKey(event));
    this.node.addEventListener('click', event => this.onClick(event));
    new ResizeObserver(() => this.schedule()).observe(this.node);
  }

  set(data: GridData): void {
    this.data = data;
    this.active = { row: 0, column: 0 };
    this.drawn = { start: -1, end: -1 };
    this.widths = data.columns.map((_column, index) => columnWidth(data, index));
    const total = this.widths.reduce((sum, width) => sum + width, 0);
    setAttributes(this.node, { 'aria-rowcount': data.rowCount + 1, 'aria-colcount': data.columns.length });
    fill(
      this.header,
      ...data.columns.map((column, index) => el('div', { role: 'columnheader', 'aria-colindex': index + 1, class: column.numeric ? 'lt-grid-cell lt-num' : 'lt-grid-cell', style: `width: ${this.widths[index] ?? 80}px`, title: `${column.name}: ${column.type}` }, column.name))
    );
    this.header.style.width = `${total}px`;
    this.canvas.style.width = `${total}px`;
    this.canvas.style.height = `${Math.min(HEIGHT_MAX_PX, data.rowCount * ROW_PX)}px`;
    this.node.scrollTop = 0;
    this.draw();
  }

  private schedule(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  private draw(): void {
    const start = Math.max(0, Math.floor(this.node.scrollTop / ROW_PX) - MARGIN_ROWS);
    const end = Math.min(this.data.rowCount, Math.ceil((this.node.scrollTop + this.node.clientHeight) / ROW_PX) + MARGIN_ROWS);
    if (start === this.drawn.start && end === this.drawn.end) return;
    this.drawn = { start, end };
    const rows: HTMLElement[] = [];
    for (let row = start; row < end; row += 1) rows.push(this.rowElement(row));
    fill(this.canvas, ...rows);
    this.markActive();
  }

  private rowElement(row: number): HTMLElement {
    const node = el('div', { role: 'row', class: 'lt-grid-row', 'aria-rowindex': row + 2, style: `top: ${row * ROW_PX}px` });
    this.data.columns.forEach((column, index) => {
      const cell = el('div', { role: 'gridcell', 'aria-colindex': index + 1, class: column.numeric ? 'lt-grid-cell lt-num' : 'lt-grid-cell', style: `width: ${this.widths[index] ?? 80}px` }, this.data.cell(row, index));
      cell.dataset['row'] = String(row);
      cell.dataset['column'] = String(index);
      node.append(cell);
    });
    return node;
  }

  private onClick(event: MouseEvent): void {
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>('[role="gridcell"]') : null;
    if (!cell) return;
    this.active = { row: Number(cell.dataset['row']), column: Number(cell.dataset['column']) };
    this.markActive();
  }

  private onKey(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.node.clientHeight / ROW_PX) - 2);
    const { row, column } = this.active;
    const last = { row: this.data.rowCount - 1, column: this.data.columns.length - 1 };
    const moves: Readonly<Record<string, { row: number; column: number }>> = {
      ArrowDown: { row: row + 1, column },
      ArrowUp: { row: row - 1, column },
      ArrowRight: { row, column: column + 1 },
      ArrowLeft: { row, column: column - 1 },
      PageDown: { row: row + page, column },
      PageUp: { row: row - page, column },
      Home: { row: event.ctrlKey ? 0 : row, column: 0 },
      End: { row: event.ctrlKey ? last.row : row, column: last.column }
    };
    const move = moves[event.key];
    if (event.key === 'c' && (event.ctrlKey || event.metaKey) && document.getSelection()?.isCollapsed !== false) {
      void navigator.clipboard?.writeText(this.data.cell(row, column));
    } else if (move && this.data.rowCount > 0) {
      this.active = { row: Math.min(last.row, Math.max(0, move.row)), column: Math.min(last.column, Math.max(0, move.column)) };
      this.reveal();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private reveal(): void {
    const top = this.active.row * ROW_PX;
    const viewPx = this.node.clientHeight - ROW_PX;
    if (top < this.node.scrollTop) this.node.scrollTop = top;
    else if (top + ROW_PX > this.node.scrollTop + viewPx) this.node.scrollTop = top + ROW_PX - viewPx;
    const left = this.widths.slice(0, this.active.column).reduce((sum, width) => sum + width, 0);
    const width = this.widths[this.active.column] ?? 0;
    if (left < this.node.scrollLeft) this.node.scrollLeft = left;
    else if (left + width > this.node.scrollLeft + this.node.clientWidth) this.node.scrollLeft = left + width - this.node.clientWidth;
    this.draw();
    this.markActive();
  }

  private markActive(): void {
    const cell = this.canvas.querySelector<HTMLElement>(`[data-row="${this.active.row}"][data-column="${this.active.column}"]`);
    this.canvas.querySelector('.lt-mod-active')?.classList.remove('lt-mod-active');
    if (!cell) return;
    cell.classList.add('lt-mod-active');
    cell.id ||= uniqueId('cell');
    this.node.setAttribute('aria-activedescendant', cell.id);
  }
}

function columnWidth(data: GridData, column: number): number {
  let longest = (data.columns[column]?.name.length ?? 0) + 1;
  for (let row = 0; row < Math.min(SAMPLE_ROWS, data.rowCount); row += 1) longest = Math.max(longest, data.cell(row, column).length);
  return Math.min(360, Math.max(64, Math.round(longest * 7.6) + 20));
}
