import { BoxLayout, Widget } from '@lumino/widgets';
import type { RunSnapshot } from '../../worker/protocol';
import { el, fill, setAttributes, setText } from '../ui/dom';
import { emptyState } from '../ui/error-card';
import { formatClock, formatCount, formatDuration, formatRate } from '../ui/format';
import { runsIcon } from '../ui/icons';
import { LiveRunWidget } from './live-run-widget';
import type { LiveRunOptions } from './live-run-widget';
import { deadCount, isOver, stateWords } from './run-words';
import type { RunsModel } from './runs-model';

const COLUMNS: readonly { readonly name: string; readonly read: (run: RunSnapshot) => string; readonly number: boolean }[] = [
  { name: 'state', read: run => stateWords(run.state).text, number: false },
  { name: 'time', read: run => formatClock(run.elapsedMs), number: true },
  { name: 'in', read: run => (isOver(run.state) ? formatCount(run.rowsIn) : formatRate(run.inPerS)), number: true },
  { name: 'out', read: run => (isOver(run.state) ? formatCount(Object.values(run.rowsOut).reduce((sum, count) => sum + count, 0)) : formatRate(run.outPerS)), number: true },
  { name: 'late', read: run => formatCount(run.late), number: true },
  { name: 'dead', read: run => formatCount(deadCount(run)), number: true },
  { name: 'lag', read: run => (run.watermarkLagMs === null ? '–' : formatDuration(run.watermarkLagMs)), number: true }
];

/** The runs of this page: a list, and below it the selected one in full. */
export class RunsPanel extends Widget {
  private readonly body = el('tbody');
  private readonly list: HTMLElement;
  private readonly rows = new Map<string, HTMLTableRowElement>();
  private selectedId: string | null = null;
  private shown: LiveRunWidget | null = null;

  constructor(
    private readonly model: RunsModel,
    private readonly options: LiveRunOptions & { readonly onNew: () => void }
  ) {
    super();
    this.id = 'littoral-runs';
    this.title.label = 'Runs';
    this.title.icon = runsIcon;
    this.title.closable = true;
    this.addClass('lt-panel');
    this.addClass('lt-runs');
    this.layout = new BoxLayout({ direction: 'top-to-bottom', spacing: 0 });
    this.list = el('table', { class: 'lt-table', 'aria-label': 'Runs' }, el('thead', {}, el('tr', {}, el('th', {}, 'pipeline'), ...COLUMNS.map(column => el('th', { class: column.number ? 'lt-num' : null }, column.name)))), this.body);
    const top = new Widget({ node: el('div', { class: 'lt-runs-list' }) });
    BoxLayout.setStretch(top, 0);
    (this.layout as BoxLayout).addWidget(top);
    this.top = top;
    model.changed.connect(this.draw, this);
    void model.refresh();
  }

  private readonly top: Widget;

  select(runId: string): void {
    this.selectedId = runId;
    void this.model.refresh();
    this.draw();
  }

  override dispose(): void {
    this.model.changed.disconnect(this.draw, this);
    super.dispose();
  }

  private draw(): void {
    const { runs } = this.model;
    if (runs.length === 0 && this.selectedId === null) {
      fill(this.top.node, emptyState('No pipeline has run in this page yet. A run starts with await p.run() in a cell.', { label: 'New TypeScript notebook', run: this.options.onNew }));
      return;
    }
    if (!this.top.node.contains(this.list)) fill(this.top.node, this.list);
    this.drawRows([...runs].reverse());
    const wanted = runs.find(run => run.runId === this.selectedId) ?? this.model.liveRuns[0] ?? runs[runs.length - 1];
    if (wanted) this.showRun(wanted);
  }

  private drawRows(runs: readonly RunSnapshot[]): void {
    const keep = new Set(runs.map(run => run.runId));
    for (const [runId, row] of this.rows) {
      if (keep.has(runId)) continue;
      row.remove();
      this.rows.delete(runId);
    }
    for (const run of runs) {
      let row = this.rows.get(run.runId);
      if (!row) {
        const name = el('button', { type: 'button', class: 'lt-link', onclick: () => this.select(run.runId) }, run.name);
        row = el('tr', {}, el('th', { scope: 'row' }, name), ...COLUMNS.map(column => el('td', { class: column.number ? 'lt-num' : null })));
        this.rows.set(run.runId, row);
        this.body.prepend(row);
      }
      COLUMNS.forEach((column, index) => {
        const cell = row.cells[index + 1];
        if (!cell) return;
        setText(cell, column.read(run));
        if (index === 0) setAttributes(cell, { class: `lt-${stateWords(run.state).style}` });
      });
    }
  }

  private showRun(run: RunSnapshot): void {
    for (const [runId, row] of this.rows) setAttributes(row, { 'aria-current': runId === run.runId ? 'true' : null });
    if (this.selectedId === run.runId && this.shown) return;
    this.selectedId = run.runId;
    this.shown?.dispose();
    this.shown = new LiveRunWidget(this.options);
    this.shown.addClass('lt-runs-detail');
    BoxLayout.setStretch(this.shown, 1);
    (this.layout as BoxLayout).addWidget(this.shown);
    this.shown.setRun(run.runId, run);
  }
}
