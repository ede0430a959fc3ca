import type { LabIcon } from '@jupyterlab/ui-components';
import { el, setAttributes, setText, uniqueId } from './dom';

/** A button with text; `kind: 'accent'` for the one likely next step of a place. */
export function textButton(options: { readonly label: string; readonly onClick: () => void; readonly kind?: 'accent' | 'plain' | 'warn'; readonly title?: string }): HTMLButtonElement {
  return el(
    'button',
    { type: 'button', class: `lt-button lt-mod-${options.kind ?? 'plain'}`, title: options.title, onclick: options.onClick },
    options.label
  );
}

/** A button with an icon; `label` is its name for screen readers and its tooltip. */
export function iconButton(options: { readonly icon: LabIcon; readonly label: string; readonly onClick: (event: Event) => void; readonly text?: string }): HTMLButtonElement {
  const button = el('button', {
    type: 'button',
    class: 'lt-icon-button',
    title: options.label,
    'aria-label': options.text ? null : options.label,
    onclick: options.onClick
  });
  button.append(options.icon.element({ tag: 'span', elementSize: 'normal' }));
  if (options.text) button.append(el('span', { class: 'lt-icon-button-text' }, options.text));
  return button;
}

/** Changes what an icon button shows and is called. */
export function setIconButton(button: HTMLButtonElement, icon: LabIcon, label: string): void {
  if (button.title === label) return;
  setAttributes(button, { title: label, 'aria-label': label });
  button.replaceChildren(icon.element({ tag: 'span', elementSize: 'normal' }));
}

/** A labelled input; `hint` states the default or the form. */
export function field(options: {
  readonly label: string;
  readonly name: string;
  readonly value?: string;
  readonly type?: string;
  readonly placeholder?: string;
  readonly hint?: string;
  readonly required?: boolean;
}): { readonly row: HTMLElement; readonly input: HTMLInputElement } {
  const id = uniqueId(options.name);
  const hintId = options.hint ? `${id}-hint` : null;
  const input = el('input', {
    id,
    name: options.name,
    class: 'lt-input',
    type: options.type ?? 'text',
    value: options.value ?? '',
    placeholder: options.placeholder,
    required: options.required,
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-describedby': hintId
  });
  const row = el(
    'div',
    { class: 'lt-field' },
    el('label', { for: id }, options.label),
    input,
    hintId !== null && el('div', { class: 'lt-hint', id: hintId }, options.hint ?? '')
  );
  return { row, input };
}

/** A labelled choice. */
export function choice(options: {
  readonly label: string;
  readonly name: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly value?: string;
  readonly hint?: string;
}): { readonly row: HTMLElement; readonly select: HTMLSelectElement } {
  const id = uniqueId(options.name);
  const select = el('select', { id, name: options.name, class: 'lt-input' });
  for (const { value, label } of options.choices) select.append(el('option', { value, selected: value === options.value }, label));
  return { row: el('div', { class: 'lt-field' }, el('label', { for: id }, options.label), select, options.hint ? el('div', { class: 'lt-hint' }, options.hint) : null), select };
}

export function checkbox(options: { readonly label: string; readonly name: string; readonly checked?: boolean }): { readonly row: HTMLElement; readonly input: HTMLInputElement } {
  const input = el('input', { type: 'checkbox', name: options.name, checked: options.checked });
  return { row: el('label', { class: 'lt-check' }, input, options.label), input };
}

/** Words for screen readers (and eyes) when a state changes; rates never go here. */
export class LiveRegion {
  readonly node = el('div', { class: 'lt-visually-hidden', role: 'status', 'aria-live': 'polite' });

  say(words: string): void {
    setText(this.node, words);
  }
}

/** Runs work that a click started: the button is busy meanwhile and keeps the focus; a failure goes to `onError`. */
export async function whileBusy(button: HTMLButtonElement, work: () => Promise<void>, onError: (error: unknown) => void): Promise<void> {
  if (button.getAttribute('aria-busy') === 'true') return;
  setAttributes(button, { 'aria-busy': 'true', 'aria-disabled': 'true' });
  try {
    await work();
  } catch (error) {
    onError(error);
  } finally {
    setAttributes(button, { 'aria-busy': null, 'aria-disabled': null });
  }
}

/** Gives the focus back to where it was when this was called, if that is still in the page. */
export function rememberFocus(): () => void {
  const before = document.activeElement;
  return () => {
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  };
}
