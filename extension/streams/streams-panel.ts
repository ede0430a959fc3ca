import type { Message } from '@lumino/messaging';
import { SplitPanel, Widget } from '@lumino/widgets';
import type { InferredSchema, RecordingInfo } from '../../worker/protocol';
import { iconButton, LiveRegion, rememberFocus } from '../ui/controls';
import { el, fill } from '../ui/dom';
import { chooseFile } from '../ui/download';
import { emptyState, errorCard } from '../ui/error-card';
import { plusIcon, streamsIcon } from '../ui/icons';
import { TreeView } from '../ui/tree-view';
import type { TreeItem } from '../ui/tree-view';
import { connectionForm } from './connection-form';
import { StreamsDrawer } from './streams-drawer';
import { streamItems } from './stream-items';
import type { StreamsActions, StreamsTarget } from './stream-items';
import type { StreamsModel } from './streams-model';

export interface StreamsPanelOptions {
  readonly model: StreamsModel;
  readonly onInsert: (source: { readonly connection: string; readonly topic: string; readonly inferred: InferredSchema }) => Promise<void>;
  readonly onInsertReplay: (recording: RecordingInfo) => Promise<void>;
  readonly onOpenRun: (runId: string) => void;
}

const DRAWER_SIZES = [9, 11];

/** The left bar's "Streams": connections, topics and recordings in one tree, a drawer for what is selected. */
export class StreamsPanel extends SplitPanel {
  private readonly model: StreamsModel;
  private readonly tree: TreeView;
  private readonly filter = el('input', { class: 'lt-input', type: 'search', placeholder: 'Filter topics', 'aria-label': 'Filter topics', oninput: () => this.draw() });
  private readonly notice = el('div', { class: 'lt-notice' });
  private readonly live = new LiveRegion();
  private readonly drawer: StreamsDrawer;
  private targets: ReadonlyMap<string, StreamsTarget> = new Map();
  private spoken = '';
  private readonly actions: StreamsActions;

  constructor(options: StreamsPanelOptions) {
    super({ orientation: 'vertical', spacing: 1 });
    this.id = 'littoral-streams';
    this.title.icon = streamsIcon;
    this.title.caption = 'Streams';
    this.addClass('lt-panel');
    this.model = options.model;
    this.tree = new TreeView({ label: 'Streams', onSelect: item => this.onSelect(item), onOpen: item => this.onOpen(item) });
    this.actions = this.makeActions();
    this.drawer = new StreamsDrawer({ ...options, actions: { ...this.actions, edit: name => void this.showForm(name), forget: name => void this.guard(this.model.forget(name)) } });
    const top = new Widget();
    top.addClass('lt-panel-top');
    top.node.append(
      el('div', { class: 'lt-panel-header' }, el('h2', {}, 'Streams'), iconButton({ icon: plusIcon, label: 'Add a connection', onClick: () => this.addConnection() })),
      this.filter,
      this.notice,
      this.tree.node,
      this.live.node
    );
    this.addWidget(top);
    this.addWidget(this.drawer);
    this.drawer.hide();
    this.model.changed.connect(() => this.draw());
  }

  addConnection(): void {
    void this.showForm(null);
  }

