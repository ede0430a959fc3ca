import type { ConnectionInfo, EngineService, InferredSchema, TopicInfo } from '../../worker/protocol';
import { rememberFocus, textButton, whileBusy } from '../ui/controls';
import { el, fill } from '../ui/dom';
import { errorCard } from '../ui/error-card';
import { formatBytes, formatRate, plural } from '../ui/format';
import { sparkline } from '../ui/sparkline';
import { Tabs } from '../ui/tabs';
import { decodePayload } from './payload';
import { PayloadView } from './payload-view';
import { schemaView } from './schema-view';
import { publishForm, recordForm } from './topic-forms';

type Part = 'payload' | 'schema' | 'rate';
const RATES_MAX = 120;

export interface TopicViewOptions {
  readonly connection: string;
  readonly engine: () => Promise<EngineService>;
  readonly onInsert: (source: { readonly connection: string; readonly topic: string; readonly inferred: InferredSchema }) => Promise<void>;
}

/** The drawer of a topic: payload, schema, rate, and the three things one does next. */
export class TopicView {
  readonly node: HTMLElement;
  private topic: TopicInfo;
  private readonly payload = new PayloadView();
  private readonly tabs: Tabs<Part>;
  private readonly formPlace = el('div');
  private readonly rates: number[] = [];
  private inferred: InferredSchema | null = null;
  private giveBack: () => void = () => undefined;

  constructor(
    topic: TopicInfo,
    private readonly options: TopicViewOptions
  ) {
    this.topic = topic;
    this.tabs = new Tabs<Part>({
      label: `Topic ${topic.topic}`,
      choices: [
        { value: 'payload', label: 'Payload' },
        { value: 'schema', label: 'Schema' },
        { value: 'rate', label: 'Rate' }
      ],
      onSelect: part => this.open(part)
    });
    const insert = textButton({ label: 'Insert source cell', kind: 'accent', onClick: () => void whileBusy(insert, () => this.insert(), error => this.fail(error)) });
    this.node = el(
      'div',
      { class: 'lt-drawer-body' },
      el(
        'div',
        { class: 'lt-actions' },
        insert,
        textButton({ label: 'Record…', onClick: () => this.showRecord() }),
        textButton({ label: 'Publish…', onClick: () => this.showPublish() })
      ),
      this.formPlace,
      this.tabs.list,
      this.tabs.panel
    );
    this.open('payload');
    this.update(topic);
  }

  /** New figures of the same topic. */
  update(topic: TopicInfo): void {
    this.topic = topic;
    this.rates.push(topic.messagesPerS);
    if (this.rates.length > RATES_MAX) this.rates.shift();
    if (this.tabs.value === 'payload') this.payload.show(topic);
    else if (this.tabs.value === 'rate') this.drawRate();
  }

  showRecord(): void {
    const form = recordForm({
      topic: this.topic.topic,
      onCancel: () => this.closeForm(),
      onRecord: async (topic, how) => (await this.options.engine()).startRecording(this.options.connection, topic, how)
    });
    this.showForm(form);
  }

  private showPublish(): void {
    const decoded = decodePayload(this.topic.lastPayload);
    const form = publishForm({
      topic: this.topic.topic,
      payload: decoded.kind === 'json' ? JSON.stringify(decoded.value) : decoded.kind === 'text' ? decoded.text : '',
      onCancel: () => this.closeForm(),
      onPublish: async (topic, payload, how) => (await this.options.engine()).publish(this.options.connection, topic, payload, how)
    });
    this.showForm(form);
  }

  private closeForm(): void {
    const inside = this.formPlace.contains(document.activeElement);
    fill(this.formPlace);
    if (inside) this.giveBack();
  }

  private showForm(form: HTMLFormElement): void {
    this.giveBack = rememberFocus();
    fill(this.formPlace, form);
    form.querySelector<HTMLElement>('input, textarea')?.focus();
  }

  private open(part: Part): void {
    if (part === 'payload') {
      fill(this.tabs.panel, this.payload.node);
      this.payload.show(this.topic);
    } else if (part === 'rate') this.drawRate();
    else void this.showSchema();
  }

  private drawRate(): void {
    fill(
      this.tabs.panel,
      el('p', {}, `${formatRate(this.topic.messagesPerS)}, ${formatBytes(this.topic.messagesPerS * this.topic.lastBytes)}/s, ${plural(this.topic.messages, 'message')} since the panel looks.`),
      sparkline(this.rates, { label: 'messages per second', fromZero: true })
    );
  }

  private async showSchema(): Promise<void> {
    fill(this.tabs.panel, el('p', { class: 'lt-hint' }, 'Reading the last messages …'));
    try {
      fill(this.tabs.panel, schemaView(await this.infer()));
    } catch (error) {
      fill(this.tabs.panel, errorCard(error, { label: 'Look at the payload', run: () => (this.tabs.select('payload'), this.open('payload')) }));
    }
  }

  private async infer(): Promise<InferredSchema> {
    this.inferred = await (await this.options.engine()).inferSchema(this.options.connection, this.topic.topic);
    return this.inferred;
  }

  private async insert(): Promise<void> {
    const inferred = this.inferred ?? (await this.infer());
    await this.options.onInsert({ connection: this.options.connection, topic: this.topic.topic, inferred });
  }

  private fail(error: unknown): void {
    fill(this.formPlace, errorCard(error, { label: 'Look at the payload', run: () => (fill(this.formPlace), this.tabs.select('payload'), this.open('payload')) }));
  }
}

/** The drawer of a level of the tree that has no messages of its own. */
export function branchView(connection: ConnectionInfo, path: string): HTMLElement {
  return el('div', { class: 'lt-drawer-body' }, el('p', {}, `Level ${path} of ${connection.name}. Select a topic below it to see its payload, schema and rate.`));
}
