import { toErrorRecord } from '../../engine/error';

import { ENGINE_VERSION } from '../../engine/version';
import { CommRegistry } from './comm-registry';
import { charOffset, utf16Offset } from './char-offset';
import { Execution } from './execution';
import type { RuntimeHandle, TypeErrors } from './execution';
import { History } from './history';
import type { HistoryRequest } from './history';
import type { CellLanguage } from './language-port';
import { contentOf, PROTOCOL_VERSION } from './message';
import type { Message } from './message';
import { Outbox } from './outbox';
import type { FileAccess, OutputEvent, PagePort } from './ports';

export interface SessionOptions {
  /** Names this kernel to the language service. */
  readonly notebook: string;
  readonly language: CellLanguage;
  /** Starts a runtime that speaks to `page`. */
  readonly startRuntime: (page: PagePort) => RuntimeHandle;
  readonly files: FileAccess;
  readonly enginePort: () => Promise<MessagePort>;
  readonly send: (message: Message) => void;
  readonly typeErrors: () => TypeErrors;
  readonly newId: () => string;
  readonly nowIso: () => string;
  readonly delay: (delayMs: number) => Promise<void>;
  /** How long a worker may stay silent after an interrupt before it is replaced; default 1 000. */
  readonly pingTimeoutMs?: number;
  /** How long a cell that has ended stays busy for its type check; default 3 000. */
  readonly checkTimeoutMs?: number;
  readonly onShutdown?: () => void;
}

type Handler = (message: Message) => void | Promise<void>;

/**
 * One kernel, without its transport: Jupyter messages in by `handle`, messages out by `send`. Only `execute_request`
 * waits for its turn; everything else is answered while a cell runs.
 */
export class Session {
  private readonly outbox: Outbox;
  private readonly history = new History();
  private readonly comms = new CommRegistry();
  private readonly execution: Execution;
  private pendingInput: ((text: string) => void) | null = null;
  private isDisposed = false;
  private readonly handlers: Readonly<Record<string, Handler>> = {
    kernel_info_request: message => this.kernelInfo(message),
    complete_request: message => this.complete(message),
    inspect_request: message => this.inspect(message),
    is_complete_request: message => this.isComplete(message),
    history_request: message => this.findHistory(message),
    comm_info_request: message => this.commInfo(message),
    comm_open: message => this.commOpen(message),
    comm_msg: message => this.commMessage(message),
    comm_close: message => this.commClose(message),
    interrupt_request: message => this.interruptRequest(message),
    shutdown_request: message => this.shutdown(message)
  };

  constructor(private readonly options: SessionOptions) {
    const { notebook, language, typeErrors, newId, nowIso, delay, send, pingTimeoutMs = 1_000, checkTimeoutMs = 3_000 } = options;
    this.outbox = new Outbox({ send, newId, nowIso });
    this.execution = new Execution({
      notebook,
      language,
      typeErrors,
      newId,
      delay,
      pingTimeoutMs,
      checkTimeoutMs,
      outbox: this.outbox,
      history: this.history,
      startRuntime: () => options.startRuntime(this.pagePort()),
      onStateLost: () => this.forgetTypes()
    });
  }

  /** Takes a message and returns; the answer goes out by `send`. */
  handle(message: Message): void {
    if (this.isDisposed) return;
    const type = String(message.header.msg_type);
    if (type === 'execute_request') this.execution.enqueue(message);
    else if (type === 'input_reply') this.pendingInput?.(contentOf<{ value?: string }>(message).value ?? '');
    else void this.serve(message, type);
  }

  interrupt(): Promise<void> {
    return this.execution.interrupt();
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.outbox.close();
    this.execution.dispose();
    this.forgetTypes();
  }

  /** A language service that is gone has nothing to forget, and each question to it says so. */
  private forgetTypes(): void {
    this.options.language.reset(this.options.notebook).catch(() => undefined);
  }

  private async serve(message: Message, type: string): Promise<void> {
    const handler = this.handlers[type];
    if (handler === undefined) return;
    this.outbox.status(message, 'busy');
    try {
      await handler(message);
    } catch (error) {
      const { code, message: words } = toErrorRecord(error);
      if (type.endsWith('_request')) this.outbox.reply(message, type.replace('_request', '_reply'), { status: 'error', ename: code, evalue: words, traceback: [] });
    }
    this.outbox.status(message, 'idle');
  }

  private kernelInfo(message: Message): void {
    this.outbox.reply(message, 'kernel_info_reply', {
      status: 'ok',
      protocol_version: PROTOCOL_VERSION,
      implementation: 'littoral-typescript',
      implementation_version: ENGINE_VERSION,
      banner: `TypeScript (Littoral) ${ENGINE_VERSION}: runs in this browser tab`,
      help_links: [],
      language_info: { name: 'typescript', version: '6.0.3', mimetype: 'text/typescript', file_extension: '.ts', codemirror_mode: 'typescript', pygments_lexer: 'typescript', nbconvert_exporter: 'script' }
    });
  }

