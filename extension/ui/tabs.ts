import { el, uniqueId } from './dom';

export interface TabChoice<T extends string> {
  readonly value: T;
  readonly label: string;
}

/** A row of tabs with arrow keys (`role="tablist"`), small enough for a drawer. `panel` is shown under it. */
export class Tabs<T extends string> {
  readonly list: HTMLElement;
  readonly panel: HTMLElement;
  private selected: T;
  private readonly buttons = new Map<T, HTMLButtonElement>();

  constructor(options: { readonly label: string; readonly choices: readonly TabChoice<T>[]; readonly onSelect: (value: T) => void; readonly style?: 'tabs' | 'segments' }) {
    const panelId = uniqueId('panel');
    this.list = el('div', { class: options.style === 'segments' ? 'lt-segments' : 'lt-tabs', role: 'tablist', 'aria-label': options.label });
    this.panel = el('div', { id: panelId, role: 'tabpanel', class: 'lt-tabpanel', tabindex: '-1' });
    const first = options.choices[0];
    if (!first) throw new Error('Tabs need a choice');
    this.selected = first.value;
    for (const { value, label } of options.choices) {
      const button = el('button', { type: 'button', role: 'tab', 'aria-controls': panelId, onclick: () => pick(value) }, label);
      this.buttons.set(value, button);
      this.list.append(button);
    }
    const pick = (value: T): void => {
      this.select(value);
      options.onSelect(value);
    };
    this.list.addEventListener('keydown', event => {
      const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
      if (step === 0) return;
      event.preventDefault();
      const index = options.choices.findIndex(entry => entry.value === this.selected);
      const next = options.choices[(index + step + options.choices.length) % options.choices.length];
      if (!next) return;
      pick(next.value);
      this.buttons.get(next.value)?.focus();
    });
    this.select(this.selected);
  }

  get value(): T {
    return this.selected;
  }

  /** Selects without telling. */
  select(value: T): void {
    this.selected = value;
    for (const [key, button] of this.buttons) {
      button.setAttribute('aria-selected', String(key === value));
      button.tabIndex = key === value ? 0 : -1;
    }
  }
}
