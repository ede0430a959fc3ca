import type { LabIcon } from '@jupyterlab/ui-components';
import { iconButton } from './controls';
import { el, setAttributes, setText } from './dom';
import { caretIcon } from './icons';

export interface TreeDetail {
  readonly text: string;
  readonly title?: string;
  readonly style?: 'quiet' | 'good' | 'warn' | 'bad' | 'state';
}
export interface TreeAction {
  readonly label: string;
  readonly icon: LabIcon;
  readonly run: () => void;
  /** Key that does the same on the focused row, e.g. `Delete`. */
  readonly key?: string;
}
export interface TreeItem {
  /** Unique in the tree and stable over renders: state and focus hang on it. */
  readonly id: string;
  readonly label: string;
  readonly icon?: LabIcon;
  /** Columns at the right end. */
  readonly details?: readonly TreeDetail[];
  readonly actions?: readonly TreeAction[];
  /** Absent: a leaf. An empty list: can be expanded, nothing known yet. */
  readonly children?: readonly TreeItem[];
  readonly heading?: boolean;
}

interface Row {
  item: TreeItem;
  level: number;
  parentId: string | null;
  readonly node: HTMLElement;
  readonly caret: HTMLElement;
  readonly icon: HTMLElement;
  readonly label: HTMLElement;
  readonly details: HTMLElement;
  readonly actions: HTMLElement;
  iconOf: LabIcon | undefined;
}

export interface TreeViewOptions {
  readonly label: string;
  readonly onSelect?: (item: TreeItem) => void;
  readonly onToggle?: (item: TreeItem, expanded: boolean) => void;
  /** Enter or double click. */
  readonly onOpen?: (item: TreeItem) => void;
}

/**
 * An ARIA tree: arrow keys, Home, End, type-ahead, one tab stop. Rows are kept over renders by id, so that a tree that is
 * redrawn every second keeps focus, scroll position and text selection.
 */
export class TreeView {
  readonly node: HTMLElement;
  private readonly rows = new Map<string, Row>();
  private order: readonly string[] = [];
  private readonly expanded = new Map<string, boolean>();
  private items: readonly TreeItem[] = [];
  private focusedId: string | null = null;
  private selectedId: string | null = null;
  private typed = '';
  private typedAtMs = 0;

  constructor(private readonly options: TreeViewOptions) {
    this.node = el('div', { class: 'lt-tree', role: 'tree', 'aria-label': options.label });
    this.node.addEventListener('keydown', event => this.onKey(event));
    this.node.addEventListener('click', event => this.onClick(event));
    this.node.addEventListener('dblclick', event => {
      const row = this.rowOf(event);
      if (row) options.onOpen?.(row.item);
    });
    this.node.addEventListener('focusin', event => {
      const row = this.rowOf(event);
      if (row) this.setFocused(row.item.id);
    });
  }

  get selected(): string | null {
    return this.selectedId;
  }

  select(id: string | null): void {
    this.selectedId = id;
    for (const [rowId, row] of this.rows) setAttributes(row.node, { 'aria-selected': String(rowId === id) });
  }

  setExpanded(id: string, expanded: boolean): void {
    this.expanded.set(id, expanded);
    this.render(this.items);
  }

  /** Draws `items`; `expandedByDefault` decides for rows that nobody has toggled. */
  render(items: readonly TreeItem[], expandedByDefault: (item: TreeItem, level: number) => boolean = this.defaultOf): void {
    this.items = items;
    this.defaultOf = expandedByDefault;
    const order: string[] = [];
    const walk = (list: readonly TreeItem[], level: number, parentId: string | null): void => {
      list.forEach((item, index) => {
        this.update(item, { level, parentId, position: index + 1, setSize: list.length });
        order.push(item.id);
        if (item.children && this.isExpanded(item, level)) walk(item.children, level + 1, item.id);
      });
    };
    walk(items, 1, null);
    this.reconcile(order);
  }

  private defaultOf: (item: TreeItem, level: number) => boolean = () => false;

  private isExpanded(item: TreeItem, level: number): boolean {
    return this.expanded.get(item.id) ?? this.defaultOf(item, level);
  }

  private update(item: TreeItem, place: { level: number; parentId: string | null; position: number; setSize: number }): void {
    const row = this.rows.get(item.id) ?? this.create(item);
    const actionsChanged = row.item.actions?.map(action => action.label).join() !== item.actions?.map(action => action.label).join();
    Object.assign(row, { item, level: place.level, parentId: place.parentId });
    setAttributes(row.node, {
      'aria-level': place.level,
      'aria-posinset': place.position,
      'aria-setsize': place.setSize,
      'aria-expanded': item.children ? String(this.isExpanded(item, place.level)) : null,
      'aria-selected': String(item.id === this.selectedId),
      class: item.heading ? 'lt-tree-row lt-mod-heading' : 'lt-tree-row',
      style: `--lt-level: ${place.level - 1}`
    });
    setText(row.label, item.label);
    row.label.title = item.label;
    if (row.iconOf !== item.icon) {
      row.iconOf = item.icon;
      row.icon.replaceChildren();
      if (item.icon) row.icon.append(item.icon.element({ tag: 'span', elementSize: 'normal' }));
    }
    renderDetails(row.details, item.details ?? []);
    if (actionsChanged || (item.actions && row.actions.childElementCount === 0)) {
      row.actions.replaceChildren(...(item.actions ?? []).map((action, index) => {
        const button = iconButton({ icon: action.icon, label: action.label, onClick: event => (event.stopPropagation(), row.item.actions?.[index]?.run()) });
        button.tabIndex = -1;
        return button;
      }));
    }
  }

