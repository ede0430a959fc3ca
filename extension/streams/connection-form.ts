import type { ConnectionSettings, ConnectionTest } from '../../worker/protocol';
import { field, textButton, whileBusy } from '../ui/controls';
import { el, fill } from '../ui/dom';
import { errorCard } from '../ui/error-card';

export interface ConnectionFormOptions {
  readonly connection?: ConnectionSettings;
  /** Names that are taken; the form refuses them. */
  readonly taken: readonly string[];
  readonly onTest: (connection: ConnectionSettings) => Promise<ConnectionTest>;
  readonly onSubmit: (connection: ConnectionSettings) => Promise<void>;
  readonly onCancel: () => void;
}

/** URL first; everything else under "More" with its default stated. "Test" answers in words. */
export function connectionForm(options: ConnectionFormOptions): HTMLFormElement {
  const { connection } = options;
  const url = field({ label: 'URL', name: 'url', type: 'url', value: connection?.url, placeholder: 'ws://127.0.0.1:9001/mqtt', hint: 'MQTT over WebSocket: ws:// or wss://', required: true });
  const name = field({ label: 'Name', name: 'name', value: connection?.name, placeholder: 'from the URL', hint: 'What pipelines call it: mqtt(…, { connection: name })' });
  const username = field({ label: 'User name', name: 'username', value: connection?.username, hint: 'Default: none' });
  const password = field({ label: 'Password', name: 'password', type: 'password', value: connection?.password, hint: 'Kept in memory of this page, never stored' });
  const clientId = field({ label: 'Client id', name: 'clientId', value: connection?.clientId, hint: 'Default: a random one per connection' });
  const keepalive = field({ label: 'Keep alive (s)', name: 'keepalive', type: 'number', value: connection?.keepaliveSeconds?.toString(), hint: 'Default: 60' });
  const answer = el('div', { class: 'lt-answer', 'aria-live': 'polite' });
  const read = (): ConnectionSettings | null => {
    const settings = readForm({ url: url.input.value, name: name.input.value, username: username.input.value, password: password.input.value, clientId: clientId.input.value, keepalive: keepalive.input.value });
    const problem = formProblem(settings, connection ? options.taken.filter(taken => taken !== connection.name) : options.taken);
    fill(answer, problem === null ? null : el('p', { class: 'lt-note lt-mod-warn' }, problem));
    if (problem !== null) (problem.startsWith('URL') ? url : name).input.focus();
    return problem === null ? settings : null;
  };
  const fail = (error: unknown): void => fill(answer, errorCard(error, { label: 'Test again', run: () => test.click() }));
  const test = textButton({
    label: 'Test',
    onClick: () => {
      const settings = read();
      if (!settings) return;
      fill(answer, el('p', { class: 'lt-note' }, 'Testing …'));
      void whileBusy(test, async () => fill(answer, testWords(await options.onTest(settings))), fail);
    }
  });
  const submit = el('button', { type: 'submit', class: 'lt-button lt-mod-accent' }, connection ? 'Save and connect' : 'Connect');
  const form = el(
    'form',
    { class: 'lt-form', 'aria-label': connection ? `Connection ${connection.name}` : 'New connection', novalidate: true },
    url.row,
    el('details', {}, el('summary', {}, 'More'), name.row, username.row, password.row, clientId.row, keepalive.row),
    el('div', { class: 'lt-actions' }, submit, test, textButton({ label: 'Cancel', onClick: options.onCancel })),
    answer
  );
  form.addEventListener('submit', event => {
    event.preventDefault();
    const settings = read();
    if (settings) void whileBusy(submit, () => options.onSubmit(settings), fail);
  });
  form.addEventListener('keydown', event => event.key === 'Escape' && options.onCancel());
  return form;
}

function testWords(test: ConnectionTest): HTMLElement {
  return el('p', { class: test.ok ? 'lt-note lt-mod-good' : 'lt-note lt-mod-bad' }, `${test.ok ? '✓' : '✕'} ${test.words}`);
}

/** The form's texts as settings; empty ones are left out, a missing name is made from the host of the URL. */
export function readForm(texts: Readonly<Record<'url' | 'name' | 'username' | 'password' | 'clientId' | 'keepalive', string>>): ConnectionSettings {
  const url = texts.url.trim();
  const seconds = Number(texts.keepalive);
  return {
    name: texts.name.trim() || (URL.canParse(url) ? new URL(url).hostname : ''),
    url,
    ...(texts.username !== '' && { username: texts.username }),
    ...(texts.password !== '' && { password: texts.password }),
    ...(texts.clientId.trim() !== '' && { clientId: texts.clientId.trim() }),
    ...(texts.keepalive.trim() !== '' && Number.isInteger(seconds) && { keepaliveSeconds: seconds })
  };
}

/** What to mend before the form can be sent, or null. */
export function formProblem(settings: ConnectionSettings, taken: readonly string[]): string | null {
  if (!/^wss?:\/\/.+/.test(settings.url) || !URL.canParse(settings.url)) return `URL ${JSON.stringify(settings.url)}: a browser needs MQTT over WebSocket, so it starts with ws:// or wss://, for example ws://127.0.0.1:9001/mqtt.`;
  if (new URL(settings.url).username !== '') return 'URL: leave user name and password out of it and put them under "More", so that they are not stored.';
  if (taken.includes(settings.name)) return `Name "${settings.name}": another connection is called so. Give this one a different name.`;
  return null;
}
