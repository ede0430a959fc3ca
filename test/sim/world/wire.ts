import type { Timer, Socket, SocketEvents } from '../../../edge/env/env';
import type { Clock } from './clock';
import type { Dice } from './dice';
import type { Trace } from './trace';

/** The broker's end of a connection. */
export interface FarEnd {
  received(bytes: Buffer): void;
  closed(): void;
}

export interface WireOptions {
  readonly clock: Clock;
  readonly dice: Dice;
  readonly trace: Trace;
  /** Milliseconds that bytes take now. */
  readonly delayMs: () => number;
  /** null: nobody listens. */
  readonly accept: (wire: Wire) => FarEnd | null;
  readonly onWriteAfterEnd: () => void;
  /** Whether the process at the near end still runs. */
  readonly alive: () => boolean;
}

interface Direction {
  /** Bytes on their way, oldest first. */
  readonly chunks: Buffer[];
  freeAtMs: number;
}

/**
 * One TCP connection between an agent and a broker: bytes arrive in order, late, in other pieces than they were sent; it can
 * be cut in the middle of a frame, or fall silent without a word.
 */
export class Wire implements Socket {
  private far: FarEnd | null = null;
  private readonly up: Direction = { chunks: [], freeAtMs: 0 };
  private readonly down: Direction = { chunks: [], freeAtMs: 0 };
  private readonly held: Buffer[] = [];
  private paused = false;
  private silent = false;
  private nearClosed = false;
  private farClosed = false;
  private full = false;
  /** The near end has said its last. */
  private ended = false;
  private finTimer: Timer | null = null;

  constructor(
    private readonly options: WireOptions,
    private readonly near: SocketEvents
  ) {
    const { clock, delayMs } = options;
    clock.schedule(delayMs(), () => this.open());
  }

  get writableNeedDrain(): boolean {
    return this.full;
  }


  write(bytes: Uint8Array): void {
    if (this.nearClosed) return;
    if (this.ended) return this.brokenWrite();
    this.travel(this.up, Buffer.from(bytes), chunk => this.arriveUp(chunk));
    if (this.up.chunks.length > 4 && this.options.dice.chance(0.2)) this.full = true;
  }

  /** Bytes from the broker. */
  send(bytes: Buffer): void {
    if (!this.farClosed) this.travel(this.down, bytes, chunk => this.arriveDown(chunk));
  }

  end(bytes: Uint8Array): void {
    this.write(bytes);
    if (this.ended) return;
    this.ended = true;
    const { clock, delayMs } = this.options;
    this.finTimer = clock.schedule(Math.max(0, this.up.freeAtMs - clock.nowMs) + delayMs(), () => {
      this.closeFar();
      clock.schedule(delayMs(), () => this.closeNear());
    });
  }

  destroy(): void {
    const { clock, dice, delayMs } = this.options;
    if (dice.chance(0.5)) this.up.chunks.length = 0;
    clock.schedule(delayMs(), () => this.closeFar());
    clock.schedule(0, () => this.closeNear());
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.options.clock.schedule(0, () => {
      while (!this.paused && this.held.length > 0) this.hand(this.held.shift() as Buffer);
    });
  }

  /** The broker closes: what it has sent still arrives. */
  endFromFar(): void {
    this.farClosed = true;
    const { clock, delayMs } = this.options;
    clock.schedule(Math.max(0, this.down.freeAtMs - clock.nowMs) + delayMs(), () => this.closeNear());
  }

  /** The network fails: a part of what is under way arrives, nothing after it. */
  cut(silent: boolean): void {
    if (this.nearClosed || this.farClosed) return;
    const { clock, dice } = this.options;
    for (const direction of [this.up, this.down]) {
      const first = direction.chunks[0];
      direction.chunks.length = 0;
      if (first !== undefined && dice.chance(0.5)) direction.chunks.push(first.subarray(0, dice.int(1, first.length)));
    }
    this.silent = true;
    clock.schedule(dice.between(0, 50), () => this.closeFar());
    if (!silent) clock.schedule(dice.between(0, 50), () => this.closeNear());
  }

  /** The process at the near end is gone; its system may still send what was written. */
  abandon(): void {
    this.nearClosed = true;
    const { clock, dice, delayMs } = this.options;
    if (dice.chance(0.3)) this.up.chunks.length = 0;
    clock.schedule(Math.max(0, this.up.freeAtMs - clock.nowMs) + delayMs(), () => this.closeFar());
  }

  private open(): void {
    if (this.nearClosed) return;
    this.far = this.options.accept(this);
    if (this.far !== null) return this.near.opened();
    this.near.failed(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
    this.closeNear();
  }

  private travel(direction: Direction, bytes: Buffer, arrive: (chunk: Buffer) => void): void {
    if (this.silent) return;
    const { clock, dice, delayMs } = this.options;
    const cut = bytes.length > 1 && dice.chance(0.3) ? dice.int(1, bytes.length - 1) : bytes.length;
    for (const chunk of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
      if (chunk.length === 0) continue;
      direction.chunks.push(chunk);
      direction.freeAtMs = Math.max(direction.freeAtMs, clock.nowMs + delayMs());
      clock.schedule(direction.freeAtMs - clock.nowMs, () => {
        const first = direction.chunks.shift();
        if (first !== undefined) arrive(this.joined(direction, first));
      });
    }
  }

  /** Sometimes several pieces arrive as one. */
  private joined(direction: Direction, first: Buffer): Buffer {
    const { dice, clock } = this.options;
    if (direction.chunks.length === 0 || this.silent || direction.freeAtMs - clock.nowMs > 5 || !dice.chance(0.5)) return first;
    return Buffer.concat([first, ...direction.chunks.splice(0)]);
  }

  private arriveUp(chunk: Buffer): void {
    if (this.full && this.up.chunks.length === 0) {
      this.full = false;
      if (!this.nearClosed && this.options.alive()) this.options.clock.schedule(0, () => this.drained());
    }
    if (this.farClosed) return;
    this.options.trace.bytes(chunk);
    this.far?.received(chunk);
  }

  /** As Node does it: the stream is destroyed, and what was not sent yet is lost. */
  private brokenWrite(): void {
    this.near.failed(Object.assign(new Error('write after end'), { code: 'ERR_STREAM_WRITE_AFTER_END' }));
    this.options.onWriteAfterEnd();
    this.destroy();
  }

  private drained(): void {
    if (!this.nearClosed && this.options.alive()) this.near.drained();
  }

  private arriveDown(chunk: Buffer): void {
    if (this.nearClosed || !this.options.alive()) return;
    if (this.paused || this.held.length > 0) this.held.push(chunk);
    else this.hand(chunk);
  }

  private hand(chunk: Buffer): void {
    if (this.nearClosed || !this.options.alive()) return;
    this.options.trace.bytes(chunk);
    this.near.received(chunk);
  }

  private closeFar(): void {
    if (this.farClosed) return;
    this.farClosed = true;
    this.far?.closed();
  }

  private closeNear(): void {
    if (this.nearClosed) return;
    this.nearClosed = true;
    this.finTimer?.cancel();
    this.closeFar();
    if (this.options.alive()) this.near.closed();
  }
}
