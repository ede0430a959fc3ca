import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import os from 'node:os';
import { join, resolve } from 'node:path';

/** Calls that can fail; the numbers stand in `inject.c`. */
export const FaultyCall = { write: 1, sync: 2, open: 4, read: 8 } as const;

export interface Fault {
  readonly code: 'ENOSPC' | 'EIO' | 'EROFS';
  /** Sum of `FaultyCall`. */
  readonly calls: number;
  /** Part of the paths of the files. */
  readonly path: string;
  /** Calls that still succeed. */
  readonly after: number;
  /** Calls that then fail; null: all until `heal`. */
  readonly times: number | null;
}

const PAGE_BYTES = 296;
const AT = { armed: 0, code: 4, calls: 8, after: 12, times: 16, failed: 20, clockMs: 24, acksWhile: 36, path: 40 } as const;
const PATH_BYTES_MAX = 255;
const SOURCE = resolve(import.meta.dirname, 'inject.c');
const BUILT = resolve(import.meta.dirname, '..', '..', '..', '.cache', 'prove');

/** Builds the library that agents preload; null with the reason when there is no C compiler or no way to preload. */
export function buildInjector(): { readonly file: string } | { readonly missing: string } {
  if (process.platform !== 'linux') return { missing: 'faults are injected by LD_PRELOAD, which needs Linux' };
  mkdirSync(BUILT, { recursive: true });
  const file = join(BUILT, `inject-${process.pid}.so`);
  const made = spawnSync('cc', ['-shared', '-fPIC', '-O2', '-o', file, SOURCE, '-ldl'], { encoding: 'utf8' });
  if (made.error !== undefined) return { missing: 'there is no C compiler (Debian, Ubuntu: apt install gcc libc6-dev)' };
  if (made.status !== 0) throw new Error(`inject.c does not compile: ${made.stderr}`);
  return { file };
}

/** The page through which a proof tells a preloaded agent what is to fail. */
export class FaultPage {
  private readonly file: number;

  constructor(
    private readonly path: string,
    private readonly library: string
  ) {
    this.file = openSync(path, 'w+');
    writeSync(this.file, Buffer.alloc(PAGE_BYTES), 0, PAGE_BYTES, 0);
  }

  /** Environment of the agent. */
  get env(): Readonly<Record<string, string>> {
    return { LD_PRELOAD: this.library, LITTORAL_FAULTS: this.path };
  }

  arm(fault: Fault): void {
    const path = Buffer.alloc(PATH_BYTES_MAX + 1);
    path.write(fault.path.slice(0, PATH_BYTES_MAX), 'utf8');
    writeSync(this.file, path, 0, path.length, AT.path);
    this.put(AT.code, os.constants.errno[fault.code]);
    this.put(AT.calls, fault.calls);
    this.put(AT.after, fault.after);
    this.put(AT.times, fault.times ?? -1);
    this.put(AT.failed, 0);
    this.put(AT.armed, 1);
  }

  heal(): void {
    this.put(AT.armed, 0);
  }

  /** Shifts the wall clock of the agent. */
  shiftClock(ms: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(ms));
    writeSync(this.file, bytes, 0, 8, AT.clockMs);
  }

  /** Calls that have failed since `arm`. */
  get failed(): number {
    return this.get(AT.failed);
  }

  /** Acknowledgements that the agent wrote after a write or sync of its log had failed and before one was synced again. */
  get acksWhileFailing(): number {
    return this.get(AT.acksWhile);
  }

  close(): void {
    closeSync(this.file);
  }

  private put(at: number, value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    writeSync(this.file, bytes, 0, 4, at);
  }

  private get(at: number): number {
    const bytes = Buffer.alloc(4);
    readSync(this.file, bytes, 0, 4, at);
    return bytes.readInt32LE(0);
  }
}
