import { grouped } from '../cli/words';

export interface Look {
  readonly color: boolean;
  readonly unicode: boolean;
}

export type Style = 'bold' | 'dim' | 'good' | 'bad';
const CODES: Readonly<Record<Style, string>> = { bold: '1', dim: '2', good: '32', bad: '31' };
const ESCAPES = /\u001b\[[0-9;]*m/g;
const COLUMN_LENGTH_MAX = 34;

export function style(text: string, name: Style, { color }: Look): string {
  return color && text !== '' ? `\u001b[${CODES[name]}m${text}\u001b[0m` : text;
}

/** `text` cut to `columns` characters; its styles do not count and do not leak. */
export function fitted(text: string, columns: number): string {
  const plain = text.replace(ESCAPES, '');
  if ([...plain].length <= columns) return text;
  let left = columns - 1;
  let cut = '';
  for (const [piece] of text.matchAll(/\u001b\[[0-9;]*m|./gsu)) {
    if (piece.startsWith('\u001b')) cut += piece;
    else if (left-- > 0) cut += piece;
    else break;
  }
  return `${cut}…${text.includes('\u001b') ? '\u001b[0m' : ''}`;
}

/** Rows of cells as aligned columns; numbers to the right, with their head. */
export function columnsText(rows: readonly (readonly (string | number)[])[]): string[] {
  const [head = []] = rows;
  const cells = rows.map(row => row.map(cell => shortened(typeof cell === 'number' ? grouped(cell) : cell)));
  const widths = head.map((_cell, column) => Math.max(...cells.map(row => [...(row[column] ?? '')].length)));
  const isRight = head.map((_cell, column) => rows.length > 1 && rows.slice(1).every(row => typeof row[column] === 'number' || /^[-–\d]/.test(String(row[column] ?? ''))));
  return cells.map(row =>
    row
      .map((cell, column) => (isRight[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  );
}

/** The end of a long name says more than its beginning. */
function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= COLUMN_LENGTH_MAX ? text : `…${characters.slice(1 - COLUMN_LENGTH_MAX).join('')}`;
}
