import type { ReadStream, WriteStream } from 'node:tty';

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';

/** A terminal that belongs to one view until it is closed; what was there before comes back then. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  /** Puts `lines` in place of what is there. */
  draw(lines: readonly string[]): void;
  close(): void;
}

/** Takes over the terminal. `onKey` gets single keys; the terminal is given back even when the process ends otherwise. */
export function openScreen(input: ReadStream, output: WriteStream, events: { readonly onKey: (key: string) => void; readonly onResize: () => void }): Screen {
  const take = (bytes: Buffer): void => {
    for (const key of bytes.toString('utf8')) events.onKey(key);
  };
  const giveBack = (): void => void output.write(LEAVE);
  output.write(ENTER);
  output.on('resize', events.onResize);
  input.setRawMode(true);
  input.on('data', take);
  input.resume();
  process.on('exit', giveBack);
  return {
    get columns() {
      return Math.max(20, output.columns || 80);
    },
    get rows() {
      return Math.max(6, output.rows || 24);
    },
    draw(lines) {
      // A line that fills the width leaves the cursor on its last character: cleared behind it, that would go.
      output.write(`\u001b[H${lines.map(line => `\u001b[K${line}`).join('\r\n')}\u001b[J`);
    },
    close() {
      process.off('exit', giveBack);
      output.off('resize', events.onResize);
      input.off('data', take);
      input.setRawMode(false);
      input.pause();
      giveBack();
    }
  };
}
