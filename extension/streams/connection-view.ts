import type { ConnectionInfo } from '../../worker/protocol';
import { fromErrorRecord } from '../../engine/error';
import type { ErrorRecord } from '../../engine/error';
import { textButton } from '../ui/controls';
import { el } from '../ui/dom';
import { errorCard } from '../ui/error-card';
import { formatRate, formatUtc } from '../ui/format';
import { connectionWords } from './connection-words';

export interface ConnectionViewActions {
  connect(name: string): void;
  disconnect(name: string): void;
  edit(name: string): void;
  forget(name: string): void;
}

/** The drawer of a connection: its state in a sentence and what can be done about it. */
export function connectionView(connection: ConnectionInfo, options: { readonly actions: ConnectionViewActions; readonly error: ErrorRecord | null; readonly nowMs: number }): HTMLElement {
  const { name, status } = connection;
  const { actions, error, nowMs } = options;
  const offline = status.state === 'offline';
  return el(
    'div',
    { class: 'lt-drawer-body' },
    el('p', {}, el('code', {}, connection.url)),
    el('p', {}, sentence(connection, nowMs)),
    error ? errorCard(fromErrorRecord(error), { label: 'Edit connection', run: () => actions.edit(name) }) : null,
    el(
      'div',
      { class: 'lt-actions' },
      offline ? textButton({ label: 'Connect', kind: 'accent', onClick: () => actions.connect(name) }) : textButton({ label: 'Disconnect', onClick: () => actions.disconnect(name) }),
      textButton({ label: 'Edit…', onClick: () => actions.edit(name) }),
      offline && textButton({ label: 'Forget', onClick: () => actions.forget(name) })
    )
  );
}

function sentence(connection: ConnectionInfo, nowMs: number): string {
  const { status } = connection;
  if (status.state === 'connected') return `Connected by ${status.protocol} since ${formatUtc(status.sinceMs)}, ${formatRate(connection.messagesPerS)} arriving.`;
  if (status.state === 'connecting') return `Not connected yet: ${connectionWords(status, nowMs).short.slice(2)}.`;
  return status.since === undefined ? 'Not connected. Nothing connects by itself.' : `${connectionWords(status, nowMs).short.slice(2)}.`;
}
