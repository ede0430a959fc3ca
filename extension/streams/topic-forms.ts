import type { RecordingInfo } from '../../worker/protocol';
import { checkbox, choice, field, textButton, whileBusy } from '../ui/controls';
import { el, fill } from '../ui/dom';
import { errorCard } from '../ui/error-card';
import { suggestFilter } from './topic-tree';

interface FormOptions {
  readonly topic: string;
  readonly onCancel: () => void;
}

function form(options: { readonly label: string; readonly submit: string; readonly rows: readonly HTMLElement[]; readonly onSubmit: () => Promise<void>; readonly onCancel: () => void }): HTMLFormElement {
  const answer = el('div', { 'aria-live': 'polite' });
  const submit = el('button', { type: 'submit', class: 'lt-button lt-mod-accent' }, options.submit);
  const node = el('form', { class: 'lt-form', 'aria-label': options.label }, ...options.rows, el('div', { class: 'lt-actions' }, submit, textButton({ label: 'Cancel', onClick: options.onCancel })), answer);
  node.addEventListener('submit', event => {
    event.preventDefault();
    fill(answer);
    void whileBusy(submit, options.onSubmit, error => fill(answer, errorCard(error)));
  });
  node.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    options.onCancel();
  });
  return node;
}

/** "Record…": filter, seconds, name. */
export function recordForm(options: FormOptions & { readonly onRecord: (topic: string, how: { readonly name?: string; readonly seconds?: number }) => Promise<RecordingInfo> }): HTMLFormElement {
  const topic = field({ label: 'Topic filter', name: 'topic', value: suggestFilter(options.topic), required: true, hint: '+ stands for one level, # for the rest' });
  const seconds = field({ label: 'Seconds', name: 'seconds', type: 'number', value: '60', hint: 'Empty: until stopped' });
  const name = field({ label: 'Name', name: 'name', placeholder: 'made from the topic' });
  return form({
    label: `Record ${options.topic}`,
    submit: 'Start recording',
    rows: [topic.row, seconds.row, name.row],
    onCancel: options.onCancel,
    onSubmit: async () => {
      const wanted = Number(seconds.input.value);
      await options.onRecord(topic.input.value.trim(), { ...(name.input.value.trim() && { name: name.input.value.trim() }), ...(seconds.input.value.trim() !== '' && wanted > 0 && { seconds: wanted }) });
      options.onCancel();
    }
  });
}

/** "Publish…": payload as text, quality and retain. */
export function publishForm(options: FormOptions & { readonly payload: string; readonly onPublish: (topic: string, payload: Uint8Array, how: { readonly qos: 0 | 1; readonly retain: boolean }) => Promise<void> }): HTMLFormElement {
  const topic = field({ label: 'Topic', name: 'topic', value: options.topic, required: true });
  const payload = el('textarea', { class: 'lt-input lt-code', name: 'payload', rows: '5', 'aria-label': 'Payload', spellcheck: 'false' });
  payload.value = options.payload;
  const delivery = choice({ label: 'Delivery', name: 'delivery', value: '1', choices: [{ value: '0', label: 'At most once (QoS 0)' }, { value: '1', label: 'At least once (QoS 1)' }] });
  const retain = checkbox({ label: 'Retain on the broker', name: 'retain' });
  return form({
    label: `Publish to ${options.topic}`,
    submit: 'Publish',
    rows: [topic.row, el('div', { class: 'lt-field' }, el('label', {}, 'Payload'), payload), delivery.row, retain.row],
    onCancel: options.onCancel,
    onSubmit: async () => {
      await options.onPublish(topic.input.value.trim(), new TextEncoder().encode(payload.value), { qos: delivery.select.value === '0' ? 0 : 1, retain: retain.input.checked });
      options.onCancel();
    }
  });
}
