import type uPlot from 'uplot';
import { el } from './dom';
import { formatNumber } from './format';
import { seriesStyle, themeReader } from './palette';

export interface ChartData {
  readonly keys: readonly string[];
  /** Milliseconds UTC, or plain numbers when `x` is `number`. */
  readonly x: readonly number[];
  readonly values: readonly (readonly (number | null | undefined)[])[];
}
export interface LineChartOptions {
  readonly label: string;
  readonly x: 'time' | 'number';
  readonly heightPx: number;
  /** A band that is drawn behind the lines: values from `from` on are alerts. */
  readonly alertFrom?: number | null;
  readonly points?: boolean;
}

type Library = typeof uPlot;
let library: Promise<Library> | null = null;
const loadLibrary = (): Promise<Library> => (library ??= import('uplot').then(module => module.default));

/**
 * Lines over a common x axis on a canvas. Colours come from the theme when the chart is built, so `rebuild()` after a
 * theme change. Draws at most once per frame, and only while `setActive(true)`.
 */
export class LineChart {
  readonly node: HTMLElement;
  private plot: uPlot | null = null;
  private builtKeys = '';
  private data: ChartData = { keys: [], x: [], values: [] };
  private active = false;
  private frame = 0;
  private alertFrom: number | null;
  private readonly resize: ResizeObserver;

  constructor(private readonly options: LineChartOptions) {
    this.node = el('div', { class: 'lt-chart', role: 'img', 'aria-label': options.label, style: `min-height: ${options.heightPx}px` });
    this.alertFrom = options.alertFrom ?? null;
    this.resize = new ResizeObserver(() => this.fit());
  }

  /** Points that make sense at the present width: two per pixel. */
  get pointsMax(): number {
    return Math.max(200, this.node.clientWidth * 2);
  }

  setActive(active: boolean): void {
    if (active === this.active) return;
    this.active = active;
    if (active) {
      this.resize.observe(this.node);
      this.schedule();
    } else {
      this.resize.disconnect();
      cancelAnimationFrame(this.frame);
      this.frame = 0;
    }
  }

  set(data: ChartData): void {
    this.data = data;
    this.schedule();
  }

  setAlertFrom(value: number | null): void {
    if (value === this.alertFrom) return;
    this.alertFrom = value;
    this.rebuild();
  }

  rebuild(): void {
    this.builtKeys = '';
    this.schedule();
  }

  dispose(): void {
    this.setActive(false);
    this.plot?.destroy();
    this.plot = null;
  }

  private schedule(): void {
    if (!this.active || this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      void loadLibrary().then(uplot => this.draw(uplot));
    });
  }

  private draw(uplot: Library): void {
    if (!this.active || this.node.clientWidth === 0 || this.data.keys.length === 0) return;
    const columns = [this.options.x === 'time' ? this.data.x.map(ms => ms / 1_000) : [...this.data.x], ...this.data.values.map(line => [...line])] as uPlot.AlignedData;
    const keys = this.data.keys.join('\u0000');
    if (this.plot && keys === this.builtKeys) {
      this.plot.setData(columns);
      return;
    }
    this.builtKeys = keys;
    this.plot?.destroy();
    this.plot = new uplot(this.settings(uplot), columns, this.node);
  }

  private fit(): void {
    const width = this.node.clientWidth;
    if (this.plot && width > 0 && Math.abs(this.plot.width - width) > 1) this.plot.setSize({ width, height: this.options.heightPx });
    else this.schedule();
  }

  private settings(uplot: Library): uPlot.Options {
    const read = themeReader(this.node);
    const axis = { stroke: read('--jp-ui-font-color2'), font: `11px ${read('--jp-ui-font-family') || 'sans-serif'}`, grid: { stroke: read('--jp-border-color3'), width: 1 }, ticks: { show: false } };
    const many = this.data.keys.length > 1;
    return {
      width: this.node.clientWidth,
      height: this.options.heightPx,
      scales: { x: { time: this.options.x === 'time' } },
      tzDate: timeS => uplot.tzDate(new Date(timeS * 1_000), 'Etc/UTC'),
      legend: { show: many && this.data.keys.length <= 16, live: false },
      cursor: { points: { size: 6 }, drag: { x: false, y: false } },
      axes: [{ ...axis, size: 38, space: (_plot, _axis, min, max) => (this.options.x === 'time' && max - min < FINE_S ? 104 : 64), values: this.options.x === 'time' ? TIME_FORMATS : undefined }, { ...axis, size: 52, values: (_plot, splits) => splits.map(split => formatNumber(Number(split.toPrecision(6)))) }],
      series: [
        {},
        ...this.data.keys.map((key, index) => {
          const { colour, dash } = seriesStyle(index, read);
          return { label: key, stroke: colour, dash: [...dash], width: 1.5, spanGaps: false, points: { show: this.options.points ?? false, size: 4 } };
        })
      ],
      hooks: { drawClear: [plot => this.drawAlertBand(plot, read)] }
    };
  }

  private drawAlertBand(plot: uPlot, read: (variable: string) => string): void {
    if (this.alertFrom === null) return;
    const { left, top, width, height } = plot.bbox;
    const bottom = Math.min(top + height, plot.valToPos(this.alertFrom, 'y', true));
    if (!Number.isFinite(bottom) || bottom <= top) return;
    plot.ctx.save();
    plot.ctx.fillStyle = read('--lt-bad');
    plot.ctx.globalAlpha = 0.1;
    plot.ctx.fillRect(left, top, width, bottom - top);
    plot.ctx.globalAlpha = 0.7;
    plot.ctx.fillRect(left, bottom - 1, width, 1);
    plot.ctx.restore();
  }
}

/** Below this range labels carry milliseconds and need more room. */
const FINE_S = 12;

/** UTC clock times on the axis, the day where it changes (uPlot's own notation: unit in s, format, roll-overs). */
const TIME_FORMATS: (number | string | null)[][] = [
  [86_400, '{YYYY}-{MM}-{DD}', null, null, null, null, null, null, 1],
  [3_600, '{HH}:{mm}', '\n{YYYY}-{MM}-{DD} UTC', null, null, null, null, null, 1],
  [60, '{HH}:{mm}', '\n{YYYY}-{MM}-{DD} UTC', null, null, null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', '\nUTC', null, null, null, null, null, 1],
  [0.001, '{HH}:{mm}:{ss}.{fff}', '\nUTC', null, null, null, null, null, 1]
];
