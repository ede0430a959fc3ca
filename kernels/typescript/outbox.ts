import { makeMessage } from './message';
import type { Channel, Message } from './message';

export interface OutboxOptions {
  readonly send: (message: Message) => void;
  readonly newId: () => string;
  readonly nowIso: () => string;
}

/** The kernel's side of the wire: replies and broadcasts, each with its explicit parent. */
export class Outbox {
  private isClosed = false;

  constructor(private readonly options: OutboxOptions) {}

  reply(parent: Message, type: string, content: object, metadata?: object): void {
    this.post({ channel: parent.channel === 'control' ? 'control' : 'shell', type, parent, content, metadata });
  }

  publish(parent: Message, type: string, content: object, buffers?: readonly ArrayBuffer[]): void {
    this.post({ channel: 'iopub', type, parent, content, buffers });
  }

  ask(parent: Message, type: string, content: object): void {
    this.post({ channel: 'stdin', type, parent, content });
  }

  status(parent: Message, state: 'busy' | 'idle'): void {
    this.publish(parent, 'status', { execution_state: state });
  }

  close(): void {
    this.isClosed = true;
  }

  private post(options: { channel: Channel; type: string; parent: Message; content: object; metadata?: object; buffers?: readonly ArrayBuffer[] }): void {
    if (this.isClosed) return;
    this.options.send(makeMessage(options, { id: this.options.newId(), date: this.options.nowIso() }));
  }
}
