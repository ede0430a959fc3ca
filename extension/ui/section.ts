import { el, fill, setText, uniqueId } from './dom';
import { caretIcon } from './icons';

/** A part that opens below its heading; its content is made only while it is open. */
export class Section {
  readonly node: HTMLElement;
  private readonly label = el('span');
  private readonly toggle: HTMLButtonElement;
  private readonly body: HTMLElement;

  constructor(
    label: string,
    private readonly onToggle: (open: boolean) => void
  ) {
    const id = uniqueId('section');
    this.body = el('div', { id, class: 'lt-section-body', hidden: true });
    this.toggle = el('button', { type: 'button', class: 'lt-section-toggle', 'aria-expanded': 'false', 'aria-controls': id, onclick: () => this.setOpen(!this.isOpen) });
    this.toggle.append(caretIcon.element({ tag: 'span', elementSize: 'normal', className: 'lt-section-caret' }), this.label);
    this.node = el('div', { class: 'lt-section' }, this.toggle, this.body);
    this.setLabel(label);
  }

  get isOpen(): boolean {
    return !this.body.hidden;
  }

  setLabel(label: string): void {
    setText(this.label, label);
  }

  setOpen(open: boolean): void {
    if (open === this.isOpen) return;
    this.body.hidden = !open;
    this.toggle.setAttribute('aria-expanded', String(open));
    this.onToggle(open);
    if (!open) fill(this.body);
  }

  /** Replaces the content, unless the reader has text of it selected or the keyboard is in it. */
  set(content: () => HTMLElement): void {
    if (!this.isOpen) return;
    const selection = document.getSelection();
    const reading = this.body.childElementCount > 0 && selection?.isCollapsed === false && this.body.contains(selection.anchorNode);
    if (reading) return;
    const scroller = this.body.querySelector('.lt-scroll');
    const kept = { left: scroller?.scrollLeft ?? 0, top: scroller?.scrollTop ?? 0, focused: scroller !== null && scroller === document.activeElement, open: this.openDetails() };
    if (this.body.querySelector(':focus-within') && !kept.focused) return;
    fill(this.body, content());
    const fresh = this.body.querySelector<HTMLElement>('.lt-scroll');
    if (fresh) {
      fresh.scrollLeft = kept.left;
      fresh.scrollTop = kept.top;
      if (kept.focused) fresh.focus({ preventScroll: true });
    }
    for (const details of this.body.querySelectorAll('details')) if (kept.open.has(details.textContent)) details.open = true;
  }

  focus(): void {
    this.toggle.focus();
  }

  private openDetails(): ReadonlySet<string> {
    return new Set([...this.body.querySelectorAll('details[open]')].map(details => details.textContent));
  }
}
