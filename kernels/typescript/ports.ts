import type { CompiledCell } from './transform/compile';

/** What the page and the runtime worker say to each other. Everything here can be cloned. */

export interface MimeBundle {
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** An error as Jupyter shows it; `traceback` lines may hold ANSI colours. */
export interface ErrorContent {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

export interface ExecuteRequest {
  /** Identity of this execution; every output names it. */
  readonly cell: string;
  /** The number in the cell's prompt. */
  readonly number: number;
  readonly compiled: CompiledCell;
  /** Output is dropped. */
  readonly silent: boolean;
  readonly allowStdin: boolean;
}

export type ExecuteOutcome =
  | { readonly status: 'ok'; readonly result: MimeBundle | null }
  | { readonly status: 'error'; readonly error: ErrorContent };

export type CommMessage =
  | { readonly type: 'comm_open'; readonly commId: string; readonly target: string; readonly data: unknown }
  | { readonly type: 'comm_msg'; readonly commId: string; readonly data: unknown }
  | { readonly type: 'comm_close'; readonly commId: string; readonly data: unknown };

/** Output of user code. `cell` says where it belongs, also long after the cell has ended. */
export type OutputEvent = { readonly cell: string } & (
  | { readonly kind: 'stream'; readonly name: 'stdout' | 'stderr'; readonly text: string }
  | { readonly kind: 'display'; readonly bundle: MimeBundle; readonly displayId: string | null; readonly update: boolean }
  | { readonly kind: 'clear'; readonly wait: boolean }
  | { readonly kind: 'comm'; readonly message: CommMessage; readonly buffers: readonly ArrayBuffer[] }
);

export interface FileEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
  readonly bytes: number | null;
}

/** Files beside the notebook; paths are relative to its folder, or absolute with a leading `/`. */
export interface FileAccess {
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  list(path: string): Promise<readonly FileEntry[]>;
}

/** What the runtime asks of the page. */
export interface PagePort extends FileAccess {
  output(event: OutputEvent): void;
  input(cell: string, prompt: string, password: boolean): Promise<string>;
  /** A control port to the page's data engine. */
  enginePort(): Promise<MessagePort>;
}

/** What the page asks of the runtime. */
export interface RuntimePort {
  execute(request: ExecuteRequest): Promise<ExecuteOutcome>;
  /** Ends `cell` at its next await; resolves at once. */
  cancel(cell: string): Promise<void>;
  ping(): Promise<void>;
  /** Gives a comm message to the handler that user code registered; false when there is none. */
  comm(cell: string, message: CommMessage, buffers: readonly ArrayBuffer[]): Promise<boolean>;
}
