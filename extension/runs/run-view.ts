import { fromErrorRecord } from '../../engine/error';
import type { LiveMessage, RunSnapshot } from '../../worker/protocol';
import { el, fill } from '../ui/dom';
import { errorCard } from '../ui/error-card';
import type { NextStep } from '../ui/error-card';
import { LineChart } from '../ui/line-chart';
import { Section } from '../ui/section';
import { ChartBuffer } from './chart-buffer';
import { RunFigures } from './run-figures';
import { runGraph } from './run-graph';
import { RunHeader } from './run-header';
import { problemsTable, sloTable } from './run-problems';
import { rowsTable } from './run-table';
import { deadCount, isOver } from './run-words';

export interface RunViewOptions {
  readonly chartMinutes: number;
  readonly pause: (runId: string, paused: boolean) => Promise<void>;
  readonly stop: (runId: string) => Promise<void>;
  readonly replay: (runId: string, place: HTMLElement) => Promise<void>;
  readonly export: (runId: string) => void;
  /** The likely next thing after an error of this run. */
  readonly nextStep: (snapshot: RunSnapshot) => NextStep | undefined;
}

/** A run as people see it: header, figures, chart, and four parts that open. Draws only while active. */
export class RunView {
  readonly node: HTMLElement;
  private readonly header: RunHeader;
  private readonly figures = new RunFigures(kind => this.openProblems(kind));
  private readonly banner = el('div', { class: 'lt-run-banner', 'aria-live': 'polite' });
  private readonly place = el('div');
  private readonly chartTitle = el('div', { class: 'lt-run-chart-title' });
  private readonly chart: LineChart;
  private readonly buffer: ChartBuffer;
  private readonly sections: Readonly<Record<'table' | 'graph' | 'problems' | 'slo', Section>>;
  private snapshot: RunSnapshot | null = null;
  private live = false;
  private onlyProblems: 'late' | 'deadLetter' | null = null;
  private active = false;
  private bannerKey = '';
  private keyWords = 'key';

  constructor(private readonly options: RunViewOptions) {
    const guard = (work: Promise<void>): void => void work.catch((error: unknown) => fill(this.place, errorCard(error)));
    const withRun = (act: (runId: string) => void): void => {
      if (this.snapshot) act(this.snapshot.runId);
    };
    this.header = new RunHeader({
      pause: paused => withRun(runId => guard(options.pause(runId, paused))),
      stop: () => withRun(runId => guard(options.stop(runId))),
      replay: () => withRun(runId => guard(options.replay(runId, this.place))),
      export: () => withRun(runId => options.export(runId))
    });
    this.chart = new LineChart({ label: 'Chart of the run', x: 'time', heightPx: 220 });
    this.buffer = new ChartBuffer(options.chartMinutes * 60_000);
    this.sections = {
      table: new Section('table', () => this.drawSections()),
      graph: new Section('graph', () => this.drawSections()),
      problems: new Section('late & dead letters', open => ((this.onlyProblems = open ? this.onlyProblems : null), this.drawSections())),
      slo: new Section('SLO', () => this.drawSections())
    };
    this.node = el(
      'div',
      { class: 'lt-run', role: 'group', 'aria-label': 'Run' },
      this.header.node,
      this.figures.node,
      this.banner,
      this.place,
      el('div', { class: 'lt-run-chart' }, this.chartTitle, this.chart.node),
      el('div', { class: 'lt-sections' }, ...Object.values(this.sections).map(section => section.node))
    );
  }

  /** Shows `snapshot`; with `chart` the drawn points are replaced by its own. */
  show(snapshot: RunSnapshot, options: { readonly live: boolean; readonly chart: boolean }): void {
    this.snapshot = snapshot;
    this.live = options.live;
    if (options.chart) this.buffer.reset(snapshot.chart);
    if (this.active) this.draw();
  }