  private async complete(message: Message): Promise<void> {
    const { code, cursor_pos: cursor } = contentOf<{ code: string; cursor_pos: number }>(message);
    const found = await this.options.language.complete(this.options.notebook, code, utf16Offset(code, cursor));
    const start = charOffset(code, found.start);
    const end = charOffset(code, found.end);
    this.outbox.reply(message, 'complete_reply', {
      status: 'ok',
      matches: found.items.map(({ text }) => text),
      cursor_start: start,
      cursor_end: end,
      metadata: { _jupyter_types_experimental: found.items.map(({ text, type, signature }) => ({ text, type, signature: signature ?? '', start, end })) }
    });
  }

  private async inspect(message: Message): Promise<void> {
    const { code, cursor_pos: cursor } = contentOf<{ code: string; cursor_pos: number }>(message);
    const found = await this.options.language.inspect(this.options.notebook, code, utf16Offset(code, cursor));
    this.outbox.reply(message, 'inspect_reply', { status: 'ok', found: found !== null, data: found?.data ?? {}, metadata: found?.metadata ?? {} });
  }

  private async isComplete(message: Message): Promise<void> {
    this.outbox.reply(message, 'is_complete_reply', await this.options.language.completeness(contentOf<{ code: string }>(message).code));
  }

  private findHistory(message: Message): void {
    this.outbox.reply(message, 'history_reply', { status: 'ok', history: this.history.find(contentOf<HistoryRequest>(message)) });
  }

  private commInfo(message: Message): void {
    this.outbox.reply(message, 'comm_info_reply', { status: 'ok', comms: this.comms.list(contentOf<{ target_name?: string }>(message).target_name) });
  }

  private async commOpen(message: Message): Promise<void> {
    const { comm_id: commId, target_name: target, data } = contentOf<{ comm_id: string; target_name: string; data: unknown }>(message);
    this.comms.open(commId, target);
    if (await this.toRuntime(message, { type: 'comm_open', commId, target, data })) return;
    this.comms.close(commId);
    this.outbox.publish(message, 'comm_close', { comm_id: commId, data: {} });
  }

  private async commMessage(message: Message): Promise<void> {
    const { comm_id: commId, data } = contentOf<{ comm_id: string; data: unknown }>(message);
    if (this.comms.has(commId)) await this.toRuntime(message, { type: 'comm_msg', commId, data });
  }

  private async commClose(message: Message): Promise<void> {
    const { comm_id: commId, data } = contentOf<{ comm_id: string; data: unknown }>(message);
    if (this.comms.close(commId)) await this.toRuntime(message, { type: 'comm_close', commId, data });
  }

  private toRuntime(message: Message, comm: Parameters<Execution['port']['comm']>[1]): Promise<boolean> {
    const cell = this.options.newId();
    this.execution.adopt(cell, message);
    return this.execution.port.comm(cell, comm, (message.buffers ?? []).flatMap(buffer => (buffer instanceof ArrayBuffer ? [buffer] : [])));
  }

  private async interruptRequest(message: Message): Promise<void> {
    await this.interrupt();
    this.outbox.reply(message, 'interrupt_reply', { status: 'ok' });
  }

  private shutdown(message: Message): void {
    this.outbox.reply(message, 'shutdown_reply', { status: 'ok', restart: contentOf<{ restart?: boolean }>(message).restart === true });
    this.outbox.status(message, 'idle');
    this.dispose();
    this.options.onShutdown?.();
  }

  private pagePort(): PagePort {
    const { files, enginePort } = this.options;
    return {
      output: event => this.output(event),
      input: (cell, prompt, password) => this.input(cell, prompt, password),
      readFile: path => files.readFile(path),
      writeFile: (path, bytes) => files.writeFile(path, bytes),
      list: path => files.list(path),
      enginePort
    };
  }

  private input(cell: string, prompt: string, password: boolean): Promise<string> {
    const parent = this.execution.parent(cell);
    if (parent === null) return Promise.resolve('');
    return new Promise(resolve => {
      this.pendingInput = text => {
        this.pendingInput = null;
        resolve(text);
      };
      this.outbox.ask(parent, 'input_request', { prompt, password });
    });
  }

  private output(event: OutputEvent): void {
    const parent = this.execution.parent(event.cell);
    if (parent === null) return;
    switch (event.kind) {
      case 'stream':
        return this.outbox.publish(parent, 'stream', { name: event.name, text: event.text });
      case 'clear':
        return this.outbox.publish(parent, 'clear_output', { wait: event.wait });
      case 'display': {
        const transient = event.displayId === null ? {} : { display_id: event.displayId };
        return this.outbox.publish(parent, event.update ? 'update_display_data' : 'display_data', { ...event.bundle, transient });
      }
      case 'comm': {
        const { type, commId, data } = event.message;
        if (event.message.type === 'comm_open') this.comms.open(commId, event.message.target);
        if (type === 'comm_close') this.comms.close(commId);
        const target = event.message.type === 'comm_open' ? { target_name: event.message.target } : {};
        return this.outbox.publish(parent, type, { comm_id: commId, ...target, data }, event.buffers);
      }
    }
  }
}
