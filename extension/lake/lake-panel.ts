import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { iconButton, LiveRegion, textButton } from '../ui/controls';
import { el, fill } from '../ui/dom';
import { emptyState, errorCard } from '../ui/error-card';
import { lakeIcon, refreshIcon } from '../ui/icons';
import { TreeView } from '../ui/tree-view';
import { lakeItems } from './lake-items';
import type { LakeTarget } from './lake-items';
import type { LakeModel } from './lake-model';

export interface LakePanelOptions {
  readonly model: LakeModel;
  readonly onOpen: (target: LakeTarget) => void;
  readonly onSql: () => void;
  readonly onLesson: () => void;
}

/** The left bar's "Lake": sources, tables, partitions, files. What is selected opens in the main area. */
export class LakePanel extends Widget {
  private readonly tree: TreeView;
  private readonly notice = el('div', { class: 'lt-notice' });
  private readonly live = new LiveRegion();
  private targets: ReadonlyMap<string, LakeTarget> = new Map();
  private readonly sql: HTMLButtonElement;

  constructor(private readonly options: LakePanelOptions) {
    super();
    this.id = 'littoral-lake';
    this.title.icon = lakeIcon;
    this.title.caption = 'Lake';
    this.addClass('lt-panel');
    this.addClass('lt-panel-top');
    this.tree = new TreeView({
      label: 'Lake',
      onSelect: item => {
        const target = this.targets.get(item.id);
        if (target) options.onOpen(target);
      }
    });
    this.sql = textButton({ label: 'New SQL query', onClick: options.onSql });
    const refresh = iconButton({ icon: refreshIcon, label: 'Read the lake again', onClick: () => void this.read(true) });
    this.node.append(el('div', { class: 'lt-panel-header' }, el('h2', {}, 'Lake'), refresh), this.notice, this.tree.node, el('div', { class: 'lt-panel-foot' }, this.sql), this.live.node);
    options.model.changed.connect(() => this.draw());
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    void this.read(true);
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) void this.read(false);
  }

  private async read(again: boolean): Promise<void> {
    try {
      await this.options.model.read({ again });
      this.draw();
    } catch (error) {
      fill(this.notice, errorCard(error, { label: 'Try again', run: () => void this.read(true) }));
    }
  }

  private draw(): void {
    const { sources } = this.options.model;
    const { items, targets } = lakeItems(sources);
    this.targets = targets;
    this.tree.render(items, (_item, level) => level <= 1);
    const failed = sources.find(source => source.state === 'failed');
    const empty = sources.length > 0 && sources.every(source => source.state === 'read' && source.tables.length === 0);
    this.sql.hidden = sources.every(source => source.tables.length === 0);
    if (failed) fill(this.notice, errorCard(failed.error, { label: 'Try again', run: () => void this.read(true) }));
    else if (empty) fill(this.notice, emptyState('The lake is empty. It fills when a pipeline writes to it with .to(lake(…)): a deployed one here, a run of this page into this browser.', { label: 'Open the lesson', run: this.options.onLesson }));
    else fill(this.notice);
    this.live.say(sources.map(source => (source.state === 'read' ? `${source.name}: ${source.tables.length} tables` : `${source.name}: ${source.state}`)).join(', '));
  }
}