  /** New points of the chart. */
  addPoints(points: Extract<LiveMessage, { kind: 'points' }>): void {
    this.buffer.add(points.key, points.timesMs, points.values);
    if (this.active) this.drawChart();
  }

  /** What the plan adds to the chart: from where on values are alerts, and what the lines are keyed by. */
  setChartMeaning(meaning: { readonly alertFrom: number | null; readonly keyColumns: readonly string[] }): void {
    this.chart.setAlertFrom(meaning.alertFrom);
    this.keyWords = meaning.keyColumns.length > 0 ? meaning.keyColumns.join(', ') : 'key';
    if (this.active) this.drawChart();
  }

  setActive(active: boolean): void {
    this.active = active;
    this.chart.setActive(active);
    if (active) this.draw();
  }

  /** After a change of the theme. */
  rebuildChart(): void {
    this.chart.rebuild();
  }

  dispose(): void {
    this.chart.dispose();
  }

  private openProblems(kind: 'late' | 'deadLetter'): void {
    this.onlyProblems = kind;
    this.sections.problems.setOpen(true);
    this.drawSections();
    this.sections.problems.focus();
    this.sections.problems.node.scrollIntoView({ block: 'nearest' });
  }

  private draw(): void {
    const { snapshot } = this;
    if (!snapshot) return;
    this.header.show(snapshot, this.live);
    this.figures.show(snapshot);
    this.drawBanner(snapshot);
    this.drawChart();
    this.drawSections();
  }

  private drawBanner(snapshot: RunSnapshot): void {
    const key = snapshot.error ? `${snapshot.error.code} ${snapshot.error.message}` : '';
    if (key === this.bannerKey) return;
    this.bannerKey = key;
    fill(this.banner, snapshot.error ? errorCard(fromErrorRecord(snapshot.error), this.live ? this.options.nextStep(snapshot) : undefined) : null);
  }

  private drawChart(): void {
    const series = this.buffer.aligned(this.chart.pointsMax);
    const column = this.snapshot?.chart.column ?? '';
    const unit = this.snapshot?.chart.unit;
    const empty = series.timesMs.length === 0;
    const omitted = this.buffer.omitted.size > 0 ? `, ${this.buffer.omitted.size} further keys not drawn` : '';
    const waiting = this.snapshot && !isOver(this.snapshot.state) ? 'waiting for the first result' : 'no result to draw';
    this.chartTitle.textContent = empty ? waiting : `${column}${unit ? ` (${unit})` : ''}${series.keys.length > 1 ? ` by ${this.keyWords}` : ''}${omitted}`;
    this.chart.node.hidden = empty;
    this.chart.set({ keys: series.keys, x: series.timesMs, values: series.values });
  }

  private drawSections(): void {
    const { snapshot, sections } = this;
    if (!snapshot) return;
    const problems = snapshot.late + snapshot.inGap + deadCount(snapshot);
    sections.problems.setLabel(problems === 0 ? 'late & dead letters' : `late & dead letters (${problems})`);
    sections.slo.setLabel(sloLabel(snapshot));
    sections.table.set(() => rowsTable(snapshot.lastRows));
    sections.graph.set(() => runGraph(snapshot));
    sections.problems.set(() => problemsTable(snapshot.problems, this.onlyProblems));
    sections.slo.set(() => sloTable(snapshot.slo));
  }
}

/** `SLO ✓ p99LatencyMs`, `SLO ✕ lateShareMax`: the heading says whether one needs to look. */
export function sloLabel(snapshot: Pick<RunSnapshot, 'slo'>): string {
  const missed = snapshot.slo.filter(slo => !slo.ok);
  if (snapshot.slo.length === 0) return 'SLO';
  if (missed.length > 0) return `SLO ✕ ${missed.map(slo => slo.name).join(', ')}`;
  const [only] = snapshot.slo;
  return snapshot.slo.length === 1 && only ? `SLO ✓ ${only.name} ${only.expected}` : `SLO ✓ ${snapshot.slo.length} met`;
}
