import { releaseProxy, wrap } from 'comlink';
import type { Endpoint, Remote } from 'comlink';
import { LittoralError, fromErrorRecord, toErrorRecord } from '../../engine/error';
import type { ErrorRecord } from '../../engine/error';
import type { Clock, Timer } from '../platform/clock';

/** What a supervised service answers besides its own methods. */
export interface Heartbeat {
  heartbeat(): Promise<void>;
}

/** A connection to something that serves `Service`: how to make it, and how to be rid of it. */
export interface Link {
  readonly endpoint: Endpoint;
  close(): void;
}

export interface SupervisorOptions<Service> {
  /** Subject of error messages, e.g. `data engine`. */
  readonly name: string;
  /** What a failure costs, one sentence for its error. */
  readonly consequence: string;
  readonly clock: Clock;
  /** Makes the worker or takes the port; called at the first call and at every restart. */
  open(onFailure: (reason: string) => void): Link;
  /** Runs before any other call. */
  start?(service: Service): Promise<void>;
  onDown?(error: LittoralError): void;
  readonly heartbeatMs?: number;
  readonly silenceMaxMs?: number;
}

/** A remote service whose calls never hang: when the other side is gone, every pending and later call is rejected. */
export interface Supervised<Service extends object> {
  readonly service: Service;
  readonly state: 'idle' | 'alive' | 'dead';
  /** Starts anew after a failure; everything the old worker held is gone. */
  restart(): Promise<void>;
  dispose(): void;
}

interface Session<Service> {
  readonly link: Link;
  readonly remote: Remote<Service & Heartbeat>;
  readonly rejections: Set<(error: LittoralError) => void>;
  readonly ready: Promise<void>;
  readonly beat: Timer;
}

type Methods = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;

export class Supervisor<Service extends object> implements Supervised<Service> {
  readonly service: Service;
  /** Long-lived on purpose: comlink drops replies when a proxy is collected while a call is under way (comlink#692). */
  private session: Session<Service> | null = null;
  private death: ErrorRecord | null = null;
  private disposed = false;

  constructor(private readonly options: SupervisorOptions<Service>) {
    const call = (method: string, args: readonly unknown[]): Promise<unknown> => this.call(method, args);
    this.service = new Proxy({} as Service, {
      get: (_target, method) =>
        typeof method === 'string' && method !== 'then' ? (...args: readonly unknown[]) => call(method, args) : undefined
    });
  }

  get state(): 'idle' | 'alive' | 'dead' {
    if (this.death !== null || this.disposed) return 'dead';
    return this.session === null ? 'idle' : 'alive';
  }

  async restart(): Promise<void> {
    if (this.session !== null) this.fail('it was restarted', false);
    this.death = null;
    this.disposed = false;
    await this.open().ready;
  }

  dispose(): void {
    this.fail('it was closed', false);
    this.disposed = true;
  }

  private async call(method: string, args: readonly unknown[]): Promise<unknown> {
    if (this.death !== null) throw fromErrorRecord(this.death);
    const session = this.session ?? this.open();
    await session.ready;
    return this.invoke(session, method, args);
  }

  private invoke(session: Session<Service>, method: string, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.session !== session) {
        reject(this.down('it stopped before the call'));
        return;
      }
      session.rejections.add(reject);
      const remote = session.remote as unknown as Methods;
      const target = remote[method];
      if (target === undefined) throw new Error(`no method ${method}`);
      target(...args)
        .then(resolve, reject)
        .finally(() => session.rejections.delete(reject));
    });
  }

  private open(): Session<Service> {
    if (this.disposed) throw this.down('it was closed');
    const { clock, heartbeatMs = 5_000 } = this.options;
    const link = this.options.open(reason => {
      if (this.session?.link === link) this.fail(reason, true);
    });
    const remote = wrap<Service & Heartbeat>(link.endpoint);
    const rejections = new Set<(error: LittoralError) => void>();
    const ready = Promise.resolve().then(() => this.prepare(session));
    const session: Session<Service> = { link, remote, rejections, ready, beat: clock.every(heartbeatMs, this.watch()) };
    this.session = session;
    ready.catch(() => undefined);
    return session;
  }

  private async prepare(session: Session<Service>): Promise<void> {
    const { start } = this.options;
    if (start === undefined) return;
    const service = new Proxy({} as Service, {
      get: (_target, method) => (typeof method === 'string' && method !== 'then' ? (...args: readonly unknown[]) => this.invoke(session, method, args) : undefined)
    });
    try {
      await start(service);
    } catch (error) {
      if (this.session === session) this.fail(`it could not start: ${toErrorRecord(error).message}`, true);
      throw error;
    }
  }

  /**
   * One beat under way at a time. A tick that itself comes much too late (laptop lid closed, hidden tab) says nothing
   * about the worker, so it starts the count again.
   */
  private watch(): () => void {
    const { clock, heartbeatMs = 5_000, silenceMaxMs = 30_000 } = this.options;
    let askedAtMs: number | null = null;
    let tickAtMs = clock.preciseMs();
    return () => {
      const session = this.session;
      const nowMs = clock.preciseMs();
      const asleep = nowMs - tickAtMs > heartbeatMs * 3;
      tickAtMs = nowMs;
      if (session === null) return;
      if (askedAtMs === null) {
        askedAtMs = nowMs;
        this.invoke(session, 'heartbeat', []).then(
          () => (askedAtMs = null),
          () => (askedAtMs = null)
        );
      } else if (asleep) {
        askedAtMs = nowMs;
      } else if (nowMs - askedAtMs > silenceMaxMs) {
        this.fail(`it has not answered for ${Math.round((nowMs - askedAtMs) / 1000)} s`, true);
      }
    };
  }

  private fail(reason: string, unexpected: boolean): void {
    const session = this.session;
    if (session === null) return;
    this.session = null;
    const error = this.down(reason);
    this.death = toErrorRecord(error);
    session.beat.cancel();
    for (const reject of session.rejections) reject(error);
    session.rejections.clear();
    session.remote[releaseProxy]();
    session.link.close();
    if (unexpected) this.options.onDown?.(error);
  }

  private down(reason: string): LittoralError {
    return new LittoralError('WORKER_DOWN', `${this.options.name}: ${reason}. ${this.options.consequence} Restart it to go on.`, {
      details: { worker: this.options.name, reason },
      retryable: true
    });
  }
}
