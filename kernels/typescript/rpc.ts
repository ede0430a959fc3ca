import { fromErrorRecord, LittoralError, toErrorRecord } from '../../engine/error';
import type { ErrorRecord } from '../../engine/error';

/** A worker, a MessagePort or a worker's own global object. */
export interface RpcEndpoint {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
}

type Call = { readonly littoral: 'call'; readonly id: number; readonly method: string; readonly args: readonly unknown[] };
type Answer = { readonly littoral: 'answer'; readonly id: number } & ({ readonly value: unknown } | { readonly error: ErrorRecord });

/** What `Service` is from the other side: the same methods, all asynchronous. */
export type Remote<Service> = { readonly [Name in keyof Service]: Service[Name] extends (...args: infer Args) => infer Result ? (...args: Args) => Promise<Awaited<Result>> : never };

/**
 * Calls in both directions over one endpoint. One endpoint keeps one order: output that was sent before an answer
 * arrives before it, which comlink's port per callback does not promise.
 */
export class Rpc<Theirs extends object> {
  readonly remote: Remote<Theirs>;
  private readonly pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  private nextId = 1;
  private closed: LittoralError | null = null;

  private ours: object = {};

  constructor(private readonly endpoint: RpcEndpoint) {
    endpoint.addEventListener('message', this.receive);
    this.remote = new Proxy({} as Remote<Theirs>, {
      get: (_target, name) => (typeof name === 'string' && name !== 'then' ? (...args: unknown[]) => this.call(name, args) : undefined)
    });
  }

  /** Answers calls of the other side with the methods of `service`. */
  serve(service: object): this {
    this.ours = service;
    return this;
  }

  /** Rejects every pending and later call with `error`. */
  close(error: LittoralError): void {
    this.closed = error;
    this.endpoint.removeEventListener('message', this.receive);
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }

  private call(method: string, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.closed !== null) {
        reject(this.closed);
        return;
      }
      const id = this.nextId++;
      this.pending.set(id, { resolve, reject });
      try {
        this.post({ littoral: 'call', id, method, args }, args);
      } catch (error) {
        this.pending.delete(id);
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  private readonly receive = (event: MessageEvent<unknown>): void => {
    const message = event.data;
    if (typeof message !== 'object' || message === null || !('littoral' in message)) return;
    if (message.littoral === 'call') void this.answer(message as Call);
    else if (message.littoral === 'answer') this.settle(message as Answer);
  };

  private async answer({ id, method, args }: Call): Promise<void> {
    try {
      const target: unknown = Reflect.get(this.ours, method);
      if (typeof target !== 'function') throw new LittoralError('NO_SUCH_METHOD', `kernel port: no method "${method}" on the other side. Reload the page; its parts are of different versions.`);
      const value: unknown = await target.apply(this.ours, [...args]);
      this.post({ littoral: 'answer', id, value }, [value]);
    } catch (error) {
      this.post({ littoral: 'answer', id, error: cloneable(toErrorRecord(error)) }, []);
    }
  }

  private settle(answer: Answer): void {
    const waiting = this.pending.get(answer.id);
    if (waiting === undefined) return;
    this.pending.delete(answer.id);
    if ('error' in answer) waiting.reject(fromErrorRecord(answer.error));
    else waiting.resolve(answer.value);
  }

  private post(message: Call | Answer, values: readonly unknown[]): void {
    this.endpoint.postMessage(message, values.filter(value => value instanceof MessagePort) as MessagePort[]);
  }
}

function cloneable(record: ErrorRecord): ErrorRecord {
  return JSON.parse(JSON.stringify(record, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))) as ErrorRecord;
}
