import type { TlsSettings } from './tls-settings';

/**
 * The world of an agent: its clocks, timers, randomness and network. Whatever the agent, its MQTT clients and its sinks
 * need of these comes from here, so that the same code runs in the real world and in a simulated one.
 */
export interface Env {
  /** Milliseconds since 1970 by the clock of the machine; may jump either way. */
  nowMs(): number;
  /** Milliseconds since some moment; never goes back. */
  monotonicMs(): number;
  /** Runs `body` once, not before `delayMs` have passed. */
  setTimer(delayMs: number, body: () => void): Timer;
  /** Runs `body` after the events that are due now. */
  soon(body: () => void): void;
  /** At least 0, less than 1; not for secrets. */
  random(): number;
  /** `bytes` unpredictable bytes in hexadecimal. */
  randomHex(bytes: number): string;
  /** Starts to connect; `events` tells what becomes of it. */
  connect(target: ConnectTarget, events: SocketEvents): Socket;
}

export interface Timer {
  /** Does nothing when the timer has run. */
  cancel(): void;
}

export interface ConnectTarget {
  readonly host: string;
  readonly port: number;
  /** null: TCP without TLS. */
  readonly tls: TlsSettings | null;
}

/** What a socket reports. `closed` comes once, after everything else, also when no connection was made. */
export interface SocketEvents {
  opened(): void;
  received(bytes: Buffer): void;
  /** What was written has left; writing more is welcome. */
  drained(): void;
  failed(error: Error & { readonly code?: string }): void;
  closed(): void;
}

/** A byte stream to one other side. */
export interface Socket {
  /** Whether its writer should wait for `drained`. */
  readonly writableNeedDrain: boolean;
  write(bytes: Uint8Array): void;
  /** Writes `bytes`, then closes. */
  end(bytes: Uint8Array): void;
  /** Closes at once. */
  destroy(): void;
  /** No more `received` until `resume`. */
  pause(): void;
  resume(): void;
}

/** Runs `body` every `everyMs`, first after that time. */
export function repeat(env: Env, everyMs: number, body: () => void): Timer {
  const again = (): void => {
    timer = env.setTimer(everyMs, again);
    body();
  };
  let timer = env.setTimer(everyMs, again);
  return { cancel: () => timer.cancel() };
}

/** Resolves after `delayMs`. */
export function pause(env: Env, delayMs: number): Promise<void> {
  return new Promise(done => void env.setTimer(delayMs, done));
}

/** Resolves when `work` is done or `timeoutMs` have passed; rejects when `work` rejects before that. */
export async function withinMs(env: Env, work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: Timer | null = null;
  work.catch(() => undefined);
  await Promise.race([work, new Promise<void>(done => (timer = env.setTimer(timeoutMs, done)))]);
  (timer as Timer | null)?.cancel();
}
