import type { MimeBundle } from '../ports';
import { className, inspect } from './inspect';
import { escapeHtml, tableHtml, tableOfArrow, tableOfRows, tableText } from './table';
import type { TableData } from './table';

/** Gives a rich view of values it knows, `null` for others. */
export type Representer = (value: object) => MimeBundle | null;

/** A method under this symbol returns a MIME bundle of its object; the same symbol as in Deno's notebooks. */
export const DISPLAY_SYMBOL = Symbol.for('Jupyter.display');

const MIME_TYPE = /^[a-z]+\/[\w.+-]+$/;

/** What a notebook shows for `value`; `null` for undefined. Never throws. */
export function represent(value: unknown, representers: readonly Representer[]): MimeBundle | null {
  if (value === undefined) return null;
  if (typeof value === 'string') return plain(value.includes('\n') ? cut(value) : inspect(value, { charsMax: STRING_CHARS, totalCharsMax: 2 * STRING_CHARS }));
  if (typeof value !== 'object' || value === null) return plain(inspect(value));
  try {
    return rich(value, representers) ?? plain(inspect(value));
  } catch (error) {
    return plain(`[${className(value) ?? 'Object'}: its display failed: ${error instanceof Error ? error.message : String(error)}]`);
  }
}

const STRING_CHARS = 1_000_000;

function cut(text: string): string {
  return text.length > STRING_CHARS ? `${text.slice(0, STRING_CHARS)}…\n(${text.length} characters)` : text;
}

/** Characters of a bundle as JSON, which is what the page and the saved notebook have to hold. */
export function bundleChars({ data }: MimeBundle): number {
  return JSON.stringify(data).length;
}

function rich(value: object, representers: readonly Representer[]): MimeBundle | null {
  const own: unknown = Reflect.get(value, DISPLAY_SYMBOL);
  if (typeof own === 'function') return bundle(toRecord(own.call(value)));
  if (!Array.isArray(value) && isMimeBundle(value)) return bundle(toRecord(value));
  if (!Array.isArray(value) && !ArrayBuffer.isView(value)) {
    for (const representer of representers) {
      const found = representer(value);
      if (found !== null) return found;
    }
  }
  const table = tableOfRows(value) ?? tableOfArrow(value);
  return table === null ? null : tableBundle(table);
}

export function tableBundle(table: TableData): MimeBundle {
  return bundle({ 'text/plain': tableText(table), 'text/html': tableHtml(table) });
}

export function bundle(data: Record<string, unknown>, metadata: Record<string, unknown> = {}): MimeBundle {
  return { data: jsonSafe(data), metadata: jsonSafe(metadata) };
}

export function plain(text: string): MimeBundle {
  return bundle({ 'text/plain': text });
}

export function isMimeBundle(value: object): boolean {
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every(key => MIME_TYPE.test(key));
}

/** `name: value` lines as text and HTML. */
export function facts(title: string, entries: readonly (readonly [string, string])[]): Record<string, string> {
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  const text = [title, ...entries.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)].join('\n');
  const rows = entries.map(([name, value]) => `<tr><th style="text-align:left">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`).join('');
  return { 'text/plain': text, 'text/html': `<p><b>${escapeHtml(title)}</b></p><table><tbody>${rows}</tbody></table>` };
}

function toRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new TypeError('expected an object of MIME types');
  return { ...value };
}

/** Outputs end up in a JSON file: what JSON cannot hold becomes text or plain lists. */
function jsonSafe(record: Record<string, unknown>): Record<string, unknown> {
  const replace = (_key: string, value: unknown): unknown => {
    if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return [...(value as unknown as Iterable<unknown>)];
    return value;
  };
  return JSON.parse(JSON.stringify(record, replace)) as Record<string, unknown>;
}