  private create(item: TreeItem): Row {
    const caret = el('span', { class: 'lt-tree-caret', 'aria-hidden': 'true' });
    caret.append(caretIcon.element({ tag: 'span', elementSize: 'normal' }));
    const icon = el('span', { class: 'lt-tree-icon', 'aria-hidden': 'true' });
    const label = el('span', { class: 'lt-tree-label' });
    const details = el('span', { class: 'lt-tree-details' });
    const actions = el('span', { class: 'lt-tree-actions' });
    const node = el('div', { role: 'treeitem', tabindex: '-1' }, caret, icon, label, details, actions);
    node.dataset['id'] = item.id;
    const row: Row = { item: { ...item, actions: undefined }, level: 1, parentId: null, node, caret, icon, label, details, actions, iconOf: undefined };
    this.rows.set(item.id, row);
    return row;
  }

  private reconcile(order: readonly string[]): void {
    const keep = new Set(order);
    for (const [id, row] of this.rows) {
      if (keep.has(id)) continue;
      if (row.node.contains(document.activeElement)) this.focusedId = row.parentId;
      row.node.remove();
      this.rows.delete(id);
    }
    let cursor: ChildNode | null = this.node.firstChild;
    for (const id of order) {
      const node = this.rows.get(id)?.node;
      if (!node) continue;
      if (node === cursor) cursor = cursor.nextSibling;
      else this.node.insertBefore(node, cursor);
    }
    this.order = order;
    const tabStop = this.focusedId !== null && keep.has(this.focusedId) ? this.focusedId : (order[0] ?? null);
    this.setFocused(tabStop);
  }

  private setFocused(id: string | null): void {
    this.focusedId = id;
    for (const [rowId, row] of this.rows) row.node.tabIndex = rowId === id ? 0 : -1;
  }

  private focus(id: string | undefined | null): void {
    if (id === undefined || id === null) return;
    this.setFocused(id);
    this.rows.get(id)?.node.focus();
  }

  private rowOf(event: Event): Row | undefined {
    const target = event.target instanceof Element ? event.target.closest<HTMLElement>('[role="treeitem"]') : null;
    return target?.dataset['id'] === undefined ? undefined : this.rows.get(target.dataset['id']);
  }

  private onClick(event: MouseEvent): void {
    const row = this.rowOf(event);
    if (!row) return;
    this.focus(row.item.id);
    const onCaret = event.target instanceof Element && event.target.closest('.lt-tree-caret') !== null;
    if (row.item.children && (onCaret || row.item.heading || !this.options.onSelect)) this.toggle(row);
    if (!onCaret) this.choose(row);
  }

  private choose(row: Row): void {
    this.select(row.item.id);
    this.options.onSelect?.(row.item);
  }

  private toggle(row: Row): void {
    const expanded = !this.isExpanded(row.item, row.level);
    this.expanded.set(row.item.id, expanded);
    this.options.onToggle?.(row.item, expanded);
    this.render(this.items);
  }

  private onKey(event: KeyboardEvent): void {
    const row = this.rowOf(event);
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target !== row.node && (event.key === 'Enter' || event.key === ' ')) return;
    const handled = this.move(row, event.key) || this.act(row, event.key) || this.typeAhead(row, event);
    if (!handled) return;
    event.preventDefault();
    event.stopPropagation();
  }

  private move(row: Row, key: string): boolean {
    const index = this.order.indexOf(row.item.id);
    const expanded = row.item.children !== undefined && this.isExpanded(row.item, row.level);
    if (key === 'ArrowDown') this.focus(this.order[index + 1]);
    else if (key === 'ArrowUp') this.focus(this.order[index - 1]);
    else if (key === 'Home') this.focus(this.order[0]);
    else if (key === 'End') this.focus(this.order[this.order.length - 1]);
    else if (key === 'ArrowRight' && row.item.children && !expanded) this.toggle(row);
    else if (key === 'ArrowRight' && row.item.children?.[0]) this.focus(row.item.children[0].id);
    else if (key === 'ArrowLeft' && expanded) this.toggle(row);
    else if (key === 'ArrowLeft') this.focus(row.parentId);
    else return false;
    return true;
  }

  private act(row: Row, key: string): boolean {
    const action = row.item.actions?.find(entry => entry.key === key);
    if (action) action.run();
    else if (key === ' ') this.choose(row);
    else if (key === 'Enter') {
      this.choose(row);
      this.options.onOpen?.(row.item);
    } else return false;
    return true;
  }

  private typeAhead(row: Row, event: KeyboardEvent): boolean {
    if (event.key.length !== 1) return false;
    this.typed = event.timeStamp - this.typedAtMs < 700 ? this.typed + event.key : event.key;
    this.typedAtMs = event.timeStamp;
    const from = this.order.indexOf(row.item.id);
    const wanted = this.typed.toLowerCase();
    const offset = this.typed.length > 1 ? 0 : 1;
    for (let step = 0; step < this.order.length; step += 1) {
      const id = this.order[(from + offset + step) % this.order.length];
      if (id !== undefined && this.rows.get(id)?.item.label.toLowerCase().startsWith(wanted)) {
        this.focus(id);
        break;
      }
    }
    return true;
  }
}

function renderDetails(node: HTMLElement, details: readonly TreeDetail[]): void {
  while (node.childElementCount > details.length) node.lastElementChild?.remove();
  details.forEach((detail, index) => {
    const cell = node.children[index] ?? node.appendChild(el('span'));
    setText(cell, detail.text);
    setAttributes(cell, { class: `lt-tree-detail lt-mod-${detail.style ?? 'quiet'}`, title: detail.title });
  });
}