  /** Opens "Record…" of the selected topic; says what to do when none is selected. */
  recordSelected(): void {
    if (!this.drawer.showRecord()) fill(this.notice, el('p', { class: 'lt-note' }, 'Select a topic first, then record it.'));
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.model.setVisible(true);
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) this.model.setVisible(true);
  }

  protected override onBeforeHide(message: Message): void {
    super.onBeforeHide(message);
    this.model.setVisible(false);
  }

  protected override onBeforeDetach(message: Message): void {
    super.onBeforeDetach(message);
    this.model.setVisible(false);
  }

  private draw(): void {
    if (!this.isVisible) return;
    const nowMs = Date.now();
    const { items, targets } = streamItems(this.model, { filter: this.filter.value, nowMs, actions: this.actions });
    this.targets = targets;
    const filtering = this.filter.value.trim() !== '';
    this.tree.render(items, (item, level) => level <= 2 || filtering || (item.children?.length ?? 0) <= 12);
    this.filter.hidden = this.model.topics.size === 0;
    this.drawNotice();
    this.drawer.refresh(this.model, nowMs);
    this.speak();
  }

  private drawNotice(): void {
    if (this.notice.querySelector('form')) return;
    const { error, connections } = this.model;
    if (error !== null) fill(this.notice, errorCard(error, { label: 'Restart the data engine', run: () => void this.guard(this.model.data.restartEngine()) }));
    else if (connections.length === 0) fill(this.notice, emptyState('A stream starts at an MQTT broker that speaks WebSocket.', { label: 'Add a connection', run: () => void this.showForm(null) }));
    else if (connections.every(connection => connection.status.state === 'offline')) {
      const first = connections[0]?.name ?? '';
      fill(this.notice, emptyState(`"${first}" is offered here. Nothing connects by itself.`, { label: `Connect to ${first}`, run: () => this.actions.connect(first) }));
    } else if (!this.notice.querySelector('.lt-error')) fill(this.notice);
  }

  private speak(): void {
    const words = this.model.connections.map(({ name, status }) => `${name}: ${status.state === 'offline' ? 'not connected' : status.state}`).join(', ');
    if (words !== this.spoken) this.live.say(words);
    this.spoken = words;
  }

  private onSelect(item: TreeItem): void {
    const target = this.targets.get(item.id);
    if (!target) return;
    this.openDrawer(target);
  }

  private openDrawer(target: StreamsTarget): void {
    const opening = this.drawer.isHidden;
    this.drawer.open(target, this.model);
    if (opening) this.setRelativeSizes(DRAWER_SIZES);
  }

  private onOpen(item: TreeItem): void {
    const target = this.targets.get(item.id);
    if (target?.kind !== 'connection') return;
    const state = this.model.connections.find(connection => connection.name === target.name)?.status.state;
    if (state === 'offline') this.actions.connect(target.name);
  }

  private async showForm(name: string | null): Promise<void> {
    const known = await this.model.data.knownConnections();
    const connection = known.find(entry => entry.name === name);
    const giveBack = rememberFocus();
    const close = (): void => (fill(this.notice), this.draw(), giveBack());
    const form = connectionForm({
      connection,
      taken: known.map(entry => entry.name),
      onTest: async settings => (await this.model.data.engine()).testConnection(settings),
      onSubmit: async settings => {
        if (connection && connection.name !== settings.name) await this.model.forget(connection.name);
        await this.model.save(settings);
        await this.model.connect(settings.name);
        close();
      },
      onCancel: close
    });
    fill(this.notice, form);
    form.querySelector('input')?.focus();
  }

  private makeActions(): StreamsActions {
    return {
      connect: name => void this.guard(this.model.connect(name), { label: 'Edit connection', run: () => void this.showForm(name) }),
      disconnect: name => void this.guard(this.model.disconnect(name)),
      stopRecording: name => void this.guard(this.model.follow(this.model.data.engine().then(engine => engine.stopRecording(name)))),
      askDelete: name => {
        this.tree.select(`recording:${name}`);
        this.openDrawer({ kind: 'recording', name });
        this.drawer.askDelete();
      },
      importRecording: () => void this.guard(this.importRecording())
    };
  }

  private async importRecording(): Promise<void> {
    const file = await chooseFile('.ndjson');
    if (!file) return;
    const bytes = new Uint8Array(await file.arrayBuffer());
    await this.model.follow((await this.model.data.engine()).importRecording(file.name.replace(/(\.recording)?\.ndjson$/, ''), bytes));
  }

  private async guard(work: Promise<unknown>, nextStep?: { readonly label: string; readonly run: () => void }): Promise<void> {
    try {
      await work;
      if (!this.notice.querySelector('form')) fill(this.notice);
    } catch (error) {
      fill(this.notice, errorCard(error, nextStep));
    }
    this.draw();
  }
}
