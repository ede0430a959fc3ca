import type { TopicInfo } from '../../worker/protocol';
import { el, fill } from '../ui/dom';
import { formatBytes, formatCount, formatUtc, formatValue } from '../ui/format';
import { sparkline } from '../ui/sparkline';
import { table } from '../ui/table';
import { Tabs } from '../ui/tabs';
import { decodePayload, hexLines, isSignal, leaves } from './payload';
import type { DecodedPayload } from './payload';

type Mode = 'tree' | 'table' | 'chart' | 'hex';
const HISTORY_MAX = 120;

/** The last payload of a topic as tree, table, chart or bytes. Scalars are drawn over the time the drawer is open. */
export class PayloadView {
  readonly node: HTMLElement;
  private readonly meta = el('div', { class: 'lt-hint' });
  private readonly tabs: Tabs<Mode>;
  private topic: TopicInfo | null = null;
  private readonly history = new Map<string, number[]>();
  private drawnKey = '';

  constructor() {
    this.tabs = new Tabs<Mode>({
      label: 'Payload as',
      style: 'segments',
      choices: [
        { value: 'tree', label: 'Tree' },
        { value: 'table', label: 'Table' },
        { value: 'chart', label: 'Chart' },
        { value: 'hex', label: 'Hex' }
      ],
      onSelect: () => this.draw(true)
    });
    this.node = el('div', { class: 'lt-payload' }, el('div', { class: 'lt-row' }, this.tabs.list, this.meta), this.tabs.panel);
  }

  show(topic: TopicInfo): void {
    const fresh = this.topic === null || this.topic.topic !== topic.topic;
    if (fresh) this.history.clear();
    const isNew = fresh || this.topic?.lastArrivalMs !== topic.lastArrivalMs || this.topic.messages !== topic.messages;
    this.topic = topic;
    if (isNew) this.remember(topic);
    this.draw(fresh);
  }

  private remember(topic: TopicInfo): void {
    const decoded = decodePayload(topic.lastPayload);
    if (decoded.kind !== 'json') return;
    for (const leaf of leaves(decoded.value, 50)) {
      if (typeof leaf.value !== 'number') continue;
      const values = this.history.get(leaf.path) ?? [];
      values.push(leaf.value);
      if (values.length > HISTORY_MAX) values.shift();
      this.history.set(leaf.path, values);
    }
  }

  private draw(force: boolean): void {
    const { topic } = this;
    if (!topic) return;
    const key = `${topic.topic}|${topic.messages}|${topic.lastArrivalMs}|${this.tabs.value}`;
    if (!force && (key === this.drawnKey || this.tabs.panel.contains(document.getSelection()?.anchorNode ?? null) && document.getSelection()?.isCollapsed === false)) return;
    this.drawnKey = key;
    this.meta.textContent = `${formatBytes(topic.lastBytes)} · ${topic.format}${topic.retained ? ' · retained' : ''} · ${formatUtc(topic.lastArrivalMs)}`;
    this.meta.title = new Date(topic.lastArrivalMs).toLocaleString();
    const open = new Set([...this.tabs.panel.querySelectorAll('details')].filter(node => node.open === false).map(node => node.dataset['path']));
    fill(this.tabs.panel, this.content(decodePayload(topic.lastPayload), topic));
    for (const node of this.tabs.panel.querySelectorAll('details')) if (open.has(node.dataset['path'])) node.open = false;
  }

  private content(decoded: DecodedPayload, topic: TopicInfo): HTMLElement {
    const mode = this.tabs.value;
    if (mode === 'hex') return hexView(topic.lastPayload);
    if (decoded.kind === 'binary') return el('div', {}, el('p', { class: 'lt-note' }, `Shown as bytes: ${decoded.reason}.`), hexView(topic.lastPayload));
    if (decoded.kind === 'text') {
      const cut = topic.lastBytes > topic.lastPayload.length ? ` Only the first ${formatBytes(topic.lastPayload.length)} are kept for looking.` : '';
      return el('div', {}, el('p', { class: 'lt-note' }, `Shown as text: ${decoded.reason}.${cut}`), el('pre', { class: 'lt-code', tabindex: '0' }, decoded.text.slice(0, 20_000)));
    }
    if (mode === 'tree') return el('div', { class: 'lt-json' }, jsonNode(decoded.value, null, ''));
    if (mode === 'table') return tableView(decoded.value);
    return this.charts(decoded.value);
  }

  private charts(value: unknown): HTMLElement {
    const found = leaves(value, 50);
    const signals = found.flatMap(leaf => (isSignal(leaf.value) ? [sparkline(leaf.value, { label: `${leaf.path} (${formatCount(leaf.value.length)} samples)` })] : []));
    const scalars = found.flatMap(leaf => {
      const seen = this.history.get(leaf.path);
      return typeof leaf.value === 'number' && !looksLikeTime(leaf.value) && seen ? [sparkline(seen, { label: `${leaf.path} (last ${formatCount(seen.length)})` })] : [];
    });
    const figures = [...signals, ...scalars];
    return figures.length === 0 ? el('p', { class: 'lt-hint' }, 'This payload holds no numbers to draw.') : el('div', { class: 'lt-sparks' }, ...figures);
  }
}

/** Milliseconds since 1970 between 2001 and 2286: a clock, which makes a dull chart. */
function looksLikeTime(value: number): boolean {
  return Number.isInteger(value) && value > 1e12 && value < 1e13;
}

function hexView(bytes: Uint8Array): HTMLElement {
  const shown = 1_024;
  return el('div', {}, el('pre', { class: 'lt-code', tabindex: '0' }, hexLines(bytes, shown).join('\n')), bytes.length > shown && el('p', { class: 'lt-hint' }, `The first ${formatCount(shown)} of ${formatCount(bytes.length)} bytes.`));
}

function tableView(value: unknown): HTMLElement {
  const rows = leaves(value).map(leaf => {
    const type = isSignal(leaf.value) ? `list of ${formatCount(leaf.value.length)}` : leaf.value === null ? 'null' : typeof leaf.value;
    return [leaf.path, formatValue(leaf.value, 60), { content: type, style: 'quiet' as const }];
  });
  return table([{ name: 'path', heading: true }, { name: 'value' }, { name: 'type' }], rows);
}

function jsonNode(value: unknown, key: string | null, path: string): HTMLElement {
  const name = key === null ? null : el('span', { class: 'lt-json-key' }, key);
  if (typeof value !== 'object' || value === null) {
    return el('div', { class: 'lt-json-leaf' }, name, el('span', { class: `lt-json-${value === null ? 'null' : typeof value}` }, typeof value === 'string' ? `"${value.slice(0, 2_000)}"` : formatValue(value)));
  }
  const entries = Object.entries(value);
  const summary = Array.isArray(value) ? `${formatCount(value.length)} items` : `${formatCount(entries.length)} fields`;
  if (isSignal(value)) {
    return el('div', { class: 'lt-json-leaf' }, name, el('span', { class: 'lt-quiet' }, `[${value.slice(0, 6).map(item => formatValue(item)).join(', ')}${value.length > 6 ? `, … ${formatCount(value.length)}` : ''}]`));
  }
  const node = el('details', { open: true }, el('summary', {}, name, el('span', { class: 'lt-quiet' }, summary)));
  node.dataset['path'] = path;
  for (const [childKey, child] of entries.slice(0, 200)) node.append(jsonNode(child, childKey, `${path}.${childKey}`));
  if (entries.length > 200) node.append(el('div', { class: 'lt-hint' }, `and ${formatCount(entries.length - 200)} more`));
  return node;
}
