import type { AgentHandle, AgentOptions } from '../../../edge/agent/agent-api';
import type { ConnectTarget, Env, Socket, SocketEvents, Timer } from '../../../edge/env/env';
import type { RawDb } from '../../../edge/store/driver';
import type { Broker } from './broker';
import type { Clock } from './clock';
import type { Dice } from './dice';
import { Disk, Killed, type Commit } from './disk';
import { Files } from './files';
import { lockFile } from './lock-file';
import type { Trace } from './trace';
import { Wire } from './wire';

export interface MachineOptions {
  readonly clock: Clock;
  readonly dice: Dice;
  readonly trace: Trace;
  readonly brokers: ReadonlyMap<string, Broker>;
  readonly openMemory: () => RawDb;
  readonly start: (options: AgentOptions) => Promise<AgentHandle>;
  readonly agentOptions: Omit<AgentOptions, 'env' | 'dataDir'>;
  readonly onCommit: (commit: Commit) => void;
  readonly onInputs: (firstSeq: number, inputs: readonly unknown[]) => void;
  readonly onWriteAfterEnd: () => void;
  readonly onIdInUse: (packetId: number) => void;
  /** The agent has ended by itself. */
  readonly onEnded: (error: unknown) => void;
}

/** A computer: its disk survives, its processes come and go. */
export class Machine {
  readonly files = new Files();
  readonly disk: Disk;
  /** What bytes need on the network. */
  delayMs = (): number => this.options.dice.between(0.2, 5);
  clockOffsetMs = 1_700_000_000_000;
  diskFullUntilMs = 0;
  /** Writing statements until the disk reports an error, or null. */
  ioErrorIn: number | null = null;
  /** Errors that the disk has reported. */
  ioErrors = 0;
  /** Statements until the process is killed, or null. */
  killIn: number | null = null;
  killLosesPower = false;
  restartAfterMs = 0;
  handle: AgentHandle | null = null;
  process: Process | null = null;
  starts = 0;
  kills = 0;

  constructor(readonly options: MachineOptions) {
    const { dice } = options;
    this.disk = new Disk(options.openMemory, {
      check: () => {
        if (this.process?.alive !== true) throw new Killed();
      },
      killAt: () => {
        if (this.killIn === null || this.killIn-- > 0) return null;
        this.killIn = null;
        return dice.chance(0.5);
      },
      kill: () => this.kill(this.killLosesPower, this.restartAfterMs),
      trouble: sql => this.trouble(sql),
      chance: share => dice.chance(share),
      onCommit: commit => {
        options.trace.number(options.clock.nowMs);
        options.onCommit(commit);
      }
    });
  }

  /** The connection to `path` that the running process opens. */
  openRaw(path: string): RawDb {
    const { process } = this;
    return path.endsWith('lock.db') ? lockFile(() => process?.alive === true) : this.disk.connect();
  }

  boot(): void {
    const process = new Process(this);
    this.process = process;
    this.starts++;
    void this.options.start({ ...this.options.agentOptions, dataDir: '/data', env: process }).then(
      handle => {
        if (!process.alive) return;
        this.handle = handle;
        handle.done.then(
          () => this.ended(process, null),
          (error: unknown) => this.ended(process, error)
        );
      },
      (error: unknown) => this.ended(process, error)
    );
  }

  /** Ends the process without a word; another one starts after `restartAfterMs`. */
  kill(losesPower: boolean, restartAfterMs: number): void {
    const { process } = this;
    if (process === null) return;
    this.kills++;
    process.die();
    this.process = null;
    this.handle = null;
    this.disk.settle();
    if (losesPower) {
      this.disk.powerLoss();
      this.files.powerLoss(this.options.dice);
    }
    this.options.clock.schedule(restartAfterMs, () => this.boot());
  }

  /** The simulation is over: nothing that still waits does anything. */
  end(): void {
    this.process?.die();
    this.process = null;
    this.handle = null;
    this.disk.close();
  }

  private ended(process: Process, error: unknown): void {
    if (!process.alive) return;
    process.die();
    this.disk.settle();
    this.options.onEnded(error);
    this.process = null;
    this.handle = null;
    this.options.clock.schedule(this.options.dice.between(10, 500), () => this.boot());
  }

  private trouble(sql: string): 'full' | 'io' | null {
    const { clock, dice } = this.options;
    if (this.ioErrorIn !== null && this.ioErrorIn-- <= 0) {
      this.ioErrorIn = null;
      this.ioErrors++;
      return 'io';
    }
    return clock.nowMs < this.diskFullUntilMs && (sql === 'COMMIT' || dice.chance(0.2)) ? 'full' : null;
  }
}

/** One run of the agent's process, and its Env. What a dead process asks for does not happen. */
export class Process implements Env {
  alive = true;
  private readonly wires: { readonly wire: Wire; readonly host: string }[] = [];
  private soonAtMs = 0;

  constructor(private readonly machine: Machine) {}

  die(): void {
    this.alive = false;
    for (const { wire } of this.wires) wire.abandon();
  }

  nowMs(): number {
    return Math.floor(this.machine.clockOffsetMs + this.machine.options.clock.nowMs);
  }

  monotonicMs(): number {
    return this.machine.options.clock.nowMs;
  }

  setTimer(delayMs: number, body: () => void): Timer {
    const { clock, dice } = this.machine.options;
    return clock.schedule(delayMs + dice.between(0, 1), () => {
      if (this.alive) body();
    });
  }

  soon(body: () => void): void {
    const { clock, dice } = this.machine.options;
    this.soonAtMs = Math.max(this.soonAtMs + 1e-6, clock.nowMs + (dice.chance(0.2) ? dice.between(0, 3) : 0));
    clock.schedule(this.soonAtMs - clock.nowMs, () => {
      if (this.alive) body();
    });
  }

  random(): number {
    return this.machine.options.dice.next();
  }

  randomHex(bytes: number): string {
    return Array.from({ length: bytes }, () => this.machine.options.dice.int(0, 255).toString(16).padStart(2, '0')).join('');
  }

  connect(target: ConnectTarget, events: SocketEvents): Socket {
    const { clock, dice, trace, brokers, onWriteAfterEnd } = this.machine.options;
    const broker = brokers.get(target.host);
    const wire: Wire = new Wire({ clock, dice, trace, onWriteAfterEnd, delayMs: () => this.machine.delayMs(), alive: () => this.alive, accept: each => broker?.accept(each) ?? null }, events);
    this.wires.push({ wire, host: target.host });
    return wire;
  }

  /** Connections that were made to `host`, for a network that fails. */
  connectionsTo(host: string): readonly Wire[] {
    return this.wires.filter(each => each.host === host).map(each => each.wire);
  }
}
