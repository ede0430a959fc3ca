import { toErrorRecord } from '../../engine/error';
import type { ErrorRecord } from '../../engine/error';
import { textButton } from './controls';
import { el } from './dom';

export interface NextStep {
  readonly label: string;
  readonly run: () => void;
}

/** An error where it happened: the sentence, one button for the likely next thing, "Copy details". */
export function errorCard(error: unknown, nextStep?: NextStep): HTMLElement {
  const record = toErrorRecord(error);
  const copy = textButton({
    label: 'Copy details',
    onClick: () => void navigator.clipboard?.writeText(errorDetails(record)).then(() => (copy.textContent = 'Copied'), () => (copy.textContent = 'Copying was not allowed'))
  });
  return el(
    'div',
    { class: 'lt-error', role: 'alert' },
    el('p', {}, record.message),
    el('div', { class: 'lt-actions' }, nextStep ? textButton({ label: nextStep.label, kind: 'accent', onClick: nextStep.run }) : null, copy)
  );
}

/** What "Copy details" copies. */
export function errorDetails(record: ErrorRecord): string {
  return JSON.stringify({ code: record.code, message: record.message, details: record.details ?? {} }, null, 2);
}

/** An empty place that teaches: one sentence and at most one button. */
export function emptyState(sentence: string, nextStep?: NextStep): HTMLElement {
  return el('div', { class: 'lt-empty' }, el('p', {}, sentence), nextStep ? textButton({ label: nextStep.label, kind: 'accent', onClick: nextStep.run }) : null);
}
