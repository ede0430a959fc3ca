import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import type { IThemeManager } from '@jupyterlab/apputils';
import type { LiveMessage, RunSnapshot } from '../../worker/protocol';
import type { IDataService } from '../services/tokens';
import { alertThreshold } from './alert-threshold';
import { RunFeed } from './run-feed';
import { RunView } from './run-view';
import type { RunViewOptions } from './run-view';
import { isOver } from './run-words';

export interface LiveRunOptions {
  readonly data: IDataService;
  readonly view: RunViewOptions;
  readonly themes: IThemeManager | null;
}

/** A run's view that follows the live run while it can be seen, and shows a still picture otherwise. */
export class LiveRunWidget extends Widget {
  private readonly view: RunView;
  private feed: RunFeed | null = null;
  private runId: string | null = null;
  private snapshot: RunSnapshot | null = null;
  private live = false;
  private chartIsFresh = false;
  private inViewport = true;
  private readonly observer = new IntersectionObserver(entries => {
    this.inViewport = entries[entries.length - 1]?.isIntersecting ?? true;
    this.follow();
  });
  private readonly onVisibility = (): void => this.follow();
  private readonly onTheme = (): void => this.view.rebuildChart();

  constructor(private readonly options: LiveRunOptions) {
    super();
    this.addClass('lt-live-run');
    this.view = new RunView(options.view);
    this.node.append(this.view.node);
    options.themes?.themeChanged.connect(this.onTheme);
    options.data.engineStateChanged.connect(this.follow, this);
  }

  /** Shows the run `runId`; `saved` is its last picture, if one was kept. The same run again only updates. */
  setRun(runId: string, saved: RunSnapshot | null): void {
    const same = runId === this.runId;
    this.runId = runId;
    if (!same) {
      this.feed?.close();
      this.feed = new RunFeed(this.options.data, runId, message => this.onMessage(message));
      this.live = false;
      this.snapshot = null;
    }
    if (saved && (!this.live || !this.snapshot)) this.apply(saved, { chart: true });
    this.follow();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.feed?.close();
    this.view.dispose();
    this.options.themes?.themeChanged.disconnect(this.onTheme);
    this.options.data.engineStateChanged.disconnect(this.follow, this);
    super.dispose();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    document.addEventListener('visibilitychange', this.onVisibility);
    this.observer.observe(this.node);
    this.follow();
  }

  protected override onBeforeDetach(message: Message): void {
    document.removeEventListener('visibilitychange', this.onVisibility);
    this.observer.disconnect();
    this.inViewport = true;
    this.view.setActive(false);
    this.feed?.close();
    super.onBeforeDetach(message);
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.follow();
  }

  /** Opens or closes the feed according to whether anybody can see the view. */
  private follow(): void {
    const visible = this.isAttached && this.isVisible && !document.hidden && this.inViewport;
    this.view.setActive(visible);
    if (this.options.data.engineState !== 'alive' && this.live) {
      this.live = false;
      if (this.snapshot) this.apply(this.snapshot, { chart: false });
    }
    if (!visible) this.feed?.close();
    else if (this.feed && !this.feed.isOpen) void this.open(this.feed);
  }

  private async open(feed: RunFeed): Promise<void> {
    this.chartIsFresh = false;
    const live = await feed.open();
    if (!live || feed !== this.feed || !this.runId) return;
    this.live = true;
    if (this.snapshot) this.apply(this.snapshot, { chart: false });
    const engine = await this.options.data.engine();
    const { plan } = await engine.runStart(this.runId);
    const keyColumns = plan.nodes.flatMap(node => (node.op === 'keyBy' ? node.config.columns : []));
    this.view.setChartMeaning({ keyColumns, alertFrom: this.snapshot ? alertThreshold(plan, this.snapshot.chart.column) : null });
  }

  private onMessage(message: LiveMessage): void {
    if (message.kind === 'points') {
      this.view.addPoints(message);
      return;
    }
    this.live = true;
    this.apply(message.snapshot, { chart: !this.chartIsFresh || message.kind === 'end' });
    this.chartIsFresh = true;
    if (message.kind === 'end' || isOver(message.snapshot.state)) this.chartIsFresh = false;
  }

  private apply(snapshot: RunSnapshot, options: { readonly chart: boolean }): void {
    this.snapshot = snapshot;
    this.view.show(snapshot, { live: this.live, chart: options.chart });
  }
}
