import { Widget } from '@lumino/widgets';
import { iconButton } from '../ui/controls';
import { el, fill, setText } from '../ui/dom';
import { closeIcon } from '../ui/icons';
import { connectionView } from './connection-view';
import type { ConnectionViewActions } from './connection-view';
import { RecordingView } from './recording-view';
import type { StreamsActions, StreamsTarget } from './stream-items';
import type { StreamsModel } from './streams-model';
import type { StreamsPanelOptions } from './streams-panel';
import { branchView, TopicView } from './topic-view';

export interface StreamsDrawerOptions extends StreamsPanelOptions {
  readonly actions: StreamsActions & Pick<ConnectionViewActions, 'edit' | 'forget'>;
}

/** Below the tree: what is selected, in full. */
export class StreamsDrawer extends Widget {
  private target: StreamsTarget | null = null;
  private view: TopicView | RecordingView | null = null;
  private readonly heading = el('h3');
  private readonly body = el('div', { class: 'lt-drawer-scroll' });
  private drawn = '';

  constructor(private readonly options: StreamsDrawerOptions) {
    super();
    this.addClass('lt-drawer');
    this.node.append(el('div', { class: 'lt-panel-header' }, this.heading, iconButton({ icon: closeIcon, label: 'Close', onClick: () => this.close() })), this.body);
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', 'Selected stream');
  }

  override close(): void {
    this.target = null;
    this.view = null;
    this.hide();
  }

  open(target: StreamsTarget, model: StreamsModel): void {
    this.target = target;
    this.view = null;
    this.drawn = '';
    this.refresh(model, Date.now());
    this.show();
  }

  askDelete(): void {
    if (this.view instanceof RecordingView) this.view.askDelete();
  }

  /** Opens the record form; false when no topic is selected. */
  showRecord(): boolean {
    if (!(this.view instanceof TopicView)) return false;
    this.view.showRecord();
    return true;
  }

  refresh(model: StreamsModel, nowMs: number): void {
    const { target } = this;
    if (target === null) return;
    if (target.kind === 'connection') this.updateConnection(target.name, model, nowMs);
    else if (target.kind === 'recording') this.updateRecording(target.name, model);
    else if (target.kind === 'topic') this.updateTopic(target, model);
    else {
      const connection = model.connections.find(entry => entry.name === target.connection);
      this.replace(`branch ${target.path}`, target.path, () => (connection ? branchView(connection, target.path) : null));
    }
  }

  private updateConnection(name: string, model: StreamsModel, nowMs: number): void {
    const connection = model.connections.find(entry => entry.name === name);
    if (!connection) return this.close();
    const { status } = connection;
    const inUse = this.body.contains(document.activeElement);
    const counts = status.state === 'connecting' || (status.state === 'offline' && status.since !== undefined);
    const tick = counts && !inUse ? String(Math.floor(nowMs / 1_000)) : '';
    this.replace(`connection ${name} ${status.state} ${tick}`, name, () => connectionView(connection, { actions: this.options.actions, error: model.connectErrors.get(name) ?? null, nowMs }));
  }

  private updateRecording(name: string, model: StreamsModel): void {
    const recording = model.recordings.find(entry => entry.name === name);
    if (!recording) return this.close();
    const key = `recording ${name} ${recording.state} ${recording.state === 'recording' ? recording.messages : ''}`;
    this.replace(key, name, () => {
      this.view = new RecordingView({
        recording,
        engine: () => model.data.engine(),
        onInsertReplay: this.options.onInsertReplay,
        onOpenRun: this.options.onOpenRun,
        onStop: () => this.options.actions.stopRecording(name),
        onDeleted: () => (this.close(), void model.refresh())
      });
      return this.view.node;
    });
  }

  private updateTopic(target: { readonly connection: string; readonly topic: string }, model: StreamsModel): void {
    const topic = model.topics.get(target.connection)?.find(entry => entry.topic === target.topic);
    if (!topic) return;
    this.replace(`topic ${target.connection} ${target.topic}`, target.topic, () => {
      this.view = new TopicView(topic, { connection: target.connection, engine: () => model.data.engine(), onInsert: this.options.onInsert });
      return this.view.node;
    });
    if (this.view instanceof TopicView) this.view.update(topic);
  }

  private replace(key: string, title: string, make: () => HTMLElement | null): void {
    if (key === this.drawn) return;
    this.drawn = key;
    setText(this.heading, title);
    this.heading.title = title;
    const inUse = this.body.contains(document.activeElement);
    fill(this.body, make());
    if (inUse) this.body.querySelector<HTMLElement>('button')?.focus();
  }
}
