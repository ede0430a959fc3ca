/** Types of what cells have besides the language and the worker's own globals. */
export const GLOBALS_PATH = '/littoral-globals.d.ts';

export const GLOBALS_TEXT = `
declare module 'littoral/notebook' {
  export interface DisplayOptions {
    /** Identity of the display: display(value, { id, update: true }) replaces it in place. */
    readonly id?: string;
    readonly update?: boolean;
    /** The value is a bundle of MIME types already. */
    readonly raw?: boolean;
    readonly metadata?: Readonly<Record<string, unknown>>;
  }
  /** A display that can be changed in place. */
  export interface DisplayHandle {
    readonly id: string;
    update(value: unknown): void;
  }
  export interface Comm {
    readonly id: string;
    readonly target: string;
    send(data: unknown, buffers?: readonly ArrayBuffer[]): void;
    close(data?: unknown): void;
    onMessage(handler: (data: unknown, buffers: readonly ArrayBuffer[]) => void): void;
    onClose(handler: (data: unknown) => void): void;
  }
  /** Shows a value under the cell: text, tables of row objects, Arrow tables, pipelines, reports, or { [mimeType]: data }. */
  export function display(value: unknown, options?: DisplayOptions): DisplayHandle;
  /** Removes the output of this cell; with wait, when the next output arrives. */
  export function clearOutput(options?: { readonly wait?: boolean }): void;
  /** Asks the user for a line of text. */
  export function input(prompt?: string, options?: { readonly password?: boolean }): Promise<string>;
  /** Waits; an interrupt ends it at once. */
  export function sleep(delayMs: number): Promise<void>;
  /** The cell that is running: its number, and a signal that is aborted when the cell is interrupted. */
  export const cell: { readonly signal: AbortSignal; readonly number: number };
  /** Jupyter comms: channels to widgets of the page. */
  export const comms: {
    registerTarget(target: string, handler: (comm: Comm, data: unknown) => void): void;
    openComm(target: string, data?: unknown): Comm;
  };
}
declare module 'littoral/fs' {
  export interface FileEntry {
    readonly name: string;
    readonly kind: 'file' | 'folder';
    readonly bytes: number | null;
  }
  /** Paths are relative to the notebook's folder; a leading / means the top folder. */
  export function readFile(path: string): Promise<Uint8Array>;
  export function readText(path: string): Promise<string>;
  export function readJson(path: string): Promise<unknown>;
  export function writeFile(path: string, bytes: Uint8Array): Promise<void>;
  export function writeText(path: string, text: string): Promise<void>;
  export function list(path?: string): Promise<readonly FileEntry[]>;
}
declare const display: typeof import('littoral/notebook').display;
declare const clearOutput: typeof import('littoral/notebook').clearOutput;
declare const input: typeof import('littoral/notebook').input;
declare const sleep: typeof import('littoral/notebook').sleep;
/** Files beside the notebook. */
declare const fs: typeof import('littoral/fs');
`;
