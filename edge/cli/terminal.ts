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

/** Writes to a standard stream and waits until the bytes are handed over; a closed pipe counts as done. */
export function writeAll(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise(resolve => {
    stream.write(text, () => resolve());
  });
}
