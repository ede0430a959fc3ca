export const RED = '\u001b[31m';
export const YELLOW = '\u001b[33m';
export const GREY = '\u001b[90m';
export const RESET = '\u001b[39m';

export interface ExcerptOptions {
  readonly title: string;
  readonly source: string;
  readonly line: number;
  readonly column: number;
}

/** A line of code with its neighbours and a caret; lines and columns are 1-based. */
export function codeExcerpt({ title, source, line, column }: ExcerptOptions): string[] {
  const all = source.split('\n');
  const from = Math.max(1, line - 2);
  const last = Math.min(all.length, line + 1);
  const width = String(last).length;
  const lines = [`${GREY}${title}${RESET}`];
  for (let number = from; number <= last; number += 1) {
    const text = all[number - 1] ?? '';
    const gutter = `${number === line ? '>' : ' '} ${String(number).padStart(width)} | `;
    lines.push(number === line ? `${gutter}${text}` : `${GREY}${gutter}${text}${RESET}`);
    if (number === line) lines.push(`${' '.repeat(gutter.length - 2)}${GREY}|${RESET} ${text.slice(0, column - 1).replaceAll(/[^\t]/g, ' ')}${RED}^${RESET}`);
  }
  return lines;
}
