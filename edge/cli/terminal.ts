/** Where a verb's words go. Results go to stdout once, by the dispatcher; everything here goes to stderr. */
export interface Terminal {
  /** One line for people, at once. */
  say(text: string): void;
  /** A line that replaces the one before; shown only on a terminal. */
  progress(text: string): void;
}

/** The process's own stderr. */
export function processTerminal(): Terminal & { close(): void } {
  const isTty = process.stderr.isTTY === true;
  let progressShown = false;
  const clear = (): void => {
    if (progressShown) process.stderr.write('\r\u001b[K');
    progressShown = false;
  };
  return {
    say(text) {
      clear();
      process.stderr.write(`${text}\n`);
    },
    progress(text) {
      if (!isTty) return;
      process.stderr.write(`\r\u001b[K${text}`);
      progressShown = true;
    },
    close: clear
  };
}

/** Writes text and resolves when the bytes are handed over. */
export type Write = (text: string) => Promise<void>;

/**
 * Keeps stdout for results: whatever else writes to it, such as `console.log` in a pipeline file, goes to stderr from here
 * on. Returns the writer of results.
 */
export function reserveStdout(): Write {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  return text => new Promise(resolve => void write(text, () => resolve()));
}

/** Writes to stderr and waits until the bytes are handed over. */
export const writeWords: Write = text => new Promise(resolve => void process.stderr.write(text, () => resolve()));
