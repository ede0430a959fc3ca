import { LittoralError } from '../../../engine/error';
import type { PagePort } from '../ports';
import type { Comms } from './comms';
import type { ContextTracker } from './context';
import { Interrupted } from './context';
import { bundle, represent } from './representation';
import type { Representer } from './representation';

export interface DisplayOptions {
  /** Identity of the display: a later `display(value, { id, update: true })` replaces it in place. */
  readonly id?: string;
  readonly update?: boolean;
  /** `value` is a MIME bundle already. */
  readonly raw?: boolean;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A display that can be changed in place. */
export interface DisplayHandle {
  readonly id: string;
  update(value: unknown): void;
}

export interface NotebookApiOptions {
  readonly tracker: ContextTracker;
  readonly comms: Comms;
  readonly representers: readonly Representer[];
  readonly page: Pick<PagePort, 'input'>;
  readonly setTimeout: (task: () => void, delayMs: number) => unknown;
  readonly newId: () => string;
}

/** What cells call to speak with the notebook; also the module `littoral/notebook`. */
export interface NotebookApi {
  display(value: unknown, options?: DisplayOptions): DisplayHandle;
  clearOutput(options?: { readonly wait?: boolean }): void;
  input(prompt?: string, options?: { readonly password?: boolean }): Promise<string>;
  sleep(delayMs: number): Promise<void>;
  readonly cell: { readonly signal: AbortSignal; readonly number: number };
  readonly comms: Pick<Comms, 'registerTarget' | 'openComm'>;
}

export function createNotebookApi(options: NotebookApiOptions): NotebookApi {
  const { tracker, comms, newId } = options;
  const current = () => {
    const context = tracker.current;
    if (context === null) throw new LittoralError('NO_CELL', 'display: no cell has run yet, so there is no place for output. Call it in a cell.');
    return context;
  };
  const display = (value: unknown, { id, update = false, raw = false, metadata = {} }: DisplayOptions = {}): DisplayHandle => {
    const context = current();
    const displayId = id ?? newId();
    const show = (shown: unknown, isUpdate: boolean): void => {
      const found = raw && typeof shown === 'object' && shown !== null ? bundle({ ...shown }) : typeof shown === 'string' ? bundle({ 'text/plain': shown }) : represent(shown, options.representers);
      const made = found ?? bundle({ 'text/plain': 'undefined' });
      context.output.display({ data: made.data, metadata: { ...made.metadata, ...metadata } }, displayId, isUpdate);
    };
    show(value, update);
    return { id: displayId, update: shown => show(shown, true) };
  };
  return {
    display,
    clearOutput: ({ wait = false } = {}) => current().output.clear(wait),
    async input(prompt = '', { password = false } = {}) {
      const context = current();
      if (!context.allowStdin) throw new LittoralError('STDIN_NOT_ALLOWED', `input("${prompt}"): this front end does not take input. Set the value in a cell instead.`);
      context.output.flush();
      const text = await orAbort(context.abort.signal, options.page.input(context.cell, prompt, password));
      return tracker.back(context, text);
    },
    async sleep(delayMs) {
      const context = current();
      await orAbort(context.abort.signal, new Promise<void>(resolve => void options.setTimeout(resolve, delayMs)));
      tracker.back(context, null);
    },
    get cell() {
      const context = current();
      return { signal: context.abort.signal, number: context.number };
    },
    comms: {
      registerTarget: (target, handler) => comms.registerTarget(target, handler),
      openComm: (target, data) => comms.openComm(target, data)
    }
  };
}

/** `promise`, or a rejection as soon as `signal` aborts. */
export function orAbort<Value>(signal: AbortSignal, promise: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason instanceof Error ? signal.reason : new Interrupted());
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
