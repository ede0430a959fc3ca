import type { CommMessage, MimeBundle, OutputEvent } from '../ports';
import { bundleChars } from './representation';

export interface OutputLimits {
  /** Characters that one cell may write to its streams. */
  readonly streamCharsMax: number;
  /** Displays and updates of one cell. */
  readonly displaysMax: number;
  /** Characters of one display, as JSON. */
  readonly displayCharsMax: number;
}

export const OUTPUT_LIMITS: OutputLimits = { streamCharsMax: 1_000_000, displaysMax: 10_000, displayCharsMax: 10_000_000 };

const CHUNK_CHARS = 32_768;
const FLUSH_MS = 15;

export interface OutputBufferOptions {
  readonly cell: string;
  /** Output goes nowhere. */
  readonly silent: boolean;
  readonly emit: (event: OutputEvent) => void;
  readonly schedule: (task: () => void, delayMs: number) => void;
  readonly limits?: OutputLimits;
}

type StreamName = 'stdout' | 'stderr';

/**
 * The output of one cell on its way to the page: neighbouring writes are joined, and a cell that floods is cut off with
 * a sentence instead of filling the page's memory.
 */
export class OutputBuffer {
  private name: StreamName = 'stdout';
  private text = '';
  private isScheduled = false;
  private streamChars = 0;
  private displays = 0;
  private readonly limits: OutputLimits;

  constructor(private readonly options: OutputBufferOptions) {
    this.limits = options.limits ?? OUTPUT_LIMITS;
  }

  write(name: StreamName, text: string): void {
    const { streamCharsMax } = this.limits;
    if (this.streamChars > streamCharsMax) return;
    const room = streamCharsMax - this.streamChars;
    this.streamChars += text.length;
    if (text.length <= room) return this.append(name, text);
    this.streamChars = streamCharsMax + 1;
    this.append(name, text.slice(0, room));
    this.append('stderr', `\n[output stopped: this cell wrote more than ${streamCharsMax} characters. Print less, or write to a file with fs.writeText]\n`);
  }

  display(bundle: MimeBundle, displayId: string | null, update: boolean): void {
    const { displaysMax, displayCharsMax } = this.limits;
    this.displays += 1;
    if (this.displays > displaysMax + 1) return;
    if (this.displays === displaysMax + 1) return this.write('stderr', `[displays stopped: this cell made more than ${displaysMax}. Update one display in place with display(value, { id })]\n`);
    const chars = bundleChars(bundle);
    if (chars > displayCharsMax) return this.write('stderr', `[display left out: ${chars} characters, and the limit is ${displayCharsMax}. Show a part of it]\n`);
    this.flush();
    this.emit({ cell: this.options.cell, kind: 'display', bundle, displayId, update });
  }

  clear(wait: boolean): void {
    this.flush();
    this.emit({ cell: this.options.cell, kind: 'clear', wait });
  }

  comm(message: CommMessage, buffers: readonly ArrayBuffer[]): void {
    this.flush();
    this.emit({ cell: this.options.cell, kind: 'comm', message, buffers });
  }

  flush(): void {
    if (this.text === '') return;
    const text = this.text;
    this.text = '';
    this.emit({ cell: this.options.cell, kind: 'stream', name: this.name, text });
  }

  private append(name: StreamName, text: string): void {
    if (name !== this.name) {
      this.flush();
      this.name = name;
    }
    this.text += text;
    if (this.text.length >= CHUNK_CHARS) return this.flush();
    if (this.isScheduled) return;
    this.isScheduled = true;
    this.options.schedule(() => {
      this.isScheduled = false;
      this.flush();
    }, FLUSH_MS);
  }

  private emit(event: OutputEvent): void {
    if (!this.options.silent) this.options.emit(event);
  }
}
