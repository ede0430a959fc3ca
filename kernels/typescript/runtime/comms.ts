import type { CommMessage } from '../ports';
import type { CellContext, ContextTracker } from './context';

/** One open comm, as user code sees it. */
export interface Comm {
  readonly id: string;
  readonly target: string;
  send(data: unknown, buffers?: readonly ArrayBuffer[]): void;
  close(data?: unknown): void;
  onMessage(handler: (data: unknown, buffers: readonly ArrayBuffer[]) => void): void;
  onClose(handler: (data: unknown) => void): void;
}
export type CommTarget = (comm: Comm, data: unknown) => void;

interface Handlers {
  message: (data: unknown, buffers: readonly ArrayBuffer[]) => void;
  close: (data: unknown) => void;
}

/** The comms of one notebook: targets that user code registered, and comms that are open. */
export class Comms {
  private readonly targets = new Map<string, CommTarget>();
  private readonly open = new Map<string, Handlers>();

  constructor(
    private readonly tracker: ContextTracker,
    private readonly newId: () => string
  ) {}

  /** Handles comms that the page opens under `target`. */
  registerTarget(target: string, handler: CommTarget): void {
    this.targets.set(target, handler);
  }

  /** Opens a comm to the page. */
  openComm(target: string, data: unknown = {}): Comm {
    const commId = this.newId();
    this.send({ type: 'comm_open', commId, target, data }, []);
    return this.comm(commId, target);
  }

  /** A message from the page; false when nothing here knows the comm or the target. */
  receive(context: CellContext, message: CommMessage, buffers: readonly ArrayBuffer[]): boolean {
    this.tracker.enter(context);
    if (message.type === 'comm_open') {
      const target = this.targets.get(message.target);
      if (target === undefined) return false;
      target(this.comm(message.commId, message.target), message.data);
      return true;
    }
    const handlers = this.open.get(message.commId);
    if (handlers === undefined) return false;
    if (message.type === 'comm_msg') handlers.message(message.data, buffers);
    else {
      this.open.delete(message.commId);
      handlers.close(message.data);
    }
    return true;
  }

  private comm(id: string, target: string): Comm {
    const handlers: Handlers = { message: () => undefined, close: () => undefined };
    this.open.set(id, handlers);
    return {
      id,
      target,
      send: (data, buffers = []) => this.send({ type: 'comm_msg', commId: id, data }, buffers),
      close: (data = {}) => {
        if (this.open.delete(id)) this.send({ type: 'comm_close', commId: id, data }, []);
      },
      onMessage: handler => void (handlers.message = handler),
      onClose: handler => void (handlers.close = handler)
    };
  }

  private send(message: CommMessage, buffers: readonly ArrayBuffer[]): void {
    this.tracker.current?.output.comm(message, buffers);
  }
}
